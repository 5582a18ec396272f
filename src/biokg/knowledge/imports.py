"""A researcher's own rows: read and checked, compared with what is there, kept, and undone.

Imports live in ``imports/<number>-<name>/`` of the state folder and are part of what :func:`publish` reads. An import
that makes the graph break a shape is taken back at once: all of it is in, or nothing.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.errors import DataError, UsageError
from biokg.knowledge.across_rows import across_rows
from biokg.knowledge.assemble import GENID, Progress
from biokg.knowledge.cells import nearest
from biokg.knowledge.schema import TableSchema
from biokg.knowledge.table_text import encoding_problems, first_cells
from biokg.knowledge.tables import Row, TableReader, Tables, read_tables
from biokg.knowledge.templates import TEMPLATES, import_schemas
from biokg.terms import LAYERS, layer_graph

if TYPE_CHECKING:
    from pyoxigraph import Quad

IMPORTS = "imports"
MANIFEST = "manifest.json"
PENDING = "pending"
"""Stands in the folder of an import until its version is published, locked by the process that brings it in."""
RDF_ENDINGS: Mapping[str, str] = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".n3": "text/n3",
    ".turtle": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".xml": "application/rdf+xml",
    ".owl": "application/rdf+xml",
}
RDF_BYTES = 50 * 1024 * 1024
_SHOWN = 20


@dataclass
class Changes:
    """What loading would change; every entry is one line for people."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    conflicting: list[str] = field(default_factory=list)
    unchanged: int = 0

    def lines(self, *, limit: int = _SHOWN) -> list[str]:
        """The counts, then at most *limit* entries of what is not plainly new."""
        told = [
            f"{len(self.added)} added, {len(self.changed)} changed, {len(self.conflicting)} conflicting, "
            f"{self.unchanged} unchanged"
        ]
        for mark, entries in (("changed", self.changed), ("conflicting", self.conflicting)):
            told += [f"  {mark}: {entry}" for entry in entries[:limit]]
            if len(entries) > limit:
                told.append(f"  … and {len(entries) - limit} more {mark}")
        return told


@dataclass(frozen=True)
class Import:
    """One file of an import that is part of the graph; the files of one import share its number and folder."""

    number: int
    name: str
    folder: Path
    file: Path
    table: str
    layer: str

    @property
    def is_rdf(self) -> bool:
        """True for RDF, false for a table."""
        return not self.table


def held_imports(state: Path) -> list[Import]:
    """The imports of a state folder, oldest first."""
    found = []
    for manifest in (state / IMPORTS).glob(f"*/{MANIFEST}"):
        if is_abandoned(manifest.parent):
            continue
        note = json.loads(manifest.read_text(encoding="utf-8"))
        for entry in note["files"]:
            file = manifest.parent / entry["file"]
            found.append(
                Import(int(note["number"]), entry["name"], manifest.parent, file, entry["table"], entry["layer"])
            )
    return sorted(found, key=lambda held: (held.number, held.file.name))


def is_abandoned(folder: Path) -> bool:
    """Whether the process that was bringing this import in ended before its version was published."""
    import fcntl

    try:
        with (folder / PENDING).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return False
    return True


def discard_abandoned(state: Path) -> None:
    """Remove what imports that were cut off left behind."""
    for folder in (state / IMPORTS).glob("[0-9]*"):
        if is_abandoned(folder) or not any(folder.iterdir()):
            shutil.rmtree(folder)


@contextmanager
def pending(folder: Path) -> Iterator[None]:
    """The import in *folder* counts only while this process lives, until the block ends well."""
    import fcntl

    with (folder / PENDING).open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        (folder / PENDING).unlink()


def table_of(file: Path, schemas: Mapping[str, TableSchema]) -> str:
    """The table that a file's header fits best. Raises UsageError when it fits none or the file cannot be read."""
    try:
        columns = set(map(str.strip, first_cells(file)))
    except OSError as error:
        raise UsageError(f"{file}: {error}", fix="give a UTF-8 CSV file with a header") from None
    if not columns:
        raise UsageError(f"{file.name}:1: the file is empty", fix="biokg template prints the header of a table")
    stem = file.stem.lower().replace("-", "_")
    fits = {table: _fit(columns, schema) for table, schema in schemas.items()}
    best = max(fits, key=lambda table: (fits[table], stem in {table, *_names_of(table)}))
    if fits[best] >= (True, _LEAST_FIT):
        return best
    named = [table for table in schemas if stem in {table, *_names_of(table)}]
    if named:
        return named[0]
    if fits[best][1] >= _LEAST_FIT:
        return best
    hint = nearest(stem, [*schemas, *TEMPLATES])
    raise UsageError(
        f"{file}: the columns fit no template",
        fix=f"name it with --table{f' {hint}' if hint else ''}, or see biokg template",
    )


_LEAST_FIT = 0.6
"""Share of a header's columns that a table must know for the file to be taken for it."""


def _fit(columns: set[str], schema: TableSchema) -> tuple[bool, float]:
    """Whether every required column is there, and the share of *columns* that the table knows."""
    known = {column.name for column in schema.columns}
    whole = {column.name for column in schema.columns if column.required} <= columns
    return whole, len(columns & known) / len(columns)


def _names_of(table: str) -> set[str]:
    return {name for name, target in TEMPLATES.items() if target == table}


def read_rows(
    data: Path, files: Sequence[tuple[Path, str]], tables: Tables, progress: Progress | None = None
) -> dict[str, list[Row]]:
    """The rows of *files* (each with its table), checked together against themselves and *tables*.

    Raises DataError that names every bad cell of every file.
    """
    new_regions = [row for file, table in files if table == "regions" for row in _unchecked(file)]
    schemas = import_schemas(data, [*tables.get("regions", ()), *new_regions])
    reader = TableReader()
    rows: dict[str, list[Row]] = {}
    labels: dict[str, list[str]] = {}
    for file, table in files:
        rows.setdefault(table, []).extend(_file_rows(reader, schemas[table], file, progress))
        labels.setdefault(table, []).append(file.name)
    for table, found in rows.items():
        reader.check_keys(schemas[table], found)
        values = {
            (key.to_table, key.to_column): {
                row[key.to_column] for source in (tables, rows) for row in source.get(key.to_table, ())
            }
            for key in schemas[table].foreign_keys
        }
        reader.check_references(schemas[table], found, values)
    reader.problems += across_rows(rows, tables)
    if reader.problems:
        order = {name: place for place, name in enumerate(name for names in labels.values() for name in names)}
        problems = sorted(reader.problems, key=lambda problem: (order.get(problem.file, -1), problem.row))
        raise DataError(problems, fix="mend the cells named above and import again")
    return rows


def _file_rows(reader: TableReader, schema: TableSchema, file: Path, progress: Progress | None) -> list[Row]:
    """The rows of one file; what is wrong with them, or with its text, is noted by *reader*."""
    label = file.name
    undecodable = encoding_problems(file, label)
    if undecodable:
        reader.problems += undecodable
        return []
    before = len(reader.problems)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = _counted(reader.read(schema, lines, label), label, progress)
    if not found and len(reader.problems) == before:
        reader.refuse(schema, 2, schema.key, "", reason="there is no row under the header")
    return found


def _unchecked(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return [Row("regions", 0, str(cells.get("id", "")), {}, {}) for cells in csv.DictReader(lines)]


def _counted(rows: Iterable[Row], label: str, progress: Progress | None) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        if progress and len(found) % 2000 == 0:
            progress(f"reading {label}", len(found), None)
    return found


def compare(rows: Mapping[str, Sequence[Row]], tables: Tables) -> Changes:
    """What *rows* would change in *tables*.

    Changed: the id is there with other cells. Conflicting: another id says something else of the same matter, or the
    same name; such rows are kept side by side. A new row that only repeats another one is told as conflicting too.
    """
    changes = Changes()
    for table, found in rows.items():
        held = {row.key: row for row in tables.get(table, ())}
        matters: dict[tuple[str, ...], Row] = {}
        for row in held.values():
            matters.setdefault(_matter(row), row)
        said: dict[tuple[tuple[str, str], ...], Row] = {}
        for row in found:
            before = held.get(row.key)
            if before is None:
                changes.added.append(f"{table} {row.key}")
                changes.conflicting += _rivals(row, matters, said)
            elif {**before.cells} == {**row.cells}:
                changes.unchanged += 1
            else:
                changes.changed.append(_difference(before, row))
    return changes


def _rivals(
    row: Row, matters: Mapping[tuple[str, ...], Row], said: dict[tuple[tuple[str, str], ...], Row]
) -> Iterator[str]:
    """What a new row disagrees with in the tables, or repeats from its own file."""
    place = f"{row.file}:{row.number}:id"
    rival = matters.get(_matter(row))
    if rival is not None and _matter(row) and _said(rival) != _said(row):
        yield f"{place}: {row.table} {row.key} and {rival.key} speak of the same matter"
    twin = said.setdefault(tuple(sorted(_said(row).items())), row)
    if twin is not row:
        yield f"{place}: {row.table} {row.key} repeats {twin.key} of line {twin.number}"


_MATTERS: Mapping[str, tuple[str, ...]] = {
    "organizations": ("name",),
    "indicators": ("name", "subject", "region", "year", "unit"),
    "alliances": ("nbf_id", "partner_id", "year"),
    "policies": ("name", "region"),
    "open_innovation_practices": ("name",),
}


def _matter(row: Row) -> tuple[str, ...]:
    """What a row speaks of, alike for rows that speak of the same."""
    columns = _MATTERS.get(row.table)
    return tuple(row[column].casefold() for column in columns) if columns else (row.key,)


def _said(row: Row) -> dict[str, str]:
    return {column: cell for column, cell in row.cells.items() if column not in {"id", "source", "locator", "note"}}


def _difference(before: Row, after: Row) -> str:
    columns = [name for name in {**before.cells, **after.cells} if before[name] != after[name]]
    told = "; ".join(f"{name} {before[name]!r} → {after[name]!r}" for name in columns[:3])
    return f"{after.file}:{after.number}:{columns[0]}: {after.table} {after.key}: {told}"


def merged(tables: Tables, imported: Sequence[Mapping[str, Sequence[Row]]]) -> tuple[dict[str, list[Row]], Tables]:
    """*tables* with the rows of imports, later ones replacing earlier ones of the same id; and *tables* without these.

    The first holds everything; the second only what no import replaces.
    """
    replaced: dict[str, set[str]] = {}
    for rows in imported:
        for table, found in rows.items():
            replaced.setdefault(table, set()).update(row.key for row in found)
    kept = {table: [row for row in found if row.key not in replaced.get(table, ())] for table, found in tables.items()}
    whole = {table: list(found) for table, found in kept.items()}
    latest: dict[str, dict[str, Row]] = {}
    for rows in imported:
        for table, found in rows.items():
            latest.setdefault(table, {}).update({row.key: row for row in found})
    for table, found_by_key in latest.items():
        whole.setdefault(table, []).extend(found_by_key.values())
    return whole, kept


def new_folder(state: Path) -> Path:
    """An empty folder for the next import; it does not count before :func:`keep` has put something in."""
    discard_abandoned(state)
    number = max((held.number for held in held_imports(state)), default=0) + 1
    folder = state / IMPORTS / f"{number:04d}"
    folder.mkdir(parents=True)
    return folder


def keep(folder: Path, files: Sequence[tuple[Path, str]], layer: str) -> int:
    """Put copies of *files*, each with its table (empty for RDF), into *folder*; returns the number of the import."""
    entries = []
    for position, (file, table) in enumerate(files, 1):
        copy = f"{position:02d}{'.csv' if table else file.suffix.lower()}"
        shutil.copyfile(file, folder / copy)
        entries.append({"name": file.name, "file": copy, "table": table, "layer": layer})
    number = int(folder.name)
    (folder / MANIFEST).write_text(json.dumps({"number": number, "files": entries}), encoding="utf-8")
    return number


def project_tables(data: Path, state: Path) -> Tables:
    """The project's tables with the imports that are in: what a new import is compared with."""
    tables = read_tables(data)
    return merged(tables, [imported_rows(data, tables, held_imports(state))])[0]


def rdf_quads(held: Import) -> list[Quad]:
    """The quads of an RDF import: in the layer graph that the file names, else in the import's layer.

    Blank nodes become IRIs under ``…/.well-known/genid/``. Raises UsageError or TooLarge as ``parse_rdf`` does.
    """
    import pyoxigraph as ox

    from biokg.rdf.parse import parse_rdf

    data = held.file.read_bytes()
    try:
        dataset = ox.Dataset(parse_rdf(data, RDF_ENDINGS[held.file.suffix.lower()], max_bytes=RDF_BYTES))
    except UsageError as error:
        raise UsageError(f"{held.name}: {error.message}", fix=error.fix) from None
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    layers = {layer_graph(layer) for layer in LAYERS}

    def named(node: object) -> ox.NamedNode:
        if isinstance(node, ox.NamedNode):
            return node
        return ox.NamedNode(f"{GENID}import-{held.number}-{str(node).removeprefix('_:')}")

    found = []
    for quad in sorted(dataset, key=str):
        graph = str(quad.graph_name).strip("<>")
        target = ox.NamedNode(graph if graph in layers else layer_graph(held.layer))
        value = quad.object if isinstance(quad.object, ox.Literal) else named(quad.object)
        found.append(ox.Quad(named(quad.subject), quad.predicate, value, target))
    return found


def imported_rows(data: Path, tables: Tables, imports: Sequence[Import]) -> dict[str, list[Row]]:
    """The rows of the table imports, checked; the latest of each id."""
    files = [(held.file, held.table) for held in imports if not held.is_rdf]
    if not files:
        return {}
    whole: dict[str, dict[str, Row]] = {}
    seen: Tables = tables
    for file, table in files:
        rows = read_rows(data, [(file, table)], seen)
        for name, found in rows.items():
            whole.setdefault(name, {}).update({row.key: row for row in found})
        seen = merged(seen, [rows])[0]
    return {table: list(found.values()) for table, found in whole.items()}
