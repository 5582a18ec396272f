"""Imports on their way into a version: mapped, reasoned over and validated in parts, so that memory stays small.

Each part is looked at beside the project's graph and what earlier parts leave behind for later ones to refer to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from biokg.errors import ValidationFailed
from biokg.knowledge.context import Context
from biokg.knowledge.mapping import map_context
from biokg.knowledge.tables import Row, Tables
from biokg.terms import LAYERS, RDF_TYPE, inferred_graph, layer_graph, term

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from biokg.knowledge.assemble import Progress
    from biokg.rdf.fingerprint import DatasetHash
    from biokg.shapes.model import Shapes
    from biokg.store.base import Store

PART = 5000
_REFERRED = {RDF_TYPE, term("partOfRegion")}
"""What a part leaves behind: the types of its things and its tree of regions."""

_HELPERS = ("attributes", "role_terms", "stage_terms", "links/places_of_organizations")


def parts(rows: Mapping[str, Sequence[Row]], whole: Tables, size: int = PART) -> Iterator[dict[str, Sequence[Row]]]:
    """*rows* cut into parts of at most *size*, each with the tables that its mapping reads."""
    helpers = {name: whole[name] for name in _HELPERS if name in whole}
    for table, found in rows.items():
        for start in range(0, len(found), size):
            yield {**helpers, table: found[start : start + size]}


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
        self.file.writelines(f"{line}\n" for line in ordered)
        self.digest.add_lines(ordered)


@dataclass
class Streaming:
    """Adds parts to a version that is being written."""

    beside: Store
    writer: Writer
    shapes: Shapes
    warnings: list[str] = field(default_factory=list)

    def add_tables(self, context: Context, rows: Mapping[str, Sequence[Row]], progress: Progress) -> None:
        """Map, check and write *rows*. Raises ValidationFailed at the first part that breaks a shape."""
        total = sum(len(found) for found in rows.values())
        done = 0
        for part in parts(rows, context.tables):
            progress("importing", done, total)
            self.add_quads(map_context(context.only(part)))
            done += sum(len(found) for name, found in part.items() if name not in _HELPERS)
        progress("importing", total, total)

    def add_quads(self, quads: Sequence[Quad]) -> None:
        """Check *quads* beside what is there, with what follows from them, and write both."""
        lines = self.writer.fresh(quads)
        new = list(lines.values())
        known = {layer: set(self.beside.quads(inferred_graph(layer))) for layer in LAYERS}
        self.beside.add(new)
        self._extend(new)
        inferred = [
            quad for layer in LAYERS for quad in self.beside.quads(inferred_graph(layer)) if quad not in known[layer]
        ]
        self._validate({str(quad.subject).strip("<>") for quad in new})
        self.writer.write(lines)
        self.writer.write(self.writer.fresh(inferred))
        self.beside.remove(inferred)
        self.beside.remove(quad for quad in new if quad.predicate.value not in _REFERRED)

    def _extend(self, quads: Sequence[Quad]) -> None:
        from biokg.reasoning import extend

        for layer in LAYERS:
            part = [quad for quad in quads if str(quad.graph_name) == f"<{layer_graph(layer)}>"]
            if part:
                extend(self.beside, part, layer)

    def _validate(self, subjects: set[str]) -> None:
        """Judge the things that this part speaks of; the others were judged before."""
        from biokg.shapes import validate
        from biokg.shapes.report import ValidationReport

        report = validate(self.beside, shapes=self.shapes)
        own = [result for result in report.results if str(result.focus).strip("<>") in subjects]
        report = ValidationReport(tuple(own), report.delegated)
        if not report.conforms:
            raise ValidationFailed(
                f"the import breaks a shape\n{report.text(limit=5)}", fix="mend the rows named and import again"
            )
        self.warnings += [f"{result.message} {result.focus}" for result in report.of("Warning")]
