"""Where labels go: beside their mark, on no other mark and on no other label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Label:
    """A text that belongs to a mark of radius *r* at (x, y); the first labels get the best places.

    ``reach`` are the distances from the mark that are tried, in order; a label away from its mark needs a line to it.
    """

    text: str
    x: float
    y: float
    r: float
    key: str = ""
    reach: tuple[float, ...] = (0.0,)


@dataclass(frozen=True)
class Placed:
    """Where a label stands: the point of its baseline, and which end of it is there."""

    label: Label
    x: float
    y: float
    anchor: str
    far: bool = False


def width_of(text: str, size: float) -> float:
    """About how wide *text* is when set in *size* pixels; rather too wide than too narrow."""
    return 0.6 * size * len(text)


def place(labels: Iterable[Label], *, around: Sequence[Box], within: Box, size: float = 12.0) -> list[Placed]:
    """The labels that find room, at the first free place: right, left, above, below of their mark."""
    taken = list(around)
    placed = []
    for label in labels:
        for far, x, y, anchor in _tried(label, size):
            box = _box(label.text, x, y, anchor, size)
            inside = box[0] >= within[0] and box[1] >= within[1] and box[2] <= within[2] and box[3] <= within[3]
            if inside and not any(overlap(box, other) for other in taken):
                taken.append(box)
                placed.append(Placed(label, round(x, 1), round(y, 1), anchor, far > 0))
                break
    return placed


def around_mark(x: float, y: float, r: float) -> Box:
    """The box of a mark."""
    return (x - r, y - r, x + r, y + r)


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share a point."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _tried(label: Label, size: float) -> Iterator[tuple[float, float, float, str]]:
    for away in label.reach:
        for x, y, anchor in _places(replace(label, r=label.r + away), size):
            yield away, x, y, anchor


def _places(label: Label, size: float) -> list[tuple[float, float, str]]:
    x, y, gap, middle = label.x, label.y, label.r + 4, size * 0.35
    return [
        (x + gap, y + middle, "start"),
        (x - gap, y + middle, "end"),
        (x, y - gap, "middle"),
        (x, y + gap + size * 0.8, "middle"),
        (x + gap * 0.8, y - gap * 0.8, "start"),
        (x + gap * 0.8, y + gap * 0.8 + size * 0.7, "start"),
        (x - gap * 0.8, y - gap * 0.8, "end"),
        (x - gap * 0.8, y + gap * 0.8 + size * 0.7, "end"),
    ]


def _box(text: str, x: float, y: float, anchor: str, size: float) -> Box:
    wide = width_of(text, size)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return (left, y - size * 0.85, left + wide, y + size * 0.25)
