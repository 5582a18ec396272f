"""A diagram of classes: one card each with its properties, lines to what they lead to, hollow arrows to parents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from biokg.web.drawing.base import short

WIDTH, GAP_X, GAP_Y = 236.0, 74.0, 16.0
HEAD, LINE, PAD = 30.0, 19.0, 7.0
MARGIN = 12.0
COLUMNS = 4
LETTERS = 33
"""How many letters of a line fit on a card."""


@dataclass(frozen=True)
class Entry:
    """A line on a card: a property and what it leads to; ``target`` is the card that it is tied to, if any."""

    name: str
    leads_to: str
    href: str | None = None
    target: str | None = None
    faint: bool = False


@dataclass
class Card:
    """One class: its key, what stands in its head, its lines, and where it was placed."""

    key: str
    title: str
    href: str | None = None
    own: bool = True
    entries: list[Entry] = field(default_factory=list)
    parents: tuple[str, ...] = ()
    column: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """The height of the card with all its lines."""
        return HEAD + (PAD + LINE * len(self.entries) if self.entries else 0.0)


@dataclass(frozen=True)
class Diagram:
    """A laid-out diagram: its size, its cards, and its lines as paths with their kind."""

    width: float
    height: float
    cards: list[Card]
    lines: list[tuple[str, str]]


def layout(cards: Iterable[Card], *, columns: int = COLUMNS) -> Diagram:
    """Place *cards* in up to *columns* columns, parents and owners to the left of what follows from them.

    The same cards give the same diagram, whatever their order. Ties that would run in a circle do not move a card.
    """
    held = {card.key: card for card in sorted(cards, key=lambda c: c.key)}
    ties = [(parent, key) for key, card in held.items() for parent in card.parents if parent in held]
    ties += [(card.key, target) for card, target in _tied(held)]
    forward = _without_circles(held, ties)
    _choose_columns(held, forward, columns)
    height = _stack(held, forward, columns)
    used = max((card.column for card in held.values()), default=0) + 1
    width = 2 * MARGIN + used * WIDTH + (used - 1) * GAP_X
    if any(a.column == used - 1 and held[b].column == used - 1 for a, b in _tied(held)):
        width += GAP_X / 2
    return Diagram(width, height, list(held.values()), list(_lines(held)))


def _tied(held: dict[str, Card]) -> list[tuple[Card, str]]:
    return [(c, e.target) for c in held.values() for e in c.entries if e.target in held and e.target != c.key]


def _without_circles(held: dict[str, Card], ties: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    after: dict[str, set[str]] = {key: {key} for key in held}
    for first, then in dict.fromkeys(ties):
        if first in after[then]:
            continue
        kept.append((first, then))
        for key in [key for key, reached in after.items() if first in reached]:
            after[key] |= after[then]
    return kept


def _choose_columns(held: dict[str, Card], forward: Sequence[tuple[str, str]], columns: int) -> None:
    for _ in held:
        for first, then in forward:
            held[then].column = max(held[then].column, min(held[first].column + 1, columns - 1))
    tied = {key for tie in forward for key in tie}
    heights = [sum(c.height for k, c in held.items() if k in tied and c.column == n) for n in range(columns)]
    used = max((held[k].column for k in tied), default=min(columns, max(len(held), 1)) - 1) + 1
    for key, card in held.items():
        if key not in tied:
            card.column = min(range(used), key=lambda n: (heights[n], n))
            heights[card.column] += card.height + GAP_Y


def _stack(held: dict[str, Card], forward: Sequence[tuple[str, str]], columns: int) -> float:
    tallest = 0.0
    for column in range(columns):
        here = [card for card in held.values() if card.column == column]
        before: dict[str, list[float]] = {card.key: [] for card in here}
        for first, then in forward:
            if then in before and held[first].column < column:
                before[then].append(held[first].y)
        here.sort(key=lambda c: (not before[c.key], sum(before[c.key]) / max(len(before[c.key]), 1), c.key))
        y = MARGIN
        for card in here:
            card.x, card.y = MARGIN + column * (WIDTH + GAP_X), y
            y += card.height + GAP_Y
        tallest = max(tallest, y)
    return tallest - GAP_Y + MARGIN


def _lines(held: dict[str, Card]) -> Iterable[tuple[str, str]]:
    for card in held.values():
        for parent in card.parents:
            if parent in held:
                yield _path(card, card.y + HEAD / 2, held[parent]), "kind"
        for at, entry in enumerate(card.entries):
            if entry.target in held and entry.target != card.key:
                yield _path(card, card.y + HEAD + PAD / 2 + LINE * (at + 0.5), held[entry.target]), "tie"


def _path(start: Card, y: float, end: Card) -> str:
    """A curve from the side of *start* at height *y* to the head of *end*."""
    to_y = end.y + HEAD / 2
    if start.column == end.column:
        x, to_x, bend = start.x + WIDTH, end.x + WIDTH, GAP_X / 2
        return f"M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {to_x + bend:.0f} {to_y:.0f} {to_x + 1:.0f} {to_y:.0f}"
    right = end.column > start.column
    x, to_x = (start.x + WIDTH, end.x - 1) if right else (start.x, end.x + WIDTH + 1)
    bend = GAP_X * 0.7 * (1 if right else -1)
    return f"M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {to_x - bend:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"


def context(diagram: Diagram) -> dict[str, Any]:
    """What the template needs to draw *diagram*."""
    return {"d": diagram, "head": HEAD, "line": LINE, "pad": PAD, "card_width": WIDTH, "fit": fit}


def fit(entry: Entry) -> tuple[str, str]:
    """Name and target of *entry*, shortened to what a card holds."""
    name = short(entry.name, LETTERS - 6)
    return name, short(entry.leads_to, max(LETTERS - len(name), 6))
