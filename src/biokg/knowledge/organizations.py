"""Organisations and their attributes: events and states with a source each, relations, remarks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from biokg.knowledge.alliances import MILLION
from biokg.knowledge.context import Context, layer_of, organization
from biokg.knowledge.dates import Span, parse_date, period
from biokg.knowledge.emit import (
    AFTER_2016,
    ALT_LABEL,
    DISSERTATION,
    TO_2016,
    Claim,
    Node,
    boolean,
    decimal,
    event,
    iri,
    name,
    put_start,
)
from biokg.knowledge.tables import Row
from biokg.terms import concept, entity, slug, term

_YEAR = re.compile(r"(?<![0-9])(?:18|19|20)[0-9]{2}(?![0-9])")
_DAY = re.compile(r"since ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_PRICE = re.compile(r"(?:about )?(EUR|USD|GBP) ([0-9.]+) (million|billion)(?: \([^)]*\))?")
_BASED_OUTSIDE = "foreign"


def map_organizations(context: Context) -> None:
    """Every row of organizations, org_facts and status_events."""
    told = _told_elsewhere(context)
    for row in context.rows("organizations"):
        _organization(context, row, told.get(row.key, {}))
    attributes = {row.key: row for row in context.rows("attributes")}
    for row in context.rows("org_facts"):
        _fact(context, row, attributes[row["attribute"]])
    for row in context.rows("status_events"):
        _status_event(context, row)


def declare_mentioned(context: Context) -> None:
    """Type and name of each organisation, in every layer that mentions it."""
    rows = {row.key: row for row in context.rows("organizations")}
    for key, layers in sorted(context.emitter.mentions.items()):
        for layer in sorted(layers):
            node = Node(context.emitter, layer, organization(key)).a("Organization").label(context.name(key))
            if key in rows:
                node.link("statedIn", context.source(rows[key]).claim(layer, part="" if layer == _row_layer(context, rows[key]) else layer).iri)


def _told_elsewhere(context: Context) -> dict[str, dict[str, set[str]]]:
    """Values that org_facts tells with their own source, by organisation and attribute."""
    told: dict[str, dict[str, set[str]]] = {}
    for row in context.rows("org_facts"):
        told.setdefault(row["org_id"], {}).setdefault(row["attribute"], set()).add(row["value"])
    return told


def _row_layer(context: Context, row: Row) -> str:
    if row["named_in_dissertation"] == "yes" and "dissertation" in row.items("source"):
        return DISSERTATION
    return context.organization_layer(row.key)


def _page_layer(context: Context, row: Row) -> str:
    """Layer of the cells of a row that has several sources: the pages', unless the dissertation is the only one."""
    return DISSERTATION if row.items("source") == ["dissertation"] else context.organization_layer(row.key)


def _organization(context: Context, row: Row, told: dict[str, set[str]]) -> None:
    """The organisation itself; an attribute that org_facts tells with its own source is left to that row."""
    subject = organization(row.key)
    layer = _row_layer(context, row)
    claim = context.source(row).claim(layer)
    node = claim.node(subject, "Organization").label(row["name"])
    for alias in row.items("aliases"):
        node.emitter.add(layer, subject, ALT_LABEL, name(alias))
    node.put("namedInDissertation", boolean(row["named_in_dissertation"] == "yes"))
    node.text("roleText", row["role"]).text("country", row["country"]).text("note", row["note"])
    if row["founded_by_2016"]:
        node.put("foundedBy2016", boolean(row["founded_by_2016"] == "yes"))
    state = claim.node(entity("organization", row.key, "state", "classification"), "State", "ClassificationState")
    state.link("stateOf", subject).code("classifiedAs", "organization-type", row["type"])
    state.code("sampleMembership", "nbf-sample", row["nbf_sample"]).label(f"{row['name']}: {row['type'].replace('_', ' ')}")
    page_layer = _page_layer(context, row)
    wide = claim if page_layer == layer else context.source(row).claim(page_layer, part=page_layer)
    _wide_cells(context, row, wide, told)


def _wide_cells(context: Context, row: Row, claim: Claim, told: dict[str, set[str]]) -> None:
    """The cells of the wide view that no row of org_facts tells."""
    subject = organization(row.key)

    def untold(cell: str) -> str:
        return "" if row[cell] in told.get(cell, ()) else row[cell]

    node = claim.node(subject)
    node.text("specialisation", untold("specialisation")).text("technologyPlatform", untold("technology_platform"))
    if untold("region") or untold("city"):
        seat_region(context, claim, row.key, row.key, region=untold("region"), place=untold("city"))
    if untold("legal_form"):
        _legal_form(claim, row.key, row.key, row["legal_form"])
    founding = {cell: untold(cell) for cell in ("founded_year", "origin_kind", "origin_parents")}
    if any(founding.values()):
        _founding(context, row, row.key, founding["founded_year"], founding["origin_kind"], row.items("origin_parents") if founding["origin_parents"] else [])
    if untold("exchange"):
        _listing_state(claim, row.key, row.key, row["exchange"], None)
    if untold("ipo_year"):
        _listing(context, row, row.key, parse_date(row["ipo_year"]), "first listing")
    if untold("acquired_by") or untold("acquired_year") or untold("acquisition_value"):
        _acquisition(context, row, row.key, row.items("acquired_by"), row["acquired_year"], row["acquisition_value"])


def seat_region(context: Context, claim: Claim, key: str, part: str, *, region: str = "", place: str = "") -> None:
    """A seat as a state; ``foreign`` is told as a basis outside Belgium, since the region is not stated."""
    subject = organization(key)
    if region == _BASED_OUTSIDE:
        claim.node(subject).link("basedOutside", entity("region", "belgium"))
        region = ""
    if not region and not place:
        return
    seats = [
        row
        for row in context.rows("links/places_of_organizations")
        if row["org_id"] == key and row["city_as_written"] == place and row["geonames_id"]
    ]
    for position, seat in enumerate(seats or [None]):
        tail = (slug(part),) if position == 0 else (slug(part), str(position + 1))
        state = claim.node(entity("organization", key, "state", "seat", *tail), "State", "SeatState")
        state.link("stateOf", subject).label(f"seat of {context.name(key)}").text("seatText", place)
        if region and position == 0:
            state.link("seatRegion", entity("region", region))
        if seat is not None:
            state.link("seatPlace", entity("place", seat["geonames_id"]))


def _legal_form(claim: Claim, key: str, part: str, value: str) -> None:
    state = claim.node(entity("organization", key, "state", "legal-form", slug(part)), "State", "LegalFormState")
    state.link("stateOf", organization(key)).text("legalForm", value).label(f"legal form {value}")
    found = _DAY.search(value)
    put_start(state, parse_date(found.group(1)) if found else None)


def _founding(context: Context, row: Row, key: str, year: str, kind: str, parents: Iterable[str]) -> None:
    """A founding event of its own for each source (rivals stay side by side)."""
    span = parse_date(year)
    claim = _dated_claim(context, row, key, span)
    target = entity("organization", key, "event", "founding", slug(row.key))
    node = event(claim, target, "FoundingEvent", organization(key), span, f"founding of {context.name(key)}")
    node.link("resultingOrganization", organization(key)).code("originKind", "origin-kind", kind)
    for parent in parents:
        node.link("originalOrganization", organization(parent))
        claim.node(organization(key)).link("spunOutOf", organization(parent))
    claim.about(organization(key), "spunOutOf") if parents else None


def _listing(context: Context, row: Row, key: str, span: Span | None, label: str) -> Claim:
    claim = _dated_claim(context, row, key, span)
    target = entity("organization", key, "event", "listing", slug(row.key))
    event(claim, target, "ListingEvent", organization(key), span, f"{label} of {context.name(key)}")
    return claim


def _listing_state(claim: Claim, key: str, part: str, exchange: str, span: Span | None) -> None:
    state = claim.node(entity("organization", key, "state", "listing", slug(part)), "State", "ListingState")
    state.link("stateOf", organization(key)).text("exchange", exchange).label(f"listed on {exchange}")
    put_start(state, span)


def _acquisition(context: Context, row: Row, key: str, buyers: list[str], year: str, value: str) -> None:
    span = parse_date(year)
    claim = _dated_claim(context, row, key, span, undated=AFTER_2016 if span is None else None)
    target = entity("organization", key, "event", "acquisition", slug(row.key))
    node = event(claim, target, "AcquisitionEvent", organization(key), span, f"acquisition of {context.name(key)}")
    node.link("originalOrganization", organization(key)).text("amountText", value)
    for buyer in buyers:
        node.link("counterparty", organization(buyer))
    price = _PRICE.fullmatch(value)
    if price:
        scale = MILLION if price.group(3) == "million" else 1000 * MILLION
        node.put("amount", decimal(price.group(2), scale)).text("currency", price.group(1))


def _dated_claim(context: Context, row: Row, key: str, span: Span | None, undated: str | None = None) -> Claim:
    """The row's statement in the layer of the date; a further part where the row itself stands in another layer."""
    page_layer = _page_layer(context, row) if row.table == "organizations" else fact_layer(context, row, key)
    layer = layer_of(span, undated or page_layer)
    home = _row_layer(context, row) if row.table == "organizations" else layer
    return context.source(row).claim(layer, part="" if layer == home else layer)


def fact_layer(context: Context, row: Row, key: str) -> str:
    """Layer of an undated row of org_facts."""
    return DISSERTATION if "dissertation" in row.items("source") else context.organization_layer(key)


def _fact(context: Context, row: Row, attribute: Row) -> None:
    """One row of org_facts, as data/attributes.csv says."""
    key, value = row["org_id"], row["value"]
    layer = fact_layer(context, row, key)
    span: Span | None = None
    if attribute["dated"] == "after-2016":
        layer = AFTER_2016
    elif attribute["dated"] == "by-2016" and layer != DISSERTATION:
        layer = TO_2016
    elif attribute["dated"] == "value":
        span = _span_in(value) or _span_in(row["note"])
        layer = layer_of(span, _acquisition_layer(context, row, layer))
    kind = "forecast" if "forecast" in row["note"] else "fact"
    claim = context.source(row, kind).claim(layer)
    claim.about(organization(key))
    _HANDLERS[attribute["becomes"]](context, row, claim, attribute, span)


def _acquisition_layer(context: Context, row: Row, layer: str) -> str:
    """An undated acquirer or price takes the date that the wide row gives for the sale."""
    if not row["attribute"].startswith("acqui"):
        return layer
    for wide in context.rows("organizations"):
        if wide.key == row["org_id"]:
            return layer_of(parse_date(wide["acquired_year"]), AFTER_2016) if layer != DISSERTATION else layer
    return layer


def _span_in(text: str) -> Span | None:
    years = _YEAR.findall(text)
    if not years:
        return None
    return period(min(years), max(years))


def _founding_fact(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    key = row["org_id"]
    target = entity("organization", key, "event", "founding", slug(row.key))
    node = event(claim, target, "FoundingEvent", organization(key), span, f"founding of {context.name(key)}")
    node.link("resultingOrganization", organization(key))
    if attribute["term"] == "originKind":
        node.code("originKind", "origin-kind", row["value"])
    elif attribute["term"] == "originalOrganization":
        claim.about(organization(key), "spunOutOf")
        for parent in row["value"].split(";"):
            node.link("originalOrganization", organization(parent))
            claim.node(organization(key)).link("spunOutOf", organization(parent))
    else:
        node.described(row["value"] if not row["value"].isdigit() else "")


def _seat_fact(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    if attribute["term"] == "seatRegion":
        seat_region(context, claim, row["org_id"], row.key, region=row["value"])
    else:
        seat_region(context, claim, row["org_id"], row.key, place=row["value"])


def _listing_fact(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    key = row["org_id"]
    target = entity("organization", key, "event", "listing", slug(row.key))
    event(claim, target, "ListingEvent", organization(key), span, f"listing of {context.name(key)}").described(row["value"] if not row["value"].isdigit() else "")
    exchange = _YEAR.sub("", row["value"]).strip()
    if exchange:
        _listing_state(claim, key, row.key, exchange, span)


def _listing_state_fact(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    _listing_state(claim, row["org_id"], row.key, row["value"], None)


def _legal_form_fact(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    _legal_form(claim, row["org_id"], row.key, row["value"])


def _acquisition_fact(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    key = row["org_id"]
    target = entity("organization", key, "event", "acquisition", slug(row.key))
    node = event(claim, target, "AcquisitionEvent", organization(key), span, f"acquisition of {context.name(key)}")
    node.link("originalOrganization", organization(key))
    if attribute["term"] == "counterparty":
        node.link("counterparty", *(organization(buyer) for buyer in row["value"].split(";")))
    elif attribute["term"] == "amountText":
        node.text("amountText", row["value"])
        price = _PRICE.fullmatch(row["value"])
        if price:
            scale = MILLION if price.group(3) == "million" else 1000 * MILLION
            node.put("amount", decimal(price.group(2), scale)).text("currency", price.group(1))


def _literal(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    claim.node(organization(row["org_id"])).text(attribute["term"], row["value"])
    claim.about(organization(row["org_id"]), attribute["term"])


def _alias(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    subject = organization(row["org_id"])
    for alias in row["value"].split(";"):
        claim.emitter.add(claim.layer, subject, ALT_LABEL, name(re.sub(r" \(.*\)$", "", alias)))
    claim.about(subject, ALT_LABEL)


def _relation(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    subject = organization(row["org_id"])
    targets = [organization(key) for key in row["value"].split(";")]
    claim.node(subject).link(attribute["term"], *targets)
    claim.about(subject, attribute["term"])
    if attribute["term"] == "cooperatesWith":
        for target in targets:
            claim.node(target).link("cooperatesWith", subject)


def _founder(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    for person in row["value"].split(" and "):
        target = entity("person", slug(person))
        claim.node(target, "Person").label(person)
        claim.node(organization(row["org_id"])).link("founder", target)
    claim.about(organization(row["org_id"]), "founder")


_INTEGRATION = {"fully integrated (specialty pharmaceutical company)": "fully-integrated"}


def _integration(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    target = entity("organization", row["org_id"], "state", "integration", slug(row.key))
    node = claim.node(target, "State", "IntegrationState").link("stateOf", organization(row["org_id"]))
    node.label(row["value"]).text("text", row["value"])
    node.code("integrationStatus", "integration-status", _INTEGRATION.get(row["value"], row["value"]))


def _remark(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
    subject = organization(row["org_id"])
    node = claim.node(entity("remark", row.key), "Remark").link("about", subject)
    topic = row["attribute"].replace("_", " ")
    node.code("remarkTopic", "remark-topic", row["attribute"]).text("text", row["value"])
    node.label(f"{context.name(row['org_id'])}, {topic}")
    for value in row["value"].split(";"):
        if value in context.names:
            node.link("mentions", organization(value))


def _plain_event(class_: str) -> _Handler:
    def handle(context: Context, row: Row, claim: Claim, attribute: Row, span: Span | None) -> None:
        key = row["org_id"]
        target = entity("organization", key, "event", slug(row["attribute"]), slug(row.key))
        label = f"{context.name(key)}: {row['attribute'].replace('_', ' ')}"
        event(claim, target, class_, organization(key), span, label).described(row["note"])

    return handle


_HANDLERS = {
    "founding-event": _founding_fact,
    "seat-state": _seat_fact,
    "listing-event": _listing_fact,
    "listing-state": _listing_state_fact,
    "legal-form-state": _legal_form_fact,
    "acquisition-event": _acquisition_fact,
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
    layer = layer_of(span, row["layer"])
    claim = context.source(row).claim(layer)
    claim.about(organization(key))
    target = entity("organization", key, "event", slug(row.key))
    node = event(claim, target, row["event_class"], organization(key), span, row["description"])
    for other in row.items("counterparty"):
        node.link("counterparty", organization(other))
    if row["amount_m"]:
        node.put("amount", decimal(row["amount_m"], MILLION)).text("currency", row["currency"])
