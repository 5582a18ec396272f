"""The Sankey picture of alliances: class of partner, direction, region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from biokg.web.asking import Row
from biokg.web.drawing.base import DIRECTIONS, NAMES, Drawing, last, text

WIDTH, TOP, SPACE, GAP, BAR = 980.0, 40.0, 520.0, 9.0, 16.0
EDGES = (262.0, 530.0, 762.0)
CLASSES = 8


@dataclass
class Node:
    """One block of a column: where it stands and how much of each side is taken."""

    label: str
    key: str
    size: float
    x: float
    y: float = 0.0
    height: float = 0.0
    left: float = 0.0
    right: float = 0.0


def layout(rows: Sequence[Row]) -> Drawing:
    """Three columns of blocks joined by bands; small partner classes are drawn together."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[text(row, "partner_class")] += int(text(row, "alliances"))
    large = set(sorted(sums, key=lambda c: -sums[c])[:CLASSES])
    links: dict[tuple[str, str], int] = defaultdict(int)
    ends: dict[tuple[str, str], int] = defaultdict(int)
    directions: dict[str, str] = {}
    for row in rows:
        kind = text(row, "partner_class")
        kind = kind if kind in large else "all other classes"
        direction, n = last(row, "direction"), int(text(row, "alliances"))
        directions[direction] = text(row, "direction")
        links[kind, direction] += n
        ends[direction, text(row, "region")] += n
    columns = _columns(links, ends, directions)
    bands = [*_bands(links, columns[0], columns[1]), *_bands(ends, columns[1], columns[2])]
    lowest = max((n.y + n.height for column in columns for n in column.values()), default=TOP)
    return Drawing(
        WIDTH,
        lowest + 64,
        ("partner_class", "direction", "region", "alliances"),
        list(rows),
        {
            "columns": columns,
            "bands": bands,
            "bar": BAR,
            "heads": list(zip(EDGES, ("class of partner", "direction of knowledge", "firm's region"), strict=True)),
            "legend": [(d, NAMES[d].partition(":")[0]) for d in DIRECTIONS if d in directions],
        },
    )


def _columns(
    links: dict[tuple[str, str], int], ends: dict[tuple[str, str], int], directions: dict[str, str]
) -> list[dict[str, Node]]:
    sizes: list[dict[str, int]] = [defaultdict(int), defaultdict(int), defaultdict(int)]
    for (kind, direction), n in links.items():
        sizes[0][kind] += n
        sizes[1][direction] += n
    for (_, region), n in ends.items():
        sizes[2][region] += n
    total = max((sum(size.values()) for size in sizes), default=1) or 1
    made = []
    for at, size in enumerate(sizes):
        keys = sorted(size, key=lambda k: (k == "all other classes", -size[k], k))
        if at == 1:
            keys = [d for d in DIRECTIONS if d in size] + [d for d in keys if d not in DIRECTIONS]
        scale = (SPACE - GAP * max(len(s) for s in sizes)) / total
        y, nodes = TOP, {}
        for key in keys:
            node = Node(directions.get(key, key), key, size[key], EDGES[at], y, size[key] * scale)
            nodes[key] = node
            y += node.height + GAP
        made.append(nodes)
    return made


def _bands(links: dict[tuple[str, str], int], left: dict[str, Node], right: dict[str, Node]) -> list[dict[str, object]]:
    order = {key: i for i, key in enumerate(right)}
    first = {key: i for i, key in enumerate(left)}
    made: list[dict[str, object]] = []
    for (a, b), n in sorted(links.items(), key=lambda item: (first[item[0][0]], order[item[0][1]])):
        source, target = left[a], right[b]
        thick = n * source.height / source.size
        y0, y1 = source.y + source.right, target.y + target.left
        source.right += thick
        target.left += thick
        x0, x1 = source.x + BAR, target.x
        bend = (x0 + x1) / 2
        path = (
            f"M{x0:.1f} {y0:.1f}C{bend:.1f} {y0:.1f} {bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
            f"V{y1 + thick:.1f}C{bend:.1f} {y1 + thick:.1f} {bend:.1f} {y0 + thick:.1f} {x0:.1f} {y0 + thick:.1f}Z"
        )
        key = b if b in DIRECTIONS else a
        made.append({"path": path, "direction": key, "title": f"{source.label} – {target.label}: {n}"})
    return made
