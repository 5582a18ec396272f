"""Your own region: the same assessment for the firms of one region, and two assessments side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from biokg.hypotheses.extraction import MISSING, last_segment
from biokg.queries import run

if TYPE_CHECKING:
    from biokg.hypotheses.assessment import HypothesisAssessment
    from biokg.hypotheses.criteria import CriterionAssessment
    from biokg.hypotheses.definitions import Clause, Definitions, Population
    from biokg.store.base import Store

_BY_MEMBER = frozenset({"population-regions"})
_NO_REGION = frozenset({"population-flows", "population-business-models"})


def narrow(definitions: Definitions, region: str) -> Definitions:
    """The same definitions for the members of one *region* (its last address segment).

    Members without a stated seat become possible members; the directions of open innovation stay as they are.
    """
    populations = {name: _narrowed(one, region) for name, one in definitions.populations.items()}
    return replace(definitions, populations=populations, version=f"{definitions.version}+{region}")


def _narrowed(population: Population, region: str) -> Population:
    if population.query in _NO_REGION:
        return population
    if population.query in _BY_MEMBER:
        return replace(population, certain=({"member": (region,)},), possible=(), label=region)
    stated = _with(population.certain, region)
    open_ = (*_with(population.possible, region), *_with((*population.certain, *population.possible), MISSING))
    return replace(population, certain=stated, possible=open_, label=f"{population.label}, {region}")


def _with(clauses: Sequence[Clause], region: str) -> tuple[Clause, ...]:
    return tuple({**clause, "region": (region,)} for clause in clauses)


def regions_of(store: Store, view: str) -> tuple[frozenset[str], frozenset[str]]:
    """The regions (last address segments) of *view*: those that firms are seated in, and all."""
    seats = {last_segment(row["region"]) for row in run(store, "population-firms", view=view).records()} - {MISSING}
    named = {last_segment(row["member"]) for row in run(store, "population-regions", view=view).records()}
    return frozenset(seats), frozenset(seats | named)


def side_by_side(assessed: Mapping[str, Sequence[HypothesisAssessment]], view: str = "all") -> list[dict[str, Any]]:
    """One row per hypothesis, sub-claim and criterion, with what each of the named assessments says of it.

    Shares are printed with their coverage; criteria whose coverage differs by more than the stated bound are not
    comparable (``comparable``; ``None`` where there is only one).
    """
    names = list(assessed)
    views = {name: {item.id: item.view(view) for item in found} for name, found in assessed.items()}
    first = assessed[names[0]]
    rows: list[dict[str, Any]] = []
    for item in first:
        told = {name: {"verdict": views[name][item.id].decision.verdict.value} for name in names}
        rows.append({"level": "hypothesis", "id": item.id, "title": item.wording, "values": told})
        for number, part in enumerate(views[names[0]][item.id].sub_claims):
            parts = {name: views[name][item.id].sub_claims[number] for name in names}
            told = {name: {"verdict": one.decision.verdict.value} for name, one in parts.items()}
            rows.append({"level": "sub-claim", "id": part.claim.id, "title": part.claim.claim, "values": told})
            for place, criterion in enumerate(part.criteria):
                values = {name: _value(one.criteria[place]) for name, one in parts.items()}
                bound = item.definitions.comparable_coverage
                rows.append(
                    {
                        "level": "criterion",
                        "id": criterion.criterion.id,
                        "title": criterion.criterion.title,
                        "values": values,
                        "comparable": _comparable([one["coverage"] for one in values.values()], bound)
                        if len(names) > 1
                        else None,
                    }
                )
    return rows


def _value(found: CriterionAssessment) -> dict[str, Any]:
    count = found.tally
    return {
        "outcome": found.outcome.value,
        "N": count.n,
        "Y": count.yes,
        "X": count.no,
        "U": count.unknown,
        "L": found.low,
        "H": found.high,
        "coverage": count.coverage,
    }


def _comparable(coverages: Sequence[float | None], bound: float) -> bool:
    stated = [value for value in coverages if value is not None]
    return len(stated) == len(coverages) and max(stated) - min(stated) <= bound
