"""For every criterion of the hypotheses what is known yes, not known and known no, against its threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row
from biokg.web.drawing.base import Drawing, short, text, wrapped

WIDTH, LEFT, RIGHT, LINE, TOP = 980.0, 436.0, 242.0, 25.0, 30.0
COLUMNS = (
    "claim", "criterion", "yes", "unknown", "no", "certain share", "possible share", "threshold", "outcome", "query",
)  # fmt: skip
SIGNS = {"passed": "●", "failed": "✕"}
"""Signs of outcomes; every other one is undecided."""


def layout(rows: Sequence[Row]) -> Drawing:
    """One bar for each criterion under the claim it belongs to; the shares are of the sure members of a population."""
    lines: list[dict[str, Any]] = []
    heads: list[tuple[str, float]] = []
    at, before = 0.0, ""
    for row in rows:
        claim = text(row, "claim")
        if claim != before:
            at += 0.4 if heads else 0
            heads.append((short(claim, 130), TOP + LINE * (at + 0.5)))
            at, before = at + 1, claim
        lines.append(_line(row, TOP + LINE * (at + 0.5)))
        at += 1
    bottom = TOP + LINE * at
    return Drawing(
        WIDTH,
        bottom + 62,
        COLUMNS,
        list(rows),
        {
            "lines": lines,
            "heads": heads,
            "ticks": [(f"{n} %", LEFT + (WIDTH - LEFT - RIGHT) * n / 100) for n in (0, 25, 50, 75, 100)],
            "left": LEFT,
            "right": WIDTH - RIGHT,
            "top": TOP,
            "bottom": bottom,
        },
    )


def _line(row: Row, y: float) -> dict[str, Any]:
    scale = WIDTH - LEFT - RIGHT
    low, high, threshold = text(row, "certain share"), text(row, "possible share"), text(row, "threshold")
    known = bool(low and high)
    yes, unknown, no = text(row, "yes"), text(row, "unknown"), text(row, "no")
    outcome = row["outcome"]
    return {
        "y": y,
        "criterion": row["criterion"],
        "label": wrapped(text(row, "criterion"), 64),
        "title": f"{text(row, 'criterion')}: {yes} yes, {unknown} unknown, {no} no: {text(row, 'outcome')}",
        "bar": (LEFT + scale * float(low), scale * (float(high) - float(low))) if known else None,
        "certain": scale * float(low) if known else 0.0,
        "end": LEFT + scale * float(high) if known else LEFT,
        "rest": scale * (1 - float(high)) if known else 0.0,
        "threshold": LEFT + scale * float(threshold) if threshold else None,
        "said": f"{yes} yes, {unknown} unknown, {no} no",
        "sign": SIGNS.get(text(row, "outcome"), "○") if outcome else "○",
        "outcome": text(row, "outcome"),
    }
