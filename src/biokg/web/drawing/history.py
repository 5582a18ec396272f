"""In time: events, alliances with their outcomes, and states; what no source dates is left open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, last, mark, short, text
from biokg.web.drawing.labels import width_of

WIDTH, LEFT, RIGHT, LINE, TOP = 980.0, 330.0, 180.0, 21.0, 34.0
STRIP = WIDTH - RIGHT + 22
LANES = {
    "events": "its own events",
    "firms bought": "firms it bought",
    "alliances": "its alliances",
    "business models and phases": "its business models and phases",
    "candidates": "its candidates and their stages",
    "other states": "its other states",
}
"""The lanes of an organisation in the order in which they are drawn, and how they are headed."""
STATES = ("business models and phases", "candidates", "other states")
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
OTHER, STATE, CANDIDATE = ("policy", "diamond"), ("founding", "square"), ("round", "up")
COLUMNS = ("lane", "of", "kind", "event", "year", "until", "earliest", "latest", "source")
LEGEND = {
    ("circle", "alliance"): "signing",
    ("square", "alliance"): "outcome of an alliance",
    ("square", "founding"): "state",
    ("up", "round"): "round or stage",
}
HOLLOW = ("diamond", "undated")


def layout(rows: Sequence[Row], *, headings: dict[str, str] | None = None, columns: Sequence[str] = COLUMNS) -> Drawing:
    """One line for each kind of event, alliance, state and candidate, under the headings of their lanes.

    What has no stated year stands in a strip at the right. Without *headings* those of an organisation are used.
    """
    named = LANES if headings is None else headings
    lines = _lines(rows, list(named))
    years = [int(text(row, key)) for row in rows for key in ("year", "until") if text(row, key)]
    first, final = (min(years), max(years)) if years else (2016, 2016)
    step = (WIDTH - LEFT - RIGHT) / (final - first + 1)
    drawn, heads, bottom = _drawn(lines, named, (first, step))
    height = bottom + 60
    pace = next(n for n in (1, 2, 5, 10, 25, 100, 1000) if (final - first) / n <= 14)
    return Drawing(
        WIDTH,
        height,
        tuple(columns),
        list(rows),
        {
            "lines": drawn,
            "heads": heads,
            "ticks": [
                (year, LEFT + (year - first + 0.5) * step) for year in range(first, final + 1) if not year % pace
            ],
            "legend": _legend({m["looks"] for line in drawn for m in line["marks"]}),
            "left": LEFT,
            "right": WIDTH - RIGHT,
            "strip": STRIP,
            "top": TOP - 6,
            "bottom": height - 60,
        },
    )


def _drawn(
    lines: list[tuple[str, list[Row]]], named: dict[str, str], axis: tuple[int, float]
) -> tuple[list[dict[str, Any]], list[tuple[str, float]], float]:
    """The lines under each other, the headings between them, and where the last one ends."""
    drawn: list[dict[str, Any]] = []
    heads: list[tuple[str, float]] = []
    at, before = 0.0, ""
    for lane, found in lines:
        if lane != before:
            at += 0.35 if heads else 0
            heads.append((named[lane], TOP + LINE * (at + 0.5)))
            at, before = at + 1, lane
        drawn.append(_line(TOP + LINE * (at + 0.5), lane, found, axis))
        at += 1
    return drawn, heads, TOP + LINE * at


def worth_drawing(rows: Sequence[Row]) -> bool:
    """Whether there is a time to show: something dated, and more than one or two things."""
    events = {(text(row, "event"), last(row, "event")) for row in rows}
    return len(events) > 2 and any(text(row, "year") or text(row, "until") for row in rows)


def _legend(used: set[tuple[str, str]]) -> list[tuple[float, str, str, str]]:
    """Where each entry begins, its mark, its colour and what it says, for the marks that are *used*."""
    made, x = [], 0.0
    shown = {looks: name for looks, name in LEGEND.items() if looks in used}
    for (shape, sort), name in {**shown, HOLLOW: "hollow: year not stated"}.items():
        made.append((x, mark(shape, 0, 0, 6), sort, name))
        x += 24 + width_of(name, 12)
    return made


def _lines(rows: Sequence[Row], lanes: list[str]) -> list[tuple[str, list[Row]]]:
    """The rows of each line with its lane: dated lines by their first year, then those without any."""
    grouped: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        lane = text(row, "lane")
        parted = lane not in ("candidates", "alliances", "firms bought") and not _staged(row)
        key = text(row, "kind") if lane == "events" else f"{text(row, 'of')} {text(row, 'kind') if parted else ''}"
        event = row["event"]
        grouped.setdefault((lane, key), {}).setdefault((event.iri or "") if event else "", row)

    def order(item: tuple[tuple[str, str], dict[str, Row]]) -> tuple[int, int, str]:
        (lane, key), found = item
        dated = (int(text(r, "year") or text(r, "until") or 9999) for r in found.values())
        return (lanes.index(lane), min(dated, default=9999), key)

    return [(lane, list(found.values())) for (lane, _), found in sorted(grouped.items(), key=order)]


def _line(y: float, lane: str, found: list[Row], axis: tuple[int, float]) -> dict[str, Any]:
    spans = [_span(row, axis) for row in found if _is_state(lane, row) and (text(row, "year") or text(row, "until"))]
    columns: dict[float, list[Row]] = {}
    for row in found:
        columns.setdefault(_x(row, lane, axis), []).append(row)
    marks = [_mark(x, y, lane, together) for x, together in sorted(columns.items())]
    dated = [m["x"] for m in marks if m["dated"]]
    head = found[0]
    name = text(head, "kind") if lane == "events" else text(head, "of")
    if _is_state(lane, head) and lane != "candidates" and not _staged(head):
        name = f"{text(head, 'kind')}: {name}"
    value = head["kind" if lane == "events" else "of"]
    return {
        "y": y,
        "label": short(name.split(" – ", 1)[-1] if lane == "alliances" else name, 46),
        "title": name,
        "value": value if value and value.href else None,
        "marks": marks,
        "tie": (min(dated), max(dated)) if lane == "alliances" and len(dated) > 1 else None,
        "spans": spans,
        "height": LINE,
    }


def _is_state(lane: str, row: Row) -> bool:
    return lane in STATES or lane not in LANES


def _staged(row: Row) -> bool:
    kind = row.get("kind")
    return kind is not None and "/drug-stage/" in (kind.iri or "")


def _x(row: Row, lane: str, axis: tuple[int, float]) -> float:
    """Where the mark of *row* stands: its year, the left edge where only an end is stated, else the strip."""
    year = text(row, "year")
    if year:
        return LEFT + (int(year) - axis[0] + 0.5) * axis[1]
    return LEFT if _is_state(lane, row) and text(row, "until") else STRIP


def _span(row: Row, axis: tuple[int, float]) -> dict[str, Any]:
    """The time of a state: solid between two stated years, dotted towards a start or an end that no source states."""
    year, until = text(row, "year"), text(row, "until")
    start = LEFT + (int(year) - axis[0] + 0.5) * axis[1] if year else LEFT
    end = LEFT + (int(until) - axis[0] + 0.5) * axis[1] if until else WIDTH - RIGHT
    return {"start": start, "end": end, "open": not (year and until), "closed": end if until else None}


def _mark(x: float, y: float, lane: str, together: list[Row]) -> dict[str, Any]:
    row = together[0]
    if _is_state(lane, row):
        sort, shape = CANDIDATE if lane == "candidates" or _staged(row) else STATE
    else:
        sort, shape = SORTS.get(last(row, "kind"), OTHER)
    staged = [text(r, "kind") for r in together if _staged(r)]
    return {
        "x": x,
        "y": y,
        "sort": sort,
        "path": mark(shape, x, y, 6.0),
        "dated": bool(text(row, "year")),
        "n": len(together),
        "looks": (shape, sort),
        "note": short(", ".join(dict.fromkeys(staged)), 24) if staged else "no stage stated" * (lane == "candidates"),
        "value": row["event"],
        "title": "\n".join(
            f"{text(r, 'kind')}: {text(r, 'event') or text(r, 'of')}, {_when(r, lane)}" for r in together
        ),
    }


def _when(row: Row, lane: str) -> str:
    """The year of a row in words, with the bounds that its source gives where it has no year."""
    year, until = text(row, "year"), text(row, "until")
    if year:
        return ("since " if _is_state(lane, row) else "") + year + (f" until {until}" if until else "")
    bounds = [f"not {word} {text(row, key)}" for key, word in (("earliest", "before"), ("latest", "after"))]
    said = [bound for bound, key in zip(bounds, ("earliest", "latest"), strict=True) if text(row, key)]
    return ", ".join(["year not stated", *said, *([f"until {until}"] if until else [])])
