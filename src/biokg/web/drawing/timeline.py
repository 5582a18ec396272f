"""Policies, foundings, alliances, rounds and exits year by year."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, text

WIDTH, LEFT, RIGHT, LANE, TOP = 980.0, 190.0, 90.0, 92.0, 20.0
START = 1975
"""The axis begins here; what is earlier stands in one column before it."""
LANES = {
    "policies launched": "policy",
    "firms founded": "founding",
    "alliances signed": "alliance",
    "financing rounds": "round",
    "exits: bought, merged, insolvent": "exit",
}


def layout(rows: Sequence[Row]) -> Drawing:
    """One lane for each sort, one column for each year; what has no stated year is counted at the right."""
    dated, undated, things = _counted(rows)
    lanes = [name for name in LANES if name in dated or name in undated]
    years = [year for counter in dated.values() for year in counter] or [2016]
    first, final = min(years), max(years)
    step = (WIDTH - LEFT - RIGHT) / (final - first + 1)
    height = TOP + LANE * len(lanes) + 56
    shown = range(max(first, START), final + 1)
    return Drawing(
        WIDTH,
        height,
        ("lane", "of", "event", "year"),
        list(rows),
        {
            "lanes": [
                _lane(name, at, (dated[name], undated[name]), things, (first, step)) for at, name in enumerate(lanes)
            ],
            "ticks": [(y, LEFT + (y - first + 0.5) * step) for y in shown if y % 5 == 0 and y > START],
            "cut": LEFT + (2017 - first) * step if first <= 2016 <= final else None,
            "early": LEFT + 0.5 * step if first < START else None,
            "left": LEFT,
            "right": WIDTH - RIGHT,
            "top": TOP,
            "bottom": height - 56,
        },
    )


def _counted(rows: Sequence[Row]) -> tuple[dict[str, Counter[int]], Counter[str], dict[tuple[str, int], list[str]]]:
    """For each lane how many things each year has, how many have none, and the names of those of a year."""
    dated: dict[str, Counter[int]] = defaultdict(Counter)
    things: dict[tuple[str, int], list[str]] = defaultdict(list)
    undated: Counter[str] = Counter()
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        lane, year = text(row, "lane"), text(row, "year")
        thing = row["of"] or row["event"]
        key = (lane, (thing.iri or "") if thing else "", year)
        if thing is None or key in seen:
            continue
        seen.add(key)
        if year:
            column = max(int(year), START - 1)
            dated[lane][column] += 1
            things[lane, column].append(thing.text if column >= START else f"{thing.text} {year}")
    known = {(lane, iri) for lane, iri, year in seen if year}
    undated.update(lane for lane, iri, year in seen if not year and (lane, iri) not in known)
    return dated, undated, things


def _lane(
    name: str,
    at: int,
    counted: tuple[Counter[int], int],
    things: dict[tuple[str, int], list[str]],
    axis: tuple[int, float],
) -> dict[str, object]:
    (counter, undated), (first, step) = counted, axis
    base = TOP + LANE * (at + 1) - 14
    most = max(counter.values(), default=1)
    bars: list[dict[str, object]] = []
    for year, n in sorted(counter.items()):
        height = (LANE - 38) * n / most
        listed = ", ".join(things[name, year][:8]) + (" …" if n > 8 else "")
        bars.append(
            {
                "x": LEFT + (year - first) * step + step * 0.12,
                "width": step * 0.76,
                "y": base - height,
                "height": height,
                "n": n,
                "top": n == most and not any(bar["top"] for bar in bars),
                "title": f"{year if year >= START else 'earlier'}: {n} ({listed})",
            }
        )
    return {
        "label": name,
        "sort": LANES.get(name, "other"),
        "base": base,
        "bars": bars,
        "undated": undated,
        "total": sum(counter.values()),
    }
