"""The rows of an import by their forms: a few examples are judged, then every row is written from its stencil."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biokg.knowledge.context import Context, organization
from biokg.knowledge.emit import Emitter, Node
from biokg.knowledge.mapping import map_rows
from biokg.knowledge.organizations import declare_mentioned
from biokg.knowledge.stencil import FREEDOMS, Example, Stencil, example_number, example_of, form_of
from biokg.knowledge.tables import Row

if TYPE_CHECKING:
    from pyoxigraph import Quad

_EXAMPLES = 250
"""Forms that are judged together."""
_FEWEST = 3
"""Rows of one form from which on an example is worth its while."""

Mentions = Mapping[str, set[str]]


@dataclass
class Sorted:
    """Rows of one table: those that share a form, and those that have to be mapped one by one."""

    forms: list[list[Row]] = field(default_factory=list)
    single: list[Row] = field(default_factory=list)

    def batches(self) -> Iterator[list[list[Row]]]:
        """The forms, some at a time."""
        for start in range(0, len(self.forms), _EXAMPLES):
            yield self.forms[start : start + _EXAMPLES]


def sort_rows(rows: Sequence[Row], context: Context, alone: frozenset[str]) -> Sorted:
    """*rows* of one table by their forms; the ids *alone* stand by themselves."""
    found = Sorted()
    freedom = FREEDOMS.get(rows[0].table) if rows else None
    forms: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        form = form_of(row, freedom, context.here_by_2016) if freedom and row.key not in alone else None
        if form is None:
            found.single.append(row)
        else:
            forms.setdefault(form, []).append(row)
    for same in forms.values():
        if len(same) < _FEWEST:
            found.single += same
        else:
            found.forms.append(same)
    return found


@dataclass
class Judged:
    """The examples of some forms with their quads, and the organisations that they mention besides their own."""

    examples: dict[int, Example]
    quads: dict[int, list[Quad]]
    mentions: dict[int, Mentions]


def map_examples(forms: Sequence[Sequence[Row]], context: Context, helpers: Mapping[str, Sequence[Row]]) -> Judged:
    """An example of each form, mapped."""
    judged = Judged({}, {}, {})
    for number, rows in enumerate(forms):
        example = example_of(number, rows[0], FREEDOMS[rows[0].table])
        probes = example.organizations()
        names = {**_named_by(rows[0], context), **probes}
        if example.row.table == "organizations":
            names[example.row.key] = example.row
        here = {key for key in (*probes, example.row.key) if example.stands_for(key, context.here_by_2016)}
        tables = {**helpers, example.row.table: [example.row]}
        alone = Context(tables, Emitter(), names, context.here_by_2016 | here)
        map_rows(alone)
        mentions = dict(alone.emitter.mentions)
        own = mentions.pop(example.row.key, None) if example.row.table == "organizations" else None
        alone.emitter.mentions = {example.row.key: own} if own else {}
        declare_mentioned(alone)
        judged.examples[number] = example
        judged.quads[number] = list(alone.emitter.quads())
        judged.mentions[number] = mentions
    return judged


def _named_by(row: Row, context: Context) -> dict[str, Row]:
    """The organisations that a cell of *row* may name."""
    keys = {part.strip() for cell in row.cells.values() for part in cell.split(";")}
    return {key: context.organizations[key] for key in keys if key in context.organizations}


def standing(judged: Judged) -> list[Quad]:
    """The probes that stand for organisations, typed and named, so that shapes find these in place."""
    emitter = Emitter()
    for number, mentions in judged.mentions.items():
        probes = judged.examples[number].organizations()
        for key, layers in mentions.items():
            for layer in layers if key in probes else ():
                Node(emitter, layer, organization(key)).a("Organization").label(probes[key]["name"])
    return list(emitter.quads())


def stencils_of(judged: Judged, inferred: Sequence[Quad], context: Context) -> dict[int, Stencil]:
    """The stencil of each example, with what follows from it."""
    found = {number: Stencil(example, context) for number, example in judged.examples.items()}
    for number, stencil in found.items():
        stencil.add(judged.quads[number])
    for quad in inferred:
        about = example_number(str(quad))
        if about is not None:
            found[about].add([quad])
    return found


def mentioned(judged: Judged, number: int, row: Row) -> Iterator[tuple[str, str]]:
    """The organisations that *row* mentions, with the layer that does."""
    example = judged.examples[number]
    actual = {example.row[name]: row[name] for name in example.freedom.organizations}
    for key, layers in judged.mentions[number].items():
        for layer in layers:
            yield actual.get(key, key), layer
