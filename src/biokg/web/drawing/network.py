"""The network of organisations tied by alliances, with communities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from biokg.web.asking import Row, Value
from biokg.web.drawing.base import Drawing, last, mark, short

if TYPE_CHECKING:
    import networkx

    Graph = networkx.Graph[str]

DRAWN = 150
WIDTH, HEIGHT, PAD = 980.0, 860.0, 60.0
SEED = 2016
SHAPES = {"nbf": "circle", "big-pharma": "square", "pharma-other": "square", "university": "diamond"}
NAMED = 60
LEGEND = {"firm": "circle", "pharmaceutical company": "square", "university": "diamond", "other": "up"}


def layout(rows: Sequence[Row]) -> Drawing:
    """The largest tied part, at most 150 organisations, placed by springs from a fixed seed."""
    import networkx

    graph, held, classes = _graph(rows)
    parts = sorted(networkx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    ranked = sorted(graph, key=lambda n: (-graph.degree(n, weight="weight"), n))
    keep = [n for n in ranked if parts and n in parts[0]][:DRAWN]
    drawn = graph.subgraph(sorted(keep))
    found = networkx.community.louvain_communities(drawn, weight="weight", seed=SEED) if len(drawn) else []
    groups = sorted((sorted(group) for group in found), key=lambda g: (-len(g), g[0]))
    group_of = {n: at for at, group in enumerate(groups) for n in group}
    place = _places(drawn)
    nodes = [_node(n, drawn, (held, classes), place[n], group_of[n]) for n in keep]
    _name(nodes)
    edges = [
        (*place[a], *place[b], 0.6 + 0.9 * (data["weight"] - 1), group_of[a] == group_of[b])
        for a, b, data in sorted(drawn.edges(data=True))
    ]
    table: list[Row] = [
        {
            "organisation": held[n],
            "class": classes.get(n),
            "partners": _number(graph.degree(n)),
            "alliances": _number(int(graph.degree(n, weight="weight"))),
            "group": _number(group_of[n] + 1) if n in group_of else None,
        }
        for n in ranked
    ]
    return Drawing(
        WIDTH,
        HEIGHT + 40,
        ("organisation", "class", "partners", "alliances", "group"),
        table,
        {"nodes": nodes, "edges": edges, "legend": [(name, mark(shape, 0, 0, 6)) for name, shape in LEGEND.items()]},
        note=f"Drawn: {len(keep)} of {len(graph)} organisations in {len(groups)} groups. "
        f"The rest are smaller tied parts, or less tied: {len(parts)} parts in all.",
    )


def _number(n: int) -> Value:
    return Value(str(n), datatype="http://www.w3.org/2001/XMLSchema#integer")


def _graph(rows: Sequence[Row]) -> tuple[Graph, dict[str, Value], dict[str, Value]]:
    import networkx

    members: dict[str, set[str]] = {}
    held: dict[str, Value] = {}
    classes: dict[str, Value] = {}
    for row in rows:
        alliance, organisation, kind = row["alliance"], row["organisation"], row["class"]
        if alliance and organisation and alliance.iri and organisation.iri:
            members.setdefault(alliance.iri, set()).add(organisation.iri)
            held[organisation.iri] = organisation
            if kind is not None:
                classes[organisation.iri] = kind
    graph: Graph = networkx.Graph()
    for _, group in sorted(members.items()):
        for a, b in combinations(sorted(group), 2):
            weight = graph.edges[a, b]["weight"] + 1 if graph.has_edge(a, b) else 1
            graph.add_edge(a, b, weight=weight)
    return graph, held, classes


def _places(graph: Graph) -> dict[str, tuple[float, float]]:
    import networkx

    found = networkx.spring_layout(graph, k=2.1 / math.sqrt(max(len(graph), 1)), iterations=160, seed=SEED)
    if not found:
        return {}
    xs, ys = [float(p[0]) for p in found.values()], [float(p[1]) for p in found.values()]
    wide, high = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    return {
        n: (
            PAD + (float(p[0]) - min(xs)) / wide * (WIDTH - 2 * PAD),
            PAD + (float(p[1]) - min(ys)) / high * (HEIGHT - 2 * PAD),
        )
        for n, p in found.items()
    }


def _node(
    n: str,
    graph: Graph,
    known: tuple[dict[str, Value], dict[str, Value]],
    at: tuple[float, float],
    group: int,
) -> dict[str, Any]:
    (held, classes), (x, y) = known, at
    r = 3.4 + 1.25 * math.sqrt(graph.degree(n, weight="weight"))
    kind = last({"class": classes.get(n)}, "class")
    return {
        "value": held[n],
        "path": mark(SHAPES.get(kind, "up"), x, y, r),
        "group": group % 8,
        "number": group + 1,
        "label": "",
        "x": x,
        "y": y - r - 3,
        "title": f"{held[n].text}: {graph.degree(n)} partners, group {group + 1}",
    }


def _name(nodes: list[dict[str, Any]]) -> None:
    """Label the best-tied nodes, leaving out a label that would lie on one already there."""
    boxes: list[tuple[float, float, float]] = []
    for node in nodes:
        label = short(node["value"].text, 20)
        half, x, y = 3.4 * len(label), node["x"], node["y"]
        if len(boxes) < NAMED and not any(abs(y - b) < 13 and abs(x - a) < half + h for a, b, h in boxes):
            node["label"] = label
            boxes.append((x, y, half))
