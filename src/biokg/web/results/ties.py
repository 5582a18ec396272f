"""An answer as a network: two columns of resources, or the links of a graph."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from biokg.terms import RDF_TYPE
from biokg.web.asking import Row, Value
from biokg.web.drawing.base import Drawing, mark, short
from biokg.web.drawing.labels import Label, around_mark, place
from biokg.web.results.roles import Roles

if TYPE_CHECKING:
    import networkx

DRAWN = 150
"""Nodes drawn at most; the list beside the picture names all of them."""
WIDTH, HEIGHT, PAD, SIZE = 980.0, 720.0, 26.0, 12.0
SEED = 2016
SHAPES = {"from": "circle", "to": "square", "both": "diamond"}


def options(roles: Roles) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be chosen: the column that ties begin at, and the one they lead to."""
    if roles.resources[:2] == ("subject", "property"):
        return ("subject",), ("object",)
    return roles.resources, roles.resources


def pairs(rows: Sequence[Row], x: str, y: str) -> list[tuple[Value, Value, str]]:
    """From, to and kind of every tie; the types of things in a graph are no ties."""
    found = []
    for row in rows:
        one, other, kind = row.get(x), row.get(y), row.get("property")
        if one is None or other is None or not one.iri or not other.iri or one.iri == other.iri:
            continue
        if kind is None or kind.iri != RDF_TYPE:
            found.append((one, other, kind.text if kind else ""))
    return found


def layout(rows: Sequence[Row], roles: Roles, x: str, y: str) -> Drawing:
    """The ties from *x* to *y* with at most :data:`DRAWN` of the best-tied nodes, from a fixed seed."""
    import networkx

    ties = pairs(rows, x, y)
    graph: networkx.Graph[str] = networkx.Graph()
    values: dict[str, Value] = {}
    kinds: dict[tuple[str, str], Counter[str]] = {}
    sides: dict[str, set[str]] = {}
    for one, other, kind in ties:
        a, b = str(one.iri), str(other.iri)
        values |= {a: one, b: other}
        graph.add_edge(a, b)
        kinds.setdefault((min(a, b), max(a, b)), Counter()).update([kind] if kind else [])
        sides.setdefault(a, set()).add("from")
        sides.setdefault(b, set()).add("to")
    ranked = sorted(graph, key=lambda n: (-graph.degree(n), n))
    keep = ranked[:DRAWN]
    at = _places(graph.subgraph(sorted(keep)))
    nodes = [_node(n, values[n], graph.degree(n), sides[n], at[n]) for n in keep]
    edges = []
    for a, b in sorted(graph.subgraph(keep).edges()):
        said = kinds[min(a, b), max(a, b)]
        title = f"{values[a].text} – {values[b].text}" + (f": {', '.join(said)}" if said else "")
        edges.append((*at[a], *at[b], title))
    names = place(
        (Label(short(n["value"].text, 26), *n["at"]) for n in nodes),
        around=[around_mark(*n["at"]) for n in nodes],
        within=(0, 0, WIDTH, HEIGHT),
        size=SIZE,
    )
    legend = [(f"in {side}", mark(SHAPES[key], 0, 0, 6)) for key, side in (("from", x), ("to", y))]
    legend.append(("in both", mark(SHAPES["both"], 0, 0, 6)))
    listed = [(values[n], graph.degree(n)) for n in ranked]
    note = f"Drawn: the {len(keep)} best-tied of {len(ranked)} nodes." if len(ranked) > len(keep) else ""
    context: dict[str, Any] = {"nodes": nodes, "edges": edges, "names": names, "legend": legend, "size": SIZE}
    return Drawing(WIDTH, HEIGHT + 34, (x, y), list(rows), {**context, "beside": listed}, note)


def _places(graph: networkx.Graph[str]) -> dict[str, tuple[float, float]]:
    """Where the nodes stand: tied parts in squares of their own, the largest first, each laid out by springs."""
    import networkx

    parts = sorted((sorted(part) for part in networkx.connected_components(graph)), key=lambda p: (-len(p), p[0]))
    placed: dict[str, tuple[float, float]] = {}
    if len(parts) == 1:
        _fill(graph, parts[0], (PAD, PAD, WIDTH - 2 * PAD - 90, HEIGHT - 2 * PAD), placed)
        return placed
    low, high = 1.0, HEIGHT
    for _ in range(30):
        side = (low + high) / 2
        low, high = (side, high) if _shelved(parts, side) is not None else (low, side)
    for part, (x, y, s) in zip(parts, _shelved(parts, low) or [], strict=True):
        _fill(graph, part, (x + 12, y + 10, s * 0.72 - 12, s - 20), placed)
    return placed


def _shelved(parts: Sequence[Sequence[str]], unit: float) -> list[tuple[float, float, float]] | None:
    """A square (left, top, side) for each part, row by row, sides as the root of its size; None if they do not fit."""
    x, y, row = PAD, PAD, 0.0
    found = []
    for part in parts:
        side = unit * math.sqrt(len(part))
        if x + side > WIDTH - PAD:
            x, y, row = PAD, y + row, 0.0
        if side > WIDTH - 2 * PAD or y + side > HEIGHT - PAD:
            return None
        found.append((x, y, side))
        x, row = x + side, max(row, side)
    return found


def _fill(
    graph: networkx.Graph[str],
    part: Sequence[str],
    box: tuple[float, float, float, float],
    placed: dict[str, tuple[float, float]],
) -> None:
    """Lay *part* out within *box* (left, top, width, height)."""
    import networkx

    left, top, wide, tall = box
    room = 1.9 / math.sqrt(len(part))
    found = networkx.spring_layout(graph.subgraph(part), k=room, iterations=150, seed=SEED)
    spans = []
    for axis in (0, 1):
        numbers = [float(found[n][axis]) for n in part]
        spans.append((min(numbers), (max(numbers) - min(numbers)) or 1.0))
    for n in part:
        x, y = ((float(found[n][axis]) - spans[axis][0]) / spans[axis][1] for axis in (0, 1))
        single = len(part) == 1
        placed[n] = (left + wide * (0.5 if single else x), top + tall * (0.5 if single else y))


def _node(iri: str, value: Value, degree: int, sides: set[str], at: tuple[float, float]) -> dict[str, Any]:
    side = "both" if len(sides) > 1 else next(iter(sides))
    r = 4.2 + 1.3 * math.sqrt(degree)
    said = f"{value.text}: {degree} {'tie' if degree == 1 else 'ties'}"
    group = {"from": 0, "to": 1, "both": 2}[side]
    return {"value": value, "path": mark(SHAPES[side], *at, r), "group": group, "title": said, "at": (*at, r)}
