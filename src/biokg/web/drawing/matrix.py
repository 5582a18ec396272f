"""The alliance matrix: firms down, partners across."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from biokg.web.asking import Row, Value
from biokg.web.drawing.base import DIRECTIONS, MARKS, NAMES, Drawing, last, mark, short

PARTNERS = 36
CELL, LEFT, TOP = 21.0, 190.0, 190.0


def layout(rows: Sequence[Row]) -> Drawing:
    """Firms by number of alliances, partners by number of firms; the best-tied partners are drawn."""
    pairs: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    held: dict[str, Value] = {}
    for row in rows:
        firm, partner, alliance = row["firm"], row["partner"], row["alliance"]
        if firm and partner and alliance and firm.iri and partner.iri and alliance.iri:
            held |= {firm.iri: firm, partner.iri: partner}
            pairs[firm.iri, partner.iri][last(row, "direction") or "not-stated"].add(alliance.iri)
    reach = Counter(partner for _, partner in pairs)
    deals = Counter[str]()
    for (iri, _), by in pairs.items():
        deals[iri] += len(set().union(*by.values()))
    partners = sorted(reach, key=lambda p: (-reach[p], held[p].text.lower()))[:PARTNERS]
    firms = sorted({f for f, p in pairs if p in partners}, key=lambda f: (-deals[f], held[f].text.lower()))
    across = {p: LEFT + (i + 0.5) * CELL for i, p in enumerate(partners)}
    down = {f: TOP + (i + 0.5) * CELL for i, f in enumerate(firms)}
    width, height = LEFT + len(partners) * CELL + 120, TOP + len(firms) * CELL + 50
    cells = [
        _cell(held[f], held[p], by, across[p], down[f])
        for (f, p), by in sorted(pairs.items())
        if p in across and f in down
    ]
    return Drawing(
        width,
        height,
        ("firm", "partner", "direction", "type", "year", "alliance"),
        list(rows),
        {
            "partners": [(held[p], short(held[p].text, 27), across[p], reach[p]) for p in partners],
            "firms": [(held[f], short(held[f].text, 26), down[f], deals[f]) for f in firms],
            "cells": cells,
            "legend": [(d, NAMES[d].split(":")[0], mark(MARKS[d], 0, 0, 6)) for d in DIRECTIONS],
            "left": LEFT,
            "top": TOP,
            "cell": CELL,
        },
        note=f"Drawn: {len(firms)} firms and the {len(partners)} partners with most firms, of {len(reach)} in all.",
    )


def _cell(firm: Value, partner: Value, by: dict[str, set[str]], x: float, y: float) -> dict[str, object]:
    direction = max(by, key=lambda d: (len(by[d]), -DIRECTIONS.index(d) if d in DIRECTIONS else -9))
    alliances = sorted(set().union(*by.values()))
    told = ", ".join(f"{len(found)} {name.replace('-', ' ')}" for name, found in sorted(by.items()))
    return {
        "title": f"{firm.text} and {partner.text}: {told}",
        "direction": direction,
        "path": mark(MARKS.get(direction, "circle"), x, y, 6.2 if len(alliances) == 1 else 8.6),
        "count": len(alliances),
        "x": x,
        "y": y,
        "link": Value("", iri=alliances[0] if len(alliances) == 1 else firm.iri),
    }
