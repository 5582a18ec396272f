"""Figures as SVG text, readable without scripts; every figure carries its numbers as text too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

COLOURS = {
    "supported": "#1b7837",
    "partially-supported": "#c2a83e",
    "contradicted": "#b2182b",
    "insufficient-data": "#8c8c8c",
    "passed": "#1b7837",
    "failed": "#b2182b",
    "cant-tell": "#c2a83e",
    "untested": "#8c8c8c",
}
"""One colour each for verdicts and outcomes; figures never rely on colour alone."""
SIGNS = {"supported": "+", "partially-supported": "±", "contradicted": "−", "insufficient-data": "?"}
_INK, _SOFT = "#222222", "#cccccc"


def _svg(width: int, height: int, title: str, body: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label={quoteattr(title)} font-family="sans-serif" font-size="12">'
    )
    return "".join((head, f"<title>{escape(title)}</title>", *body, "</svg>"))


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, colour: str = _INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{escape(text)}</text>'
    )


def _box(x: float, y: float, width: float, height: float, /, colour: str, *, title: str = "") -> str:
    inside = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}">{inside}</rect>'


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def intervals_svg(criteria: Sequence[dict[str, Any]], title: str) -> str:
    """For each counted criterion a bar from L to H, a dark part up to L, and the threshold as a line."""
    shown = [item for item in criteria if item["quantifier"] in ("most", "all") and item["L"] is not None]
    row, left, span = 46, 20, 560
    body = []
    for number, item in enumerate(shown):
        top = 30 + number * row
        low, high = float(item["L"]), float(item["H"])
        colour = COLOURS[item["outcome"]]
        body.append(_text(left, top - 4, f"{item['title']} — {item['outcome_label']}"))
        body.append(_box(left, top, span, 12, "#eeeeee"))
        body.append(_box(left + span * low, top, span * (high - low), 12, _SOFT, title="possible"))
        body.append(_box(left, top, span * low, 12, colour, title="certain"))
        if item["quantifier"] == "most":
            x = left + span * float(item["threshold"])
            body.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - 2}" y2="{top + 14}" stroke="{_INK}"/>')
        numbers = f"L {_percent(low)}  H {_percent(high)}  ({item['Y']} yes, {item['X']} no, {item['U']} unknown)"
        body.append(_text(left + span + 8, top + 10, numbers, size=11))
    return _svg(left + span + 270, 30 + max(len(shown), 1) * row, title, body)


def robustness_svg(found: dict[str, Any], title: str) -> str:
    """The grid of a sub-claim: populations downwards, rule × threshold × as-of across; a sign in every cell."""
    populations = list(dict.fromkeys(cell["population"] for cell in found["grid"]))
    columns = list(dict.fromkeys((cell["as_of"], cell["rule"], cell["threshold"]) for cell in found["grid"]))
    columns.sort(key=lambda key: (key[0] is None, key[0] or 0, key[1], key[2]))
    size, left, top = 18, 200, 40
    body = []
    for number, name in enumerate(populations):
        body.append(_text(left - 6, top + number * size + 13, name, anchor="end", size=11))
    for number, (when, rule, _step) in enumerate(columns):
        if number == 0 or columns[number - 1][:2] != (when, rule):
            label = f"{'to date' if when is None else when} · rule {rule + 1}"
            body.append(_text(left + number * size, top - 22 + 11 * (rule % 2), label, size=9))
    for cell in found["grid"]:
        x = left + columns.index((cell["as_of"], cell["rule"], cell["threshold"])) * size
        y = top + populations.index(cell["population"]) * size
        documents, firms = cell["documents_that_change_it"], cell["firms_that_change_it"]
        told = f"{cell['verdict']}; {documents} documents and {firms} firms would change it"
        body.append(_box(x, y, size - 2, size - 2, COLOURS[cell["verdict"]], title=told))
        sign = SIGNS[cell["verdict"]] + ("*" if documents + firms else "")
        body.append(_text(x + 8, y + 12, sign, anchor="middle", size=11, colour="#ffffff"))
    height = top + len(populations) * size + 30
    key = "+ supported   ± partially   − contradicted   ? insufficient data   * one document or firm changes it"
    body.append(_text(left, height - 8, key, size=10))
    return _svg(left + max(len(columns) * size, 520) + 20, height, title, body)


def curves_svg(curves: dict[str, list[tuple[float, float]]], title: str, unit: str) -> str:
    """Step curves of shares over years, each named at its end."""
    width, height, left, top = 760, 260, 50, 20
    last = max((x for points in curves.values() for x, _ in points), default=1.0) or 1.0
    wide, high = width - left - 330, height - top - 40
    body = [
        f'<line x1="{left}" y1="{top + high}" x2="{left + wide}" y2="{top + high}" stroke="{_INK}"/>',
        f'<line x1="{left}" y1="{top}" x2="{left}" y2="{top + high}" stroke="{_INK}"/>',
        _text(left + wide / 2, height - 8, unit, anchor="middle", size=11),
        *(_text(left - 6, top + high * (1 - s) + 4, _percent(s), anchor="end", size=10) for s in (0, 0.5, 1)),
    ]
    for number, (name, points) in enumerate(curves.items()):
        path, share = f"M {left} {top + high}", 0.0
        for x, y in points:
            place = left + wide * x / last
            path += f" L {place:.1f} {top + high * (1 - share):.1f} L {place:.1f} {top + high * (1 - y):.1f}"
            share = y
        dash = ("", "6 3", "2 2", "8 2 2 2")[number % 4]
        line, row = left + wide + 12, top + 14 + 18 * number
        body.append(f'<path d="{path}" fill="none" stroke="{_INK}" stroke-dasharray="{dash}"/>')
        body.append(f'<path d="M {line} {row - 4} h 28" stroke="{_INK}" stroke-dasharray="{dash}"/>')
        body.append(_text(line + 34, row, f"{name}: {_percent(share)}", size=10))
    return _svg(width, height, title, body)
