"""The verdict on each sub-claim of a hypothesis under other populations, rules, thresholds and dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, text, wrapped

LEFT, CELL, LINE, TOP, GAP = 400.0, 44.0, 25.0, 16.0, 62.0
COLUMNS = ("claim", "population", "rule", "facts up to", "threshold", "verdict")
GLYPHS = {"supported": "●", "partially-supported": "◐", "contradicted": "✕", "insufficient-data": "○"}


def layout(rows: Sequence[Row]) -> Drawing:
    """One grid for each claim: population and rule down, date and threshold across; a sign in each cell."""
    claims: dict[str, list[Row]] = {}
    for row in rows:
        claims.setdefault(text(row, "claim"), []).append(row)
    grids, top, widest = [], TOP, 0
    for claim, found in claims.items():
        grid = _grid(claim, found, top)
        grids.append(grid)
        top = grid["bottom"] + GAP
        widest = max(widest, len(grid["across"]))
    return Drawing(
        max(LEFT + CELL * widest + 20, 820.0),
        top,
        COLUMNS,
        list(rows),
        {"grids": grids, "cell": CELL, "line": LINE, "left": LEFT, "legend": list(GLYPHS.items()), "foot": top - 26},
    )


def _grid(claim: str, found: list[Row], top: float) -> dict[str, Any]:
    down = list(dict.fromkeys((text(r, "population"), text(r, "rule")) for r in found))
    across = list(dict.fromkeys((text(r, "facts up to"), text(r, "threshold")) for r in found))
    across.sort(key=lambda key: (not key[0].isdigit(), key[0], key[1]))
    ys = {key: top + 66 + LINE * at for at, key in enumerate(down)}
    xs = {key: LEFT + CELL * at for at, key in enumerate(across)}
    dates = list(dict.fromkeys(date for date, _ in across))
    verdicts = {text(r, "verdict") for r in found}
    return {
        "claim": claim,
        "top": top,
        "bottom": top + 66 + LINE * len(down),
        "across": [(threshold, xs[date, threshold]) for date, threshold in across],
        "dates": [(date, min(x for (d, _), x in xs.items() if d == date)) for date in dates],
        "down": [(wrapped(population, 56), rule, y) for (population, rule), y in ys.items()],
        "cells": [_cell(r, xs, ys) for r in found],
        "verdicts": len(verdicts),
    }


def _cell(row: Row, xs: dict[tuple[str, str], float], ys: dict[tuple[str, str], float]) -> dict[str, Any]:
    verdict = text(row, "verdict").replace(" ", "-")
    return {
        "x": xs[text(row, "facts up to"), text(row, "threshold")],
        "y": ys[text(row, "population"), text(row, "rule")],
        "verdict": verdict,
        "sign": GLYPHS.get(verdict, "·"),
        "title": f"{text(row, 'population')}, rule {text(row, 'rule')}, {text(row, 'facts up to')}, "
        f"threshold {text(row, 'threshold')}: {text(row, 'verdict')}",
    }
