"""The table of organisations: what it says of each, unless org_facts says it with a source of its own."""

from __future__ import annotations

import re

from biokg.knowledge.context import Context, layer_of, organization
from biokg.knowledge.dates import Span, parse_date
from biokg.knowledge.emit import AFTER_2016, ALT_LABEL, DISSERTATION, Claim, Node, boolean, name
from biokg.knowledge.organization_nodes import acquisition, founding, legal_form_state, listing, listing_state, seats
from biokg.knowledge.tables import Row
from biokg.terms import entity

_BRACKETS = re.compile(r" \([^)]*\)$")


def map_organizations(context: Context) -> None:
    """Every row of the table."""
    told: dict[str, dict[str, set[str]]] = {}
    for fact in context.rows("org_facts"):
        told.setdefault(fact["org_id"], {}).setdefault(fact["attribute"], set()).add(fact["value"])
    for row in context.rows("organizations"):
        _Wide(context, row, told.get(row.key, {})).write()


def declare_mentioned(context: Context) -> None:
    """Type and name of each organisation, in every layer that mentions it; a replaced identifier names none."""
    rows = context.organizations
    replaced = {row["old_id"] for row in context.rows("moved")}
    for key, layers in sorted(context.emitter.mentions.items()):
        if key in replaced:
            continue
        for layer in sorted(layers):
            node = Node(context.emitter, layer, organization(key)).a("Organization").label(context.name(key))
            if key in rows:
                home = row_layer(context, rows[key])
                node.link("statedIn", context.source(rows[key]).claim(layer, part="" if layer == home else layer).iri)


def row_layer(context: Context, row: Row) -> str:
    """The layer that knows the organisation first: the dissertation's if it names it."""
    if row["named_in_dissertation"] == "yes" and "dissertation" in row.items("source"):
        return DISSERTATION
    return context.organization_layer(row.key)


class _Wide:
    """One row of the wide table, and what org_facts tells of the same organisation."""

    def __init__(self, context: Context, row: Row, told: dict[str, set[str]]) -> None:
        self.context, self.row, self.told = context, row, told
        self.home = row_layer(context, row)
        only_dissertation = row.items("source") == ["dissertation"]
        self.page_layer = DISSERTATION if only_dissertation else context.organization_layer(row.key)

    def untold(self, cell: str) -> str:
        """The cell, unless a row of org_facts tells it."""
        return "" if self.row[cell] in self.told.get(cell, ()) else self.row[cell]

    def claim(self, layer: str) -> Claim:
        """The row's statement in *layer*."""
        return self.context.source(self.row).claim(layer, part="" if layer == self.home else layer)

    def dated(self, span: Span | None) -> Claim:
        """The row's statement in the layer of a date."""
        return self.claim(layer_of(span, self.page_layer))

    def write(self) -> None:
        row, key = self.row, self.row.key
        subject = organization(key)
        claim = self.claim(self.home)
        node = claim.node(subject, "Organization").label(row["name"])
        for written in row.items("aliases"):
            self._alias(written)
        node.put("namedInDissertation", boolean(row["named_in_dissertation"] == "yes"))
        node.text("roleText", row["role"]).text("country", row["country"]).text("note", row["note"])
        if row["founded_by_2016"]:
            node.put("foundedBy2016", boolean(row["founded_by_2016"] == "yes"))
        state = claim.node(entity("organization", key, "state", "classification"), "State", "ClassificationState")
        state.link("stateOf", subject).code("classifiedAs", "organization-type", row["type"])
        state.code("sampleMembership", "nbf-sample", row["nbf_sample"])
        state.label(f"{row['name']}: {row['type'].replace('_', ' ')}")
        self._attributes()
        self._events()

    def _alias(self, written: str) -> None:
        """Another name; one that was taken later belongs to the layer after 2016, words in brackets are no name."""
        alias = _BRACKETS.sub("", written)
        claim = self.claim(AFTER_2016 if "(later name)" in written else self.home)
        claim.node(organization(self.row.key))
        claim.emitter.add(claim.layer, organization(self.row.key), ALT_LABEL, name(alias))
        if alias != written:
            Node(claim.emitter, claim.layer, claim.iri).text("text", written)

    def _attributes(self) -> None:
        row, key = self.row, self.row.key
        claim = self.claim(self.page_layer)
        node = claim.node(organization(key)).text("specialisation", self.untold("specialisation"))
        node.text("technologyPlatform", self.untold("technology_platform"))
        if self.untold("region") or self.untold("city"):
            seats(self.context, claim, key, key, region=self.untold("region"), place=self.untold("city"))
        if self.untold("legal_form"):
            legal_form_state(claim, key, key, row["legal_form"])
        if self.untold("exchange"):
            listing_state(claim, key, key, row["exchange"])

    def _events(self) -> None:
        row, key = self.row, self.row.key
        parents = row.items("origin_parents") if self.untold("origin_parents") else []
        if parents or self.untold("founded_year") or self.untold("origin_kind"):
            span = parse_date(self.untold("founded_year"))
            kind = self.untold("origin_kind")
            founding(self.context, self.dated(span), key, key, span=span, kind=kind, parents=parents)
        if self.untold("ipo_year"):
            span = parse_date(row["ipo_year"])
            listing(self.context, self.dated(span), key, key, span)
        if self.untold("acquired_by") or self.untold("acquired_year") or self.untold("acquisition_value"):
            span = parse_date(row["acquired_year"])
            claim = self.claim(layer_of(span, self.page_layer if self.page_layer == DISSERTATION else AFTER_2016))
            buyers, price = row.items("acquired_by"), row["acquisition_value"]
            acquisition(self.context, claim, key, key, span=span, buyers=buyers, price=price)
