"""Seeded errors: which firms have one, what it is, and which shape must find it at which node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from biokg.scale.draw import fraction
from biokg.scale.world import (
    LAYERS,
    Lines,
    World,
    code,
    english,
    firm_lines,
    geography,
    statement,
    text,
    thing,
    typed,
    year,
)
from biokg.terms import ID, PREFIXES

_LABEL = f"<{PREFIXES['rdfs']}label>"


@dataclass(frozen=True)
class Fault:
    """One seeded error: the node it is at, the shape that must report it, what is wrong."""

    focus: str
    shape: str
    kind: str


def seeded(world: World, firm: int, lines: Lines) -> Fault | None:
    """The error of *firm*, written into *lines*; ``None`` for a firm without."""
    if fraction(world.seed, firm, 40) >= world.faults:
        return None
    kind = KINDS[int(fraction(world.seed, firm, 41) * len(KINDS))]
    node = f"fault/w{firm}"
    stated = statement(lines, f"faults/w{firm}", LAYERS[1], f"document/w{firm}-0", f"f{firm}")
    me = thing(f"organization/w{firm}")
    layer = LAYERS[1]
    if kind == "event year outside its dates":
        wrong = (("year", typed(1990, "integer")), *year(2005)[1:])
        lines.node(node, "RelocationEvent", layer, ("eventOf", me), *wrong, stated)
        return Fault(ID + node, "Event-year-within-dates", kind)
    if kind == "negative amount":
        money = (("amount", typed(-5, "decimal")), ("currency", text("EUR")))
        lines.node(node, "FinancingEvent", layer, ("eventOf", me), *year(2010), *money, stated)
        return Fault(ID + node, "Money-amount", kind)
    if kind == "unknown type":
        wrong = (("classifiedAs", code("organization-type", "spaceship")),)
        lines.node(node, "ClassificationState", layer, ("stateOf", me), *wrong, stated)
        return Fault(ID + node, "ClassificationState-classifiedAs", kind)
    if kind == "no source":
        lines.node(node, "SeatState", layer, ("stateOf", me), ("seatText", text("somewhere")))
        return Fault(ID + node, "Sourced-statedIn", kind)
    if kind == "statement without document":
        bad = f"statement/faults/w{firm}-bad"
        kinds = (("statementKind", code("statement-kind", "fact")), ("layer", code("layer", layer)))
        lines.node(bad, "SourceStatement", layer, *kinds)
        return Fault(ID + bad, "SourceStatement-document", kind)
    if kind == "organization without a name":
        lines.node(f"organization/nameless-w{firm}", "Organization", layer, stated)
        return Fault(f"{ID}organization/nameless-w{firm}", "Organization-label", kind)
    return _lonely(firm, lines, stated)


def _lonely(firm: int, lines: Lines, stated: tuple[str, str]) -> Fault:
    node, layer = f"fault/w{firm}", LAYERS[1]
    role = f"{node}/role/w{firm}"
    lines.node(
        node, "Alliance", layer, (_LABEL, english(f"lonely alliance {firm}")), ("hasRole", thing(role)), stated,
        ("primaryAllianceType", code("alliance-type", "co-development")),
    )  # fmt: skip
    lines.node(
        role, "AllianceRole", layer, ("playedBy", thing(f"organization/w{firm}")),
        ("roleType", code("alliance-role", "co-developer")),
        ("knowledgeFlow", code("knowledge-flow", "coupled")), stated,
    )  # fmt: skip
    return Fault(ID + node, "Alliance-players", "alliance with one player")


KINDS = (
    "event year outside its dates",
    "negative amount",
    "unknown type",
    "no source",
    "statement without document",
    "organization without a name",
    "alliance with one player",
)


def generate(world: World) -> Iterator[tuple[str, Fault | None]]:
    """The world as N-Quads text, a region or a firm at a time, with the fault it holds, if any."""
    for lines in geography(world):
        yield lines, None
    for firm in range(world.firms):
        held = firm_lines(world, firm)
        fault = seeded(world, firm, held)
        yield "".join(held.out), fault
