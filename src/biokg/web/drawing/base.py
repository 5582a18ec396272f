"""What a picture consists of, and the marks that tell kinds apart without colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from biokg.web.asking import Row

DIRECTIONS = ("inbound", "outbound", "coupled", "transaction", "not-stated")
"""Directions of knowledge as the last segment of their concept, in the order of every legend."""
MARKS = {"inbound": "down", "outbound": "up", "coupled": "diamond", "transaction": "square", "not-stated": "circle"}
NAMES = {
    "inbound": "inbound: knowledge comes to the firm",
    "outbound": "outbound: knowledge leaves the firm",
    "coupled": "coupled: both ways",
    "transaction": "transaction: firms or parts of them change hands",
    "not-stated": "direction not stated",
}


@dataclass(frozen=True)
class Drawing:
    """A laid-out picture: its template's context, its size, and the rows it was made from."""

    width: float
    height: float
    columns: tuple[str, ...]
    rows: list[Row]
    context: dict[str, Any] = field(default_factory=dict)
    note: str = ""


Layout = Callable[[Sequence[Row]], Drawing]


def last(row: Row, name: str) -> str:
    """The last segment of the IRI that *row* has under *name*; empty when unbound."""
    value = row.get(name)
    return (value.iri or "").rstrip("/").rsplit("/", 1)[-1] if value else ""


def text(row: Row, name: str) -> str:
    """The label or literal that *row* has under *name*; empty when unbound."""
    value = row.get(name)
    return value.text if value else ""


def mark(shape: str, x: float, y: float, r: float) -> str:
    """The path of a mark of about equal area for each *shape*, centred at (x, y)."""
    if shape == "up":
        return f"M{x:.1f} {y - r:.1f}L{x + r:.1f} {y + r * 0.8:.1f}H{x - r:.1f}Z"
    if shape == "down":
        return f"M{x:.1f} {y + r:.1f}L{x + r:.1f} {y - r * 0.8:.1f}H{x - r:.1f}Z"
    if shape == "diamond":
        return (
            f"M{x:.1f} {y - r * 1.1:.1f}L{x + r * 1.1:.1f} {y:.1f}L{x:.1f} {y + r * 1.1:.1f}L{x - r * 1.1:.1f} {y:.1f}Z"
        )
    if shape == "square":
        side = r * 0.85
        return f"M{x - side:.1f} {y - side:.1f}h{2 * side:.1f}v{2 * side:.1f}h{-2 * side:.1f}Z"
    return f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0Z"


def short(label: str, length: int) -> str:
    """*label* cut to *length* characters with an ellipsis."""
    return label if len(label) <= length else label[: length - 1].rstrip() + "…"


def wrapped(label: str, length: int) -> list[tuple[str, float]]:
    """*label* on one line or two of *length*, each with its distance from the middle; cut where two do not hold it.

    >>> [words for words, _ in wrapped("the first of the rest and more", 12)]
    ['the first of', 'the rest …']
    """
    lines = wrap(label, length, max_lines=2, placeholder=" …")
    return [(line, 4.0 + 11.0 * at - 5.5 * (len(lines) - 1)) for at, line in enumerate(lines)]
