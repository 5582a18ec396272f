"""An answer as a chart: bars, columns over time, or points, as its columns ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, mark, short, text
from biokg.web.results.roles import Roles, year_of

BARS = 40
"""Bars drawn at most."""
SERIES = 6
WIDTH, LEFT, RIGHT, TOP, LINE = 980.0, 320.0, 90.0, 34.0, 24.0
TALL = 380.0
SHAPES = ("circle", "square", "diamond", "up", "down")


def options(roles: Roles) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be chosen: the columns for the labels (or the horizontal axis), and those for the measure."""
    axes = roles.numbers if len(roles.numbers) > 1 else ()
    return (*roles.times, *roles.labels, *axes), roles.numbers


def layout(rows: Sequence[Row], roles: Roles, x: str, y: str) -> Drawing:
    """The chart of the measure *y* by *x*."""
    measured = [row for row in rows if (value := row.get(y)) is not None and _finite(value.text)]
    if x in roles.times or x in roles.numbers:
        return _points(measured, roles, x, y)
    return _bars(measured, roles, x, y)


def _finite(number: str) -> bool:
    return math.isfinite(float(number))


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from *low* to *high*, at most about *most* of them."""
    span = (high - low) or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span / most))
    step *= next(f for f in (1, 2, 5, 10) if span / (step * f) <= most)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 10) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _bars(rows: Sequence[Row], roles: Roles, x: str, y: str) -> Drawing:
    drawn = rows[:BARS]
    others = [name for name in (*roles.labels, *roles.times) if name != x]
    numbers = [float(text(row, y)) for row in drawn]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    scale = (WIDTH - LEFT - RIGHT) / ((high - low) or 1.0)
    zero = LEFT - low * scale
    bars = []
    for at, (row, number) in enumerate(zip(drawn, numbers, strict=True)):
        label = " · ".join([text(row, x), *(text(row, name) for name in others if text(row, name))])
        bars.append(
            {
                "value": row.get(x),
                "label": short(label, 44),
                "title": f"{label}: {text(row, y)}",
                "y": TOP + at * LINE,
                "x": min(zero, zero + number * scale),
                "width": max(abs(number) * scale, 1.0),
                "end": max(zero, zero + number * scale),
                "n": text(row, y),
            }
        )
    height = TOP + len(bars) * LINE + 30
    lines = [(LEFT + (t - low) * scale, f"{t:g}") for t in ticks(low, high)]
    note = f"Drawn: the first {BARS} of {len(rows)} bars, in the order of the answer." if len(rows) > BARS else ""
    context: dict[str, Any] = {"bars": bars, "lines": lines, "zero": zero, "measure": y, "top": TOP}
    return Drawing(WIDTH, height, (x, y), list(drawn), context, note)


def _points(rows: Sequence[Row], roles: Roles, x: str, y: str) -> Drawing:
    """Points over time or over another number; over time those of one series are joined."""
    timed = x in roles.times
    series_of = next((name for name in (*roles.texts, *roles.resources) if 1 < _distinct(rows, name) <= SERIES), None)
    held: dict[str, list[tuple[float, float, Row]]] = {}
    for row in rows:
        across = year_of(row.get(x)) if timed else _number(row, x)
        if across is not None:
            key = (text(row, series_of) if series_of else "") or "not stated"
            held.setdefault(key, []).append((across, float(text(row, y)), row))
    points = [point for series in held.values() for point in series]
    if not points:
        return Drawing(WIDTH, 60, (x, y), [], {"bars": [], "lines": [], "series": []}, "Nothing to draw.")
    wide, tall = _axis([p[0] for p in points], timed), _axis([*(p[1] for p in points), 0.0], False)

    def at(across: float, up: float) -> tuple[float, float]:
        return (
            80 + (across - wide[0]) / (wide[1] - wide[0]) * (WIDTH - 120),
            TOP + TALL - (up - tall[0]) / (tall[1] - tall[0]) * TALL,
        )

    series = []
    for place, (key, found) in enumerate(sorted(held.items(), key=lambda h: (h[0] == "not stated", h[0]))):
        marks = []
        for across, up, row in sorted(found, key=lambda point: point[:2]):
            title = _title(row, [name for name in roles.labels if name != series_of], x, y)
            marks.append(_mark(SHAPES[place % 5], at(across, up), title, row, roles))
        one_each = len({m["at"][0] for m in marks}) == len(marks)
        joined = _joined(sorted(p[0] for p in found), [m["at"] for m in marks]) if timed and one_each else ""
        series.append({"key": key, "marks": marks, "line": joined, "mark": mark(SHAPES[place % 5], 0, 0, 5)})
    context = {
        "series": series,
        "across": [(at(t, tall[0])[0], f"{t:g}") for t in ticks(*wide, 10) if not timed or float(t).is_integer()],
        "up": [(at(wide[0], t)[1], f"{t:g}") for t in ticks(*tall)],
        "named": bool(series_of),
        "axes": (x, y),
        "top": TOP,
        "bottom": TOP + TALL,
    }
    return Drawing(WIDTH, TOP + TALL + (80 if series_of else 56), (x, y), [p[2] for p in points], context)


def _joined(years: Sequence[float], points: Sequence[tuple[float, float]]) -> str:
    """The line through *points*, broken where more time passes than mostly does: no row is no value between."""
    gaps = sorted(after - before for before, after in pairwise(years))
    usual = max(1.0, gaps[len(gaps) // 2]) if gaps else 1.0
    steps = ["M", *("M" if after - before > 1.5 * usual else "L" for before, after in pairwise(years))]
    return "".join("{}{:.1f} {:.1f}".format(step, *point) for step, point in zip(steps, points, strict=True))


def _title(row: Row, names: Sequence[str], x: str, y: str) -> str:
    return ", ".join([*(text(row, name) for name in names if text(row, name)), f"{text(row, x)}: {text(row, y)}"])


def _mark(shape: str, at: tuple[float, float], title: str, row: Row, roles: Roles) -> dict[str, Any]:
    value = next((row.get(name) for name in roles.resources), None)
    return {"path": mark(shape, *at, 5), "title": title, "value": value, "at": at}


def _number(row: Row, name: str) -> float | None:
    found = text(row, name)
    return float(found) if found and _finite(found) else None


def _distinct(rows: Sequence[Row], name: str) -> int:
    return len({text(row, name) for row in rows})


def _axis(numbers: Sequence[float], timed: bool) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    if timed:
        return math.floor(low) - 0.5, math.ceil(high) + 0.5
    room = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    return (low if low == 0 else low - room), high + room
