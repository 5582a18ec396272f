"""Attributes of organisations, each with its own source, as ``data/attributes.csv`` says what they become."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from biokg.knowledge.context import Context, base_layer, layer_of, organization
from biokg.knowledge.dates import Span, parse_date, period
from biokg.knowledge.emit import AFTER_2016, ALT_LABEL, DISSERTATION, TO_2016, Claim, Node, decimal, event, name
from biokg.knowledge.organization_nodes import (
    MILLION,
    acquisition,
    founding,
    legal_form_state,
    listing,
    listing_state,
    seats,
)
from biokg.knowledge.tables import Row
from biokg.terms import entity, slug

_YEAR = re.compile(r"(?<![0-9])(?:18|19|20)[0-9]{2}(?![0-9])")
_INTEGRATION = {
    "fully integrated (specialty pharmaceutical company)": "fully-integrated",
    "clinical stage, no longer fully integrated": "no-longer-fully-integrated",
}


@dataclass(frozen=True)
class Fact:
    """One row of org_facts in the layer it belongs to."""

    context: Context
    row: Row
    claim: Claim
    term: str
    span: Span | None

    @property
    def key(self) -> str:
        """The organisation it is about."""
        return self.row["org_id"]

    @property
    def value(self) -> str:
        """The value as written."""
        return self.row["value"]

    @property
    def values(self) -> list[str]:
        """The values of a list."""
        return [part.strip() for part in self.value.split(";") if part.strip()]


def map_org_facts(context: Context) -> None:
    """Every row of org_facts and of status_events."""
    facts = list(context.rows("org_facts"))
    sales = {key: row["acquired_year"] for key, row in context.organizations.items()} if facts else {}
    attributes = {row.key: row for row in context.rows("attributes")}
    for row in facts:
        attribute = attributes[row["attribute"]]
        layer, span = _layer(context, row, attribute["dated"], sales)
        kind = "forecast" if "forecast" in row["note"] else "fact"
        claim = context.source(row, kind).claim(layer)
        asserted = ALT_LABEL if attribute["term"] == "altLabel" else attribute["term"]
        claim.about(organization(row["org_id"]), asserted)
        _WRITERS[attribute["becomes"]](Fact(context, row, claim, asserted, span))
    for row in context.rows("status_events"):
        _status_event(context, row)


def _layer(context: Context, row: Row, dated: str, sales: dict[str, str]) -> tuple[str, Span | None]:
    """Layer and date of a row: by the year its value or note names, else by what is known of the organisation."""
    layer = base_layer(row, context.organization_layer(row["org_id"]))
    if dated == "after-2016":
        return AFTER_2016, None
    if dated == "by-2016":
        return (layer if layer == DISSERTATION else TO_2016), None
    if dated == "organization":
        named = _span_in(f"{row['value']} {row['note']}")
        return (layer_of(named, layer) if named and named.after_cut_off and layer != DISSERTATION else layer), None
    span = _span_in(row["value"]) or _span_in(row["note"])
    if row["attribute"] in {"acquired_by", "acquisition_value"} and layer != DISSERTATION:
        sold = parse_date(sales.get(row["org_id"], ""))
        return layer_of(sold, AFTER_2016), None
    return layer_of(span, layer), span


def _span_in(words: str) -> Span | None:
    years = _YEAR.findall(words)
    return period(min(years), max(years)) if years else None


def _founding(fact: Fact) -> None:
    kind = fact.value if fact.term == "originKind" else ""
    parents = fact.values if fact.term == "originalOrganization" else []
    node = founding(fact.context, fact.claim, fact.key, fact.row.key, span=fact.span, kind=kind, parents=parents)
    if fact.term == "year" and not fact.value.isdigit():
        node.described(fact.value)
    if parents:
        fact.claim.about(organization(fact.key), "spunOutOf")


def _seat(fact: Fact) -> None:
    cell = "region" if fact.term == "seatRegion" else "place"
    seats(fact.context, fact.claim, fact.key, fact.row.key, **{cell: fact.value})


def _listing(fact: Fact) -> None:
    node = listing(fact.context, fact.claim, fact.key, fact.row.key, fact.span)
    exchange = _YEAR.sub("", fact.value).strip()
    if exchange:
        node.described(fact.value)
        listing_state(fact.claim, fact.key, fact.row.key, exchange, fact.span)


def _acquisition(fact: Fact) -> None:
    buyers = fact.values if fact.term == "counterparty" else []
    price = fact.value if fact.term == "amountText" else ""
    acquisition(fact.context, fact.claim, fact.key, fact.row.key, span=fact.span, buyers=buyers, price=price)


def _literal(fact: Fact) -> None:
    fact.claim.node(organization(fact.key)).text(fact.term, fact.value)


def _alias(fact: Fact) -> None:
    subject = organization(fact.key)
    fact.claim.node(subject)
    for written in fact.values:
        alias = re.sub(r" \(.*\)$", "", written)
        fact.claim.emitter.add(fact.claim.layer, subject, ALT_LABEL, name(alias))
        if alias != written:
            Node(fact.claim.emitter, fact.claim.layer, fact.claim.iri).text("text", written)


def _relation(fact: Fact) -> None:
    subject = organization(fact.key)
    for target in (organization(value) for value in fact.values):
        fact.claim.node(subject).link(fact.term, target)
        if fact.term == "cooperatesWith":
            fact.claim.node(target).link(fact.term, subject)


def _founder(fact: Fact) -> None:
    for person in fact.value.split(" and "):
        target = entity("person", slug(person))
        fact.claim.node(target, "Person").label(person)
        fact.claim.node(organization(fact.key)).link("founder", target)


def _integration(fact: Fact) -> None:
    target = entity("organization", fact.key, "state", "integration", slug(fact.row.key))
    node = fact.claim.node(target, "State", "IntegrationState").link("stateOf", organization(fact.key))
    node.label(fact.value).text("text", fact.value)
    node.code("integrationStatus", "integration-status", _INTEGRATION.get(fact.value, fact.value))


def _remark(fact: Fact) -> None:
    topic = fact.row["attribute"]
    node = fact.claim.node(entity("remark", fact.row.key), "Remark").link("about", organization(fact.key))
    node.code("remarkTopic", "remark-topic", topic).text("text", fact.value)
    node.label(f"{fact.context.name(fact.key)}, {topic.replace('_', ' ')}")
    node.link("mentions", *(organization(value) for value in fact.values if value in fact.context.organizations))


def _plain_event(class_: str) -> Callable[[Fact], None]:
    def write(fact: Fact) -> None:
        topic = fact.row["attribute"]
        target = entity("organization", fact.key, "event", slug(topic), slug(fact.row.key))
        label = f"{fact.context.name(fact.key)}: {topic.replace('_', ' ')}"
        event(fact.claim, target, class_, of=organization(fact.key), span=fact.span, label=label).described(
            fact.row["note"]
        )

    return write


_WRITERS: dict[str, Callable[[Fact], None]] = {
    "founding-event": _founding,
    "seat-state": _seat,
    "listing-event": _listing,
    "listing-state": lambda fact: listing_state(fact.claim, fact.key, fact.row.key, fact.value),
    "legal-form-state": lambda fact: legal_form_state(fact.claim, fact.key, fact.row.key, fact.value),
    "acquisition-event": _acquisition,
    "literal": _literal,
    "label": _alias,
    "relation": _relation,
    "founder": _founder,
    "integration-state": _integration,
    "remark": _remark,
    "remark-and-events": _remark,
    "relocation-event": _plain_event("RelocationEvent"),
    "financing-event": _plain_event("FinancingEvent"),
}


def _status_event(context: Context, row: Row) -> None:
    """A dated event told in the words of another row."""
    key = row["org_id"]
    span = period(row["earliest"], row["latest"])
    claim = context.source(row).claim(layer_of(span, row["layer"] or context.organization_layer(key)))
    claim.about(organization(key))
    if row["from_row"]:
        claim.derived_from(entity("statement", row["from_table"], slug(row["from_row"])))
    target = entity("organization", key, "event", slug(row.key))
    node = event(claim, target, row["event_class"], of=organization(key), span=span, label=row["description"])
    node.link("counterparty", *(organization(other) for other in row.items("counterparty")))
    if row["amount_m"]:
        node.put("amount", decimal(row["amount_m"], MILLION)).text("currency", row["currency"])
