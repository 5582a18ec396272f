"""The events and states of organisations, written alike whichever table tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from biokg.knowledge.context import Context, organization
from biokg.knowledge.dates import Span, parse_date
from biokg.knowledge.emit import Claim, Node, decimal, event, put_start
from biokg.terms import entity, slug

MILLION = 1_000_000
FOREIGN = "foreign"

_SINCE = re.compile(r"since ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_PRICE = re.compile(r"(?:about )?(EUR|USD|GBP) ([0-9.]+) (million|billion)(?: \([^)]*\))?")


def founding(
    context: Context,
    claim: Claim,
    key: str,
    part: str,
    *,
    span: Span | None,
    kind: str = "",
    parents: Iterable[str] = (),
) -> Node:
    """A founding event; each row that tells one has its own, so that rivals stand side by side."""
    target = entity("organization", key, "event", "founding", slug(part))
    node = event(
        claim, target, "FoundingEvent", of=organization(key), span=span, label=f"founding of {context.name(key)}"
    )
    node.link("resultingOrganization", organization(key)).code("originKind", "origin-kind", kind)
    for parent in parents:
        node.link("originalOrganization", organization(parent))
        claim.node(organization(key)).link("spunOutOf", organization(parent))
    return node


def listing(context: Context, claim: Claim, key: str, part: str, span: Span | None) -> Node:
    """A listing event."""
    target = entity("organization", key, "event", "listing", slug(part))
    return event(
        claim, target, "ListingEvent", of=organization(key), span=span, label=f"listing of {context.name(key)}"
    )


def listing_state(claim: Claim, key: str, part: str, exchange: str, span: Span | None = None) -> None:
    """Being listed on an exchange."""
    state = claim.node(entity("organization", key, "state", "listing", slug(part)), "State", "ListingState")
    state.link("stateOf", organization(key)).text("exchange", exchange).label(f"listed on {exchange}")
    put_start(state, span)


def legal_form_state(claim: Claim, key: str, part: str, value: str) -> None:
    """A legal form, with its start where the words give the day."""
    state = claim.node(entity("organization", key, "state", "legal-form", slug(part)), "State", "LegalFormState")
    state.link("stateOf", organization(key)).text("legalForm", value).label(f"legal form {value}")
    found = _SINCE.search(value)
    put_start(state, parse_date(found.group(1)) if found else None)


def acquisition(
    context: Context,
    claim: Claim,
    key: str,
    part: str,
    *,
    span: Span | None,
    buyers: Iterable[str] = (),
    price: str = "",
) -> None:
    """An acquisition of the organisation; the price as printed, and as a number where one plain price is printed."""
    target = entity("organization", key, "event", "acquisition", slug(part))
    node = event(
        claim, target, "AcquisitionEvent", of=organization(key), span=span, label=f"acquisition of {context.name(key)}"
    )
    node.link("originalOrganization", organization(key)).text("amountText", price)
    node.link("counterparty", *(organization(buyer) for buyer in buyers))
    plain = _PRICE.fullmatch(price)
    if plain:
        scale = MILLION if plain.group(3) == "million" else 1000 * MILLION
        node.put("amount", decimal(plain.group(2), scale)).text("currency", plain.group(1))


def seats(context: Context, claim: Claim, key: str, part: str, *, region: str = "", place: str = "") -> None:
    """Seats as states, one for each place named; ``foreign`` says outside Belgium, since no region is stated."""
    subject = organization(key)
    if region == FOREIGN:
        claim.node(subject).link("basedOutside", entity("region", "belgium"))
        region = ""
    if not region and not place:
        return
    places = context.places_of(key, place)
    for position, found in enumerate(places or [""]):
        tail = (slug(part),) if position == 0 else (slug(part), str(position + 1))
        state = claim.node(entity("organization", key, "state", "seat", *tail), "State", "SeatState")
        state.link("stateOf", subject).label(f"seat of {context.name(key)}").text("seatText", place)
        if region and position == 0:
            state.link("seatRegion", entity("region", region))
        if found:
            state.link("seatPlace", entity("place", found))
