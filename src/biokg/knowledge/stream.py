"""Imports on their way into a version: mapped, reasoned over and validated in parts, so that memory stays small.

Rows that differ only in cells that the mapping copies are judged by an example (:mod:`biokg.knowledge.forms`); the rest
is judged beside the project's graph and what earlier parts leave behind for later ones to refer to. What spans rows
(names, keys, dates of different rows) is looked at when the rows are read (:mod:`biokg.knowledge.across_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from biokg.errors import ValidationFailed
from biokg.knowledge.context import Context
from biokg.knowledge.emit import Emitter
from biokg.knowledge.forms import Judged, map_examples, mentioned, sort_rows, standing, stencils_of
from biokg.knowledge.mapping import map_context
from biokg.knowledge.organizations import declare_mentioned
from biokg.knowledge.stencil import Stencil, example_number
from biokg.knowledge.tables import Row, Tables
from biokg.terms import ID, LAYERS, RDF_TYPE, inferred_graph, layer_graph, term

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from biokg.knowledge.assemble import Progress
    from biokg.rdf.fingerprint import DatasetHash
    from biokg.shapes.model import Shapes
    from biokg.shapes.report import Result
    from biokg.store.base import Store

PART = 2000
_BLOCK = 500
_REFERRED = {RDF_TYPE, term("partOfRegion")}
"""What a part leaves behind: the types of its things and its tree of regions."""

_HELPERS = ("attributes", "role_terms", "stage_terms", "links/places_of_organizations")
_KEY = re.compile(re.escape(ID) + r"[a-z-]+/([a-z0-9-]+)")


def parts(rows: Mapping[str, Sequence[Row]], whole: Tables, size: int = PART) -> Iterator[dict[str, Sequence[Row]]]:
    """*rows* cut into parts of at most *size*, each with the tables that its mapping reads."""
    for table, found in rows.items():
        for start in range(0, len(found), size):
            yield {**helpers_of(whole), table: found[start : start + size]}


def helpers_of(whole: Tables) -> dict[str, Sequence[Row]]:
    """The tables that the mapping of others reads."""
    return {name: whole[name] for name in _HELPERS if name in whole}


def keys_in(quads: Iterable[Quad]) -> frozenset[str]:
    """The ids of things that *quads* speak of."""
    return frozenset(
        match.group(1)
        for quad in quads
        for term_ in (quad.subject, quad.object)
        if (match := _KEY.match(getattr(term_, "value", "")))
    )


def referred_to(rows: Mapping[str, Sequence[Row]]) -> frozenset[str]:
    """The organisations and alliances that a row of another thing refers to."""
    columns = ("org_id", "nbf_id", "partner_id", "other_party_ids", "counterparty", "alliance_id", "actors")
    lists = ("origin_parents", "acquired_by", "actor_ids", "investor_ids", "org_ids")
    return frozenset(
        part.strip()
        for found in rows.values()
        for row in found
        for column in (*columns, *lists)
        for part in row[column].split(";")
        if part
    )


@dataclass
class Writer:
    """The lines of a version, each once, and their hash."""

    file: IO[str]
    digest: DatasetHash
    seen: set[int] = field(default_factory=set)

    def fresh(self, quads: Iterable[Quad]) -> dict[str, Quad]:
        """Those of *quads* that were not written before, by line."""
        lines = {f"{quad} .": quad for quad in quads}
        return {line: quad for line, quad in lines.items() if hash(line) not in self.seen}

    def write(self, lines: Iterable[str]) -> None:
        """Write *lines*, none of which was written before, in their order."""
        ordered = sorted(lines)
        self.seen.update(map(hash, ordered))
        self.write_new(ordered)

    def write_new(self, lines: Sequence[str]) -> None:
        """Write *lines* that nobody else can write."""
        self.file.writelines(f"{line}\n" for line in lines)
        self.digest.add_lines(lines)

    def write_once(self, lines: Iterable[str]) -> None:
        """Write those of *lines* that were not written before."""
        fresh = [line for line in dict.fromkeys(lines) if hash(line) not in self.seen]
        self.seen.update(map(hash, fresh))
        self.write_new(fresh)


@dataclass
class Streaming:
    """Adds parts to a version that is being written."""

    beside: Store
    writer: Writer
    shapes: Shapes
    warnings: list[str] = field(default_factory=list)

    def add_tables(
        self, context: Context, rows: Mapping[str, Sequence[Row]], alone: frozenset[str], progress: Progress
    ) -> None:
        """Map, check and write *rows*; the ids *alone* are not taken together with others.

        Raises ValidationFailed at the first part that breaks a shape.
        """
        total = sum(len(found) for found in rows.values())
        done = 0
        apart = alone | referred_to(rows)
        told: set[tuple[str, str]] = set()
        for table, found in rows.items():
            here = sort_rows(found, context, apart)
            for part in parts({table: here.single}, context.tables):
                progress("importing", done, total)
                self.add_quads(map_context(context.only(part)))
                done += len(part[table])
            for forms in here.batches():
                for written in self._by_examples(context, forms, told):
                    done += written
                    progress("importing", done, total)
        progress("importing", total, total)

    def _by_examples(
        self, context: Context, forms: Sequence[Sequence[Row]], told: set[tuple[str, str]]
    ) -> Iterator[int]:
        """Judge an example of each form, then write the rows; yields how many at a time."""
        judged = map_examples(forms, context, helpers_of(context.tables))
        stencils, warnings = self._judge(judged, context)
        for number, rows in enumerate(forms):
            stencil = stencils[number]
            own, shared = "\n".join(stencil.own), stencil.shared
            for start in range(0, len(rows), _BLOCK):
                block = rows[start : start + _BLOCK]
                lines, others = [], []
                for row in block:
                    values = stencil.values(row)
                    lines += own.format_map(values).split("\n")
                    others += [line.format_map(values) for line in shared]
                    self.warnings += [stencil.words(text, row) for text in warnings.get(number, ())]
                self.writer.write_new(lines)
                self.writer.write_once(others)
                mentions = {found for row in block for found in mentioned(judged, number, row)}
                self._declare(context, mentions - told)
                told |= mentions
                yield len(block)

    def _declare(self, context: Context, mentions: set[tuple[str, str]]) -> None:
        """Write the names of organisations in layers that mention them now."""
        if not mentions:
            return
        alone = Context({}, Emitter(), context.organizations, context.here_by_2016)
        for key, layer in mentions:
            alone.emitter.mentions.setdefault(key, set()).add(layer)
        declare_mentioned(alone)
        self.add_quads(list(alone.emitter.quads()), judge=False)

    def _judge(self, judged: Judged, context: Context) -> tuple[dict[int, Stencil], dict[int, list[str]]]:
        """The stencils of examples that break no shape, and what warnings say of them."""
        quads = [quad for found in judged.quads.values() for quad in found]
        known = self._inferred()
        held = [*quads, *standing(judged)]
        self.beside.add(held)
        self._extend(held)
        inferred = [quad for quad in self._inferred() if quad not in known]
        stencils = stencils_of(judged, inferred, context)
        about: dict[int, list[Result]] = {}
        for result in self._results():
            number = example_number(str(result.focus))
            if number is not None:
                about.setdefault(number, []).append(result)
        self.beside.remove([*held, *inferred])
        for number, results in about.items():
            text = _refusal(results)
            if text:
                raise ValidationFailed(
                    f"the import breaks a shape\n{stencils[number].words(text, judged.examples[number].first)}",
                    fix="mend the rows named and import again",
                )
        told = {n: [f"{r.message} {r.focus}" for r in found if r.severity == "Warning"] for n, found in about.items()}
        return stencils, told

    def add_quads(self, quads: Sequence[Quad], *, judge: bool = True) -> None:
        """Check *quads* beside what is there, with what follows from them, and write both."""
        lines = self.writer.fresh(quads)
        new = list(lines.values())
        known = self._inferred()
        self.beside.add(new)
        self._extend(new)
        inferred = [quad for quad in self._inferred() if quad not in known]
        if judge:
            self._validate({str(quad.subject).strip("<>") for quad in new})
        self.writer.write(lines)
        self.writer.write(self.writer.fresh(inferred))
        self.beside.remove(inferred)
        self.beside.remove(quad for quad in new if quad.predicate.value not in _REFERRED)

    def _inferred(self) -> set[Quad]:
        return {quad for layer in LAYERS for quad in self.beside.quads(inferred_graph(layer))}

    def _extend(self, quads: Sequence[Quad]) -> None:
        from biokg.reasoning import extend

        for layer in LAYERS:
            part = [quad for quad in quads if str(quad.graph_name) == f"<{layer_graph(layer)}>"]
            if part:
                extend(self.beside, part, layer)

    def _results(self) -> Sequence[Result]:
        from biokg.shapes import validate

        return validate(self.beside, shapes=self.shapes).results

    def _validate(self, subjects: set[str]) -> None:
        """Judge the things that this part speaks of; the others were judged before."""
        own = [result for result in self._results() if str(result.focus).strip("<>") in subjects]
        text = _refusal(own)
        if text:
            raise ValidationFailed(f"the import breaks a shape\n{text}", fix="mend the rows named and import again")
        self.warnings += [f"{result.message} {result.focus}" for result in own if result.severity == "Warning"]


def _refusal(results: Sequence[Result]) -> str:
    """The report of *results* when one of them is a violation."""
    from biokg.shapes.report import ValidationReport

    report = ValidationReport(tuple(results), ())
    return "" if report.conforms else report.text(limit=5)
