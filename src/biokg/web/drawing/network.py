"""The network of organisations tied by alliances, with communities."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from biokg.web.asking import Row, Value
from biokg.web.drawing.base import Drawing, last, mark, short
from biokg.web.drawing.labels import Label, Placed, around_mark, place

if TYPE_CHECKING:
    import networkx

    Graph = networkx.Graph[str]

DRAWN, NAMED = 150, 30
WIDTH, HEIGHT, PAD = 980.0, 900.0, 14.0
SEED = 2016
SHAPES = {"nbf": "circle", "big-pharma": "square", "pharma-other": "square", "university": "diamond"}
LEGEND = {"firm": "circle", "pharmaceutical company": "square", "university": "diamond", "other": "up"}
ROOM = 27.0
"""The radius of a group's circle grows with this times the root of its members."""
SIZE = 11.5


def layout(rows: Sequence[Row]) -> Drawing:
    """The largest tied part, at most 150 organisations; each community in a circle of its own, from a fixed seed."""
    import networkx

    graph, held, classes = _graph(rows)
    parts = sorted(networkx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    ranked = sorted(graph, key=lambda n: (-graph.degree(n, weight="weight"), n))
    keep = [n for n in ranked if parts and n in parts[0]][:DRAWN]
    drawn = _part_of(graph, keep)
    found = networkx.community.louvain_communities(drawn, weight="weight", seed=SEED) if len(drawn) else []
    groups = sorted((sorted(group) for group in found), key=lambda g: (-len(g), g[0]))
    group_of = {n: at for at, group in enumerate(groups) for n in group}
    circles = _circles(drawn, groups)
    place_of = _places(drawn, groups, circles)
    nodes = [_node(n, drawn, (held, classes), place_of[n], group_of[n]) for n in keep]
    edges = [
        (*place_of[a], *place_of[b], 0.6 + 0.9 * (data["weight"] - 1), group_of[a] == group_of[b])
        for a, b, data in sorted(drawn.edges(data=True))
    ]
    return Drawing(
        WIDTH,
        HEIGHT + 40,
        ("organisation", "class", "partners", "alliances", "group"),
        [_row(n, graph, (held, classes), group_of) for n in ranked],
        {
            "nodes": nodes,
            "edges": edges,
            "names": _names(nodes, circles),
            "size": SIZE,
            "circles": [(at + 1, *circle, len(groups[at])) for at, circle in enumerate(circles)],
            "members": [[held[n] for n in keep if group_of[n] == at] for at in range(len(groups))],
            "legend": [(name, mark(shape, 0, 0, 6)) for name, shape in LEGEND.items()],
        },
        note=f"Drawn: {len(keep)} of {len(graph)} organisations in {len(groups)} groups. "
        f"The rest are smaller tied parts, or less tied: {len(parts)} parts in all.",
    )


def _row(n: str, graph: Graph, known: tuple[dict[str, Value], dict[str, Value]], group_of: dict[str, int]) -> Row:
    """What the table beside the picture says of one organisation."""
    held, classes = known
    return {
        "organisation": held[n],
        "class": classes.get(n),
        "partners": _number(graph.degree(n)),
        "alliances": _number(int(graph.degree(n, weight="weight"))),
        "group": _number(group_of[n] + 1) if n in group_of else None,
    }


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


def _part_of(graph: Graph, nodes: Iterable[str]) -> Graph:
    """*graph* between *nodes*, all in one order: that of a view is the order of a set, another in each process."""
    import networkx

    part: Graph = networkx.Graph()
    part.add_nodes_from(sorted(nodes))
    part.add_edges_from((a, b, data) for a, b, data in sorted(graph.edges(data=True)) if a in part and b in part)
    return part


def _circles(graph: Graph, groups: list[list[str]]) -> list[tuple[float, float, float]]:
    """Centre and radius of the circle of each group: near the groups it is tied to, on none of them."""
    import networkx

    if not groups:
        return []
    of = {n: at for at, group in enumerate(groups) for n in group}
    ties: networkx.Graph[int] = networkx.Graph()
    ties.add_nodes_from(range(len(groups)))
    for a, b in sorted(graph.edges()):
        if of[a] != of[b]:
            weight = ties.edges[of[a], of[b]]["weight"] + 1 if ties.has_edge(of[a], of[b]) else 1
            ties.add_edge(of[a], of[b], weight=weight)
    found = networkx.spring_layout(ties, iterations=200, seed=SEED)
    wide, high = WIDTH - 2 * PAD, HEIGHT - 2 * PAD
    radii = [ROOM * math.sqrt(len(group)) + 8 for group in groups]
    points = _stretched([(float(found[at][0]), float(found[at][1])) for at in range(len(groups))], wide, high)
    for _ in range(600):
        for a, b in combinations(range(len(points)), 2):
            _part(points, a, b, radii[a] + radii[b] + 10)
        for at, (x, y) in enumerate(points):
            r = radii[at]
            points[at] = (min(max(x, r), wide - r), min(max(y, r + 14), high - r))
    return [(PAD + x, PAD + y, r) for (x, y), r in zip(points, radii, strict=True)]


def _stretched(points: list[tuple[float, float]], wide: float, high: float) -> list[tuple[float, float]]:
    """*points* moved and scaled to fill a box of that size."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across, down = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    return [((x - min(xs)) / across * wide, (y - min(ys)) / down * high) for x, y in points]


def _part(points: list[tuple[float, float]], a: int, b: int, apart: float) -> None:
    """Move two points from each other until they are *apart*."""
    (ax, ay), (bx, by) = points[a], points[b]
    dx, dy = bx - ax, by - ay
    far = math.hypot(dx, dy) or 1.0
    if far < apart:
        push = (apart - far) / 2 / far
        points[a], points[b] = (ax - dx * push, ay - dy * push), (bx + dx * push, by + dy * push)


def _places(
    graph: Graph, groups: list[list[str]], circles: list[tuple[float, float, float]]
) -> dict[str, tuple[float, float]]:
    """Where each node stands within the circle of its group."""
    import networkx

    placed: dict[str, tuple[float, float]] = {}
    for group, (cx, cy, r) in zip(groups, circles, strict=True):
        inside = _part_of(graph, group)
        found = networkx.spring_layout(inside, k=2.4 / math.sqrt(len(group)), iterations=120, seed=SEED)
        points = [(float(found[n][0]), float(found[n][1])) for n in group]
        middle = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        reach = max((math.hypot(x - middle[0], y - middle[1]) for x, y in points), default=1.0) or 1.0
        scale = (r - 16) / reach
        points = [((x - middle[0]) * scale, (y - middle[1]) * scale) for x, y in points]
        for _ in range(80):
            for a, b in combinations(range(len(points)), 2):
                _part(points, a, b, 21.0)
            points = [_within(point, r - 13) for point in points]
        placed |= {n: (cx + x, cy + y) for n, (x, y) in zip(group, points, strict=True)}
    return placed


def _within(point: tuple[float, float], reach: float) -> tuple[float, float]:
    """*point* drawn back to at most *reach* from the middle."""
    far = math.hypot(*point)
    return point if far <= reach else (point[0] * reach / far, point[1] * reach / far)


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
        "title": f"{held[n].text}: {graph.degree(n)} partners, group {group + 1}",
        "at": (x, y, r),
    }


def _label(node: dict[str, Any], rank: int) -> Label:
    """The name of a node; that of one of the best-tied may stand away from its mark, where there is room."""
    x, y, r = node["at"]
    reach = (0.0, 10.0, 20.0, 32.0, 46.0, 60.0) if rank < NAMED else (0.0,)
    return Label(short(node["value"].text, 18), x, y, r, reach=reach)


def _names(nodes: list[dict[str, Any]], circles: list[tuple[float, float, float]]) -> list[Placed]:
    """Labels of the best-tied nodes, those that find room."""
    heads = [(x - 30, y - r - 14, x + 30, y - r + 2) for x, y, r in circles]
    return place(
        (_label(node, rank) for rank, node in enumerate(nodes)),
        around=[*(around_mark(*node["at"]) for node in nodes), *heads],
        within=(0, 0, WIDTH, HEIGHT),
        size=SIZE,
    )
