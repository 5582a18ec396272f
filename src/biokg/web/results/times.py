"""An answer on a line of time: marks year by year, or bars from one moment to another."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, mark, short, text
from biokg.web.drawing.labels import Label, around_mark, place
from biokg.web.results.chart import ticks
from biokg.web.results.roles import Roles, year_of

WIDTH, LEFT, RIGHT, TOP = 980.0, 190.0, 40.0, 26.0
LANES = 8
"""Kinds that get a lane of their own at most."""
SPANS = 60
"""Bars drawn at most."""
HIGH = 12
"""Marks that stand on each other at their full size."""
SHAPES = ("circle", "square", "diamond", "up", "down")
SIZE = 11.5


def options(roles: Roles) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be chosen: the column of the moments, and the one that names what happened."""
    return roles.times, roles.labels


def layout(rows: Sequence[Row], roles: Roles, x: str, y: str) -> Drawing:
    """The things *y* at the moments *x*; with a second column of moments, from one to the other."""
    until = next((name for name in roles.times if name != x), None)
    dated = [(year, row) for row in rows if (year := year_of(row.get(x))) is not None]
    undated = len(rows) - len(dated)
    if not dated:
        return Drawing(WIDTH, 60, (x, y), [], {"lanes": [], "spans": []}, "No row has a moment.")
    made = _spans(dated, x, until, y) if until else _lanes(dated, roles, x, y)
    note = f"{undated} rows name no moment; they are in the table only." if undated else ""
    if until and len(dated) > SPANS:
        note = f"Drawn: the first {SPANS} of {len(dated)} rows. {note}".strip()
    return Drawing(WIDTH, made.pop("height"), (x, y), [row for _, row in dated], made, note)


def _scale(years: Sequence[float]) -> tuple[float, float, float]:
    """First and last year of the axis, and how wide a year is."""
    first, final = math.floor(min(years)) - 0.5, math.ceil(max(years)) + 1.5
    return first, final, (WIDTH - LEFT - RIGHT) / (final - first)


def _axis(first: float, final: float, step: float) -> list[tuple[float, str]]:
    return [(LEFT + (t - first) * step, f"{t:g}") for t in ticks(first, final, 12) if float(t).is_integer()]


def _spans(dated: Sequence[tuple[float, Row]], x: str, until: str, y: str) -> dict[str, Any]:
    ends = [end for _, row in dated if (end := year_of(row.get(until))) is not None]
    first, final, step = _scale([*(year for year, _ in dated), *ends])
    spans = []
    for at, (begin, row) in enumerate(sorted(dated, key=lambda d: (d[0], text(d[1], y)))[:SPANS]):
        end = year_of(row.get(until))
        whole = text(row, until) or "end not stated"
        stop = final if end is None else max(end + (1 if float(end).is_integer() else 0), begin)
        spans.append(
            {
                "value": row.get(y),
                "label": short(text(row, y), 26),
                "y": TOP + at * 22,
                "x": LEFT + (begin - first) * step,
                "width": max((stop - begin) * step, 3.0),
                "open": end is None,
                "title": f"{text(row, y)}: {text(row, x)} to {whole}",
            }
        )
    bottom = TOP + len(spans) * 22 + 4
    axis = _axis(first, final, step)
    return {"spans": spans, "lanes": [], "axis": axis, "top": TOP, "bottom": bottom, "height": bottom + 34}


def _lanes(dated: Sequence[tuple[float, Row]], roles: Roles, x: str, y: str) -> dict[str, Any]:
    lane_of = next((n for n in roles.labels if n != y and 1 < len({text(r, n) for _, r in dated}) <= LANES), None)
    first, final, step = _scale([year for year, _ in dated])
    held: dict[str, dict[int, list[tuple[float, Row]]]] = defaultdict(lambda: defaultdict(list))
    for year, row in dated:
        held[(text(row, lane_of) or "not stated") if lane_of else ""][math.floor(year)].append((year, row))
    lanes, base, labels, boxes = [], TOP, [], []
    for place_of, (name, columns) in enumerate(sorted(held.items(), key=lambda h: (h[0] == "not stated", h[0]))):
        most = max(len(found) for found in columns.values())
        r = 5.0 if most <= HIGH else max(1.6, 5.0 * HIGH / most)
        tall = max(46.0, most * r * 2.2 + 24)
        base += tall
        marks = []
        for year, found in sorted(columns.items()):
            for up, (_, row) in enumerate(sorted(found, key=lambda f: (f[0], text(f[1], y)))):
                at = (LEFT + (year + 0.5 - first) * step, base - r - 4 - up * r * 2.2)
                title = f"{text(row, y)}: {text(row, x)}"
                path = mark(SHAPES[place_of % 5], *at, r)
                marks.append({"path": path, "value": row.get(y), "title": title, "at": at})
                labels.append(Label(short(text(row, y), 22), *at, r))
                boxes.append(around_mark(*at, r))
        lanes.append({"name": short(name, 24), "base": base, "marks": marks, "n": len(marks), "group": place_of})
    names = place(labels, around=boxes, within=(LEFT, 0, WIDTH, base - 2), size=SIZE) if len(labels) <= 400 else []
    axis = _axis(first, final, step)
    made = {"lanes": lanes, "spans": [], "names": names, "axis": axis, "size": SIZE, "named": bool(lane_of)}
    return made | {"top": TOP, "bottom": base, "height": base + 34}
