"""All tables to quads."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import Quad

from biokg.knowledge.alliances import map_alliances
from biokg.knowledge.assets import map_assets, map_completeness
from biokg.knowledge.claims import map_claims, map_moved
from biokg.knowledge.context import Context, read_context
from biokg.knowledge.emit import Emitter
from biokg.knowledge.evidence import (
    map_evidence,
    map_hypotheses,
    map_indicators,
    map_missing,
    map_practices,
    map_works,
)
from biokg.knowledge.framework import map_framework
from biokg.knowledge.investments import map_investments
from biokg.knowledge.org_facts import map_org_facts
from biokg.knowledge.organizations import declare_mentioned, map_organizations
from biokg.knowledge.policies import map_clusters, map_incentives, map_places, map_policies, map_regions, map_rivals
from biokg.knowledge.preferences import map_preferences
from biokg.knowledge.tables import Tables

STEPS: tuple[Callable[[Context], None], ...] = (
    map_regions,
    map_places,
    map_organizations,
    map_org_facts,
    map_alliances,
    map_policies,
    map_incentives,
    map_clusters,
    map_framework,
    map_hypotheses,
    map_evidence,
    map_indicators,
    map_practices,
    map_missing,
    map_works,
    map_investments,
    map_assets,
    map_completeness,
    map_claims,
    map_moved,
    map_rivals,
    map_preferences,
)


def map_tables(tables: Tables) -> list[Quad]:
    """The asserted quads of *tables*, each in the graph of its layer, without blank nodes."""
    return map_context(read_context(tables, Emitter()))


def map_context(context: Context) -> list[Quad]:
    """The asserted quads of the tables of *context*."""
    map_rows(context)
    declare_mentioned(context)
    return list(context.emitter.quads())


def map_rows(context: Context) -> None:
    """What the rows of *context* state; the organisations they mention are left to be declared."""
    for step in STEPS:
        step(context)
