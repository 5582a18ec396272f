"""Product candidates and the stages that sources give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from biokg.web.asking import Row, Value, labels
from biokg.web.drawing.base import Drawing, last, mark, short, text

LEFT, TOP, COLUMN, LINE = 350.0, 74.0, 98.0, 26.0
STAGES = ("target-discovery", "preclinical", "phase-1", "phase-2", "phase-3", "approval")
"""The stages with a column at all times; another one that a source gives is put where its order says."""
SCHEME = "https://w3id.org/biokg/scheme/drug-stage/stage-"


def layout(rows: Sequence[Row]) -> Drawing:
    """Candidates down, grouped by developer, stages across; filled with a year, hollow without one."""
    order = {last(row, "stage"): int(text(row, "order") or 99) for row in rows if row["stage"]}
    names = {last(row, "stage"): text(row, "stage") for row in rows if row["stage"]}
    fixed = labels([SCHEME + stage for stage in STAGES[1:]])
    for at, stage in enumerate(STAGES[1:], start=5):
        names.setdefault(f"stage-{stage}", fixed.get(SCHEME + stage, stage))
        order.setdefault(f"stage-{stage}", at)
    stages = sorted(order, key=lambda s: (order[s], s))
    across = {stage: LEFT + COLUMN * (at + 0.5) for at, stage in enumerate(stages)}
    candidates: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        candidates[text(row, "developer"), last(row, "candidate")].append(row)
    lines = [_line(TOP + LINE * (at + 0.5), found, across) for at, found in enumerate(candidates.values())]
    before = ""
    for line in lines:
        line["first"] = line["developer"] != before
        before = line["developer"]
    width, height = LEFT + COLUMN * len(stages) + 150, TOP + LINE * len(lines) + 46
    return Drawing(
        width,
        height,
        ("developer", "candidate", "stage", "year", "state", "source"),
        list(rows),
        {
            "stages": [(_broken(names[stage]), across[stage]) for stage in stages],
            "lines": lines,
            "left": LEFT,
            "right": LEFT + COLUMN * len(stages),
            "top": TOP,
            "bottom": TOP + LINE * len(lines),
            "step": COLUMN,
            "line_height": LINE,
            "dot": mark("circle", 0, 0, 7),
        },
        note=f"{len(lines)} candidates, {sum(not line['marks'] for line in lines)} of them without a stated stage.",
    )


def _broken(name: str) -> list[str]:
    """A column's head on at most two lines."""
    words = name.split()
    cut = (len(words) + 1) // 2
    return [name] if len(name) <= 12 else [short(" ".join(words[:cut]), 16), short(" ".join(words[cut:]), 16)]


def _line(y: float, found: list[Row], across: dict[str, float]) -> dict[str, Any]:
    head = found[0]
    by: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in found:
        if row["stage"] and row["state"]:
            by[last(row, "stage")].setdefault(row["state"].iri or "", row)
    marks = [_mark(across[stage], y, list(states.values())) for stage, states in by.items()]
    return {
        "y": y,
        "developer": text(head, "developer"),
        "firm": head["developer"] if head["developer"] else Value("developer not stated"),
        "candidate": head["candidate"],
        "label": short(text(head, "candidate"), 26),
        "marks": marks,
    }


def _mark(x: float, y: float, states: list[Row]) -> dict[str, Any]:
    years = sorted({text(row, "year") for row in states if text(row, "year")})
    said = (f"{text(row, 'state')}, {text(row, 'year') or 'year not stated'}" for row in states)
    return {"x": x, "y": y, "years": ", ".join(years), "dated": bool(years), "title": "\n".join(said)}
