"""One organisation and those it is allied with, in a circle around it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import DIRECTIONS, MARKS, NAMES, Drawing, last, mark, short, text
from biokg.web.drawing.network import LEGEND, SHAPES

WIDTH, MARGIN = 980.0, 64.0
DRAWN = 40
REACH = 280.0
"""How far to the side partners stand from the middle; less up and down."""


def layout(rows: Sequence[Row]) -> Drawing:
    """The partners with most alliances, ordered by class and name, at most 40."""
    alliances: dict[str, set[str]] = defaultdict(set)
    ways: dict[str, Counter[str]] = defaultdict(Counter)
    held: dict[str, Row] = {}
    for row in rows:
        partner = last(row, "partner")
        if not partner or not row["alliance"]:
            continue
        held.setdefault(partner, row)
        if last(row, "alliance") not in alliances[partner]:
            ways[partner][last(row, "direction") or "not-stated"] += 1
        alliances[partner].add(last(row, "alliance"))
    ranked = sorted(held, key=lambda p: (-len(alliances[p]), text(held[p], "partner").casefold()))[:DRAWN]
    ranked.sort(key=lambda p: (SHAPES.get(last(held[p], "class"), "up"), text(held[p], "partner").casefold()))
    high = min(260.0, 110.0 + 7.0 * len(ranked))
    middle = (WIDTH / 2, high + MARGIN)
    lines = []
    for at, partner in enumerate(ranked):
        angle = 2 * math.pi * (at + 0.5) / len(ranked) - math.pi / 2
        way = max(ways[partner], key=lambda d: (ways[partner][d], d))
        lines.append(_line(held[partner], way, len(alliances[partner]), middle, (angle, high)))
    used = {line["direction"] for line in lines}
    return Drawing(
        WIDTH,
        2 * high + 2 * MARGIN + 40,
        ("partner", "class", "direction", "alliance", "year"),
        list(rows),
        {
            "lines": lines,
            "middle": middle,
            "legend": [(name, mark(shape, 0, 0, 6)) for name, shape in LEGEND.items()],
            "ways": [(d, NAMES[d].partition(":")[0], mark(MARKS[d], 0, 0, 6)) for d in DIRECTIONS if d in used],
        },
        note=f"Drawn: {len(ranked)} of {len(held)} partners." if len(held) > DRAWN else "",
    )


def worth_drawing(rows: Sequence[Row]) -> bool:
    """Whether there are at least two partners."""
    return len({last(row, "partner") for row in rows}) > 1


def _line(row: Row, way: str, n: int, middle: tuple[float, float], place: tuple[float, float]) -> dict[str, Any]:
    angle, high = place
    x, y = middle[0] + REACH * math.cos(angle), middle[1] + high * math.sin(angle)
    side = "middle" if abs(math.cos(angle)) < 0.12 else ("start" if math.cos(angle) > 0 else "end")
    shift = {"start": 13.0, "end": -13.0, "middle": 0.0}[side]
    return {
        "x": x,
        "y": y,
        "at": (middle[0] + 0.62 * (x - middle[0]), middle[1] + 0.62 * (y - middle[1])),
        "label": short(text(row, "partner"), 34) + (f" ({n})" if n > 1 else ""),
        "label_x": x + shift,
        "label_y": y + (4.5 if side != "middle" else (-12.0 if math.sin(angle) < 0 else 20.0)),
        "anchor": side,
        "path": mark(SHAPES.get(last(row, "class"), "up"), x, y, 7.0),
        "value": row["partner"],
        "direction": way if way in MARKS else "not-stated",
        "way": mark(MARKS.get(way, "circle"), 0, 0, 5.5),
        "width": 0.8 + 1.1 * (n - 1),
        "title": f"{text(row, 'partner')}, {text(row, 'class') or 'class not stated'}: {n} alliances, {way}",
    }
