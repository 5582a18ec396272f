"""One organisation in time: its own events, its alliances with their outcomes, and the states that sources give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, last, mark, short, text

WIDTH, LEFT, RIGHT, LINE, TOP = 980.0, 330.0, 130.0, 21.0, 34.0
LANES = ("events", "firms bought", "alliances", "states")
SORTS = {
    "FoundingEvent": ("founding", "diamond"),
    "FinancingEvent": ("round", "up"),
    "ListingEvent": ("round", "square"),
    "AcquisitionEvent": ("exit", "down"),
    "MergerEvent": ("exit", "down"),
    "InsolvencyEvent": ("exit", "square"),
    "SigningEvent": ("alliance", "circle"),
    "OutcomeEvent": ("alliance", "square"),
}
"""Colour and shape of a kind of event; other kinds have those of a policy."""
OTHER, STATE = ("policy", "diamond"), ("founding", "square")


def layout(rows: Sequence[Row]) -> Drawing:
    """One line for each kind of event, alliance and state; what has no stated year stands in a strip at the right."""
    lines = _lines(rows)
    years = [int(text(row, "year")) for row in rows if text(row, "year")]
    first, final = (min(years), max(years)) if years else (2016, 2016)
    step = (WIDTH - LEFT - RIGHT) / (final - first + 1)
    height = TOP + LINE * len(lines) + 34
    pace = next(n for n in (1, 2, 5, 10, 25, 100, 1000) if (final - first) / n <= 14)
    return Drawing(
        WIDTH,
        height,
        ("lane", "of", "kind", "event", "year", "earliest", "latest", "source"),
        list(rows),
        {
            "lines": [_line(at, lane, found, (first, step)) for at, (lane, found) in enumerate(lines)],
            "ticks": [
                (year, LEFT + (year - first + 0.5) * step) for year in range(first, final + 1) if not year % pace
            ],
            "left": LEFT,
            "right": WIDTH - RIGHT,
            "strip": WIDTH - RIGHT / 2,
            "top": TOP - 6,
            "bottom": height - 34,
        },
    )


def worth_drawing(rows: Sequence[Row]) -> bool:
    """Whether there is a time to show: something dated, and more than one or two things."""
    events = {(text(row, "event"), last(row, "event")) for row in rows}
    return len(events) > 2 and any(text(row, "year") for row in rows)


def _lines(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows of each line with its lane: dated lines by their first year, then those without any."""
    grouped: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        lane = text(row, "lane")
        key = text(row, "kind") if lane == "events" else f"{text(row, 'of')} {text(row, 'kind') * (lane == 'states')}"
        event = row["event"]
        grouped.setdefault((lane, key), {}).setdefault((event.iri or "") if event else "", row)

    def order(item: tuple[tuple[str, str], dict[str, Row]]) -> tuple[int, int, str]:
        (lane, key), found = item
        return (LANES.index(lane), min((int(text(r, "year") or 9999) for r in found.values()), default=9999), key)

    return [(lane, list(found.values())) for (lane, _), found in sorted(grouped.items(), key=order)]


def _line(at: int, lane: str, found: list[Row], axis: tuple[int, float]) -> dict[str, Any]:
    y = TOP + LINE * (at + 0.5)
    columns: dict[float, list[Row]] = {}
    for row in found:
        year = text(row, "year")
        x = LEFT + (int(year) - axis[0] + 0.5) * axis[1] if year else WIDTH - RIGHT / 2
        columns.setdefault(x, []).append(row)
    marks = [_mark(x, y, lane, together) for x, together in sorted(columns.items())]
    dated = [m["x"] for m in marks if m["dated"]]
    head = found[0]
    name = text(head, "kind") if lane == "events" else text(head, "of")
    if lane == "states":
        name = f"{text(head, 'kind')}: {name}"
    value = head["kind" if lane == "events" else "of"]
    return {
        "y": y,
        "lane": lane,
        "label": short(name, 44),
        "title": name,
        "value": value if value and value.href else None,
        "marks": marks,
        "tie": (min(dated), max(dated)) if lane == "alliances" and len(dated) > 1 else None,
        "open": min(dated) if lane == "states" and dated else None,
        "shaded": lane == "alliances",
        "height": LINE,
    }


def _mark(x: float, y: float, lane: str, together: list[Row]) -> dict[str, Any]:
    row = together[0]
    sort, shape = STATE if lane == "states" else SORTS.get(last(row, "kind"), OTHER)
    return {
        "x": x,
        "y": y,
        "sort": sort,
        "path": mark(shape, x, y, 6.0),
        "dated": bool(text(row, "year")),
        "n": len(together),
        "value": row["event"],
        "title": "\n".join(f"{text(r, 'kind')}: {text(r, 'event') or text(r, 'of')}, {_when(r)}" for r in together),
    }


def _when(row: Row) -> str:
    """The year of a row in words, with the bounds that its source gives where it has no year."""
    if text(row, "year"):
        return ("since " if text(row, "lane") == "states" else "") + text(row, "year")
    bounds = [f"not {word} {text(row, key)}" for key, word in (("earliest", "before"), ("latest", "after"))]
    said = [bound for bound, key in zip(bounds, ("earliest", "latest"), strict=True) if text(row, key)]
    return ", ".join(["year not stated", *said])
