"""Bring a researcher's files into the graph, all or nothing; look before; undo."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.errors import NotFound, UsageError, ValidationFailed
from biokg.knowledge.build import publish
from biokg.knowledge.imports import (
    RDF_ENDINGS,
    Changes,
    Import,
    compare,
    held_imports,
    keep,
    new_folder,
    pending,
    project_tables,
    rdf_quads,
    read_rows,
    table_of,
)
from biokg.knowledge.templates import TEMPLATES, import_schemas
from biokg.terms import LAYERS

if TYPE_CHECKING:
    from biokg.knowledge.assemble import Progress
    from biokg.knowledge.build import Publication
    from biokg.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """What an import changed, or would change; ``publication`` is the new version, when it was loaded."""

    changes: Changes
    publication: Publication | None
    number: int = 0


def import_files(
    settings: Settings,
    files: Sequence[Path],
    *,
    table: str | None = None,
    layer: str = LAYERS[-1],
    replace: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Check *files* (tables by template, or RDF by ending) and load them as a new version.

    *table* names the template of every CSV file (default: by its header); *layer* is where RDF goes that names none.
    Rows that change rows already there are refused unless *replace*. Raises DataError (bad cells, every one),
    UsageError (a file that cannot be read, changed rows without *replace*) and ValidationFailed (a broken shape);
    whatever is raised, nothing was loaded.
    """
    tables, graphs = _sorted(settings, files, table)
    changes = _changes(settings, tables, progress)
    for file in graphs:
        quads = rdf_quads(Import(0, file.name, file.parent, file, "", layer))
        changes.added.append(f"{len(quads)} statements of {file.name}")
    if dry_run:
        return Outcome(changes, None)
    if changes.changed and not replace:
        raise UsageError(
            "\n".join(["rows that are there already would change; nothing was loaded", *changes.lines()]),
            fix="give the rows ids of their own, or load them with --replace",
        )
    _remember(settings, progress)
    folder = new_folder(settings.state_folder)
    with pending(folder):
        number = keep(folder, [*tables, *((file, "") for file in graphs)], layer)
        return Outcome(changes, _published(settings, folder, progress), number)


def _changes(settings: Settings, tables: Sequence[tuple[Path, str]], progress: Progress | None) -> Changes:
    """What the rows of *tables* would change; the rows themselves are not kept."""
    known = project_tables(settings.data_folder, settings.state_folder)
    return compare(read_rows(settings.data_folder, tables, known, progress) if tables else {}, known)


def _remember(settings: Settings, progress: Progress | None) -> None:
    """Make sure that a good version without the new rows is there to stay in use."""
    publication = publish(settings, progress=progress)
    if publication.problem:
        raise ValidationFailed(
            f"the graph as it is does not stand\n{publication.problem}", fix="mend the tables before importing"
        )


def _sorted(settings: Settings, files: Sequence[Path], table: str | None) -> tuple[list[tuple[Path, str]], list[Path]]:
    """The CSV files with their tables, those that others refer to first, and the RDF files."""
    schemas = import_schemas(settings.data_folder)
    if table is not None and table not in TEMPLATES:
        raise NotFound(f"there is no template {table!r}", fix=f"there are: {', '.join(TEMPLATES)}")
    tables: list[tuple[Path, str]] = []
    graphs: list[Path] = []
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: there is no such file")
        if file.suffix.lower() in RDF_ENDINGS:
            graphs.append(file)
        elif table is not None:
            tables.append((file, TEMPLATES[table]))
        else:
            tables.append((file, table_of(file, schemas)))
    order = ["regions", "references", "organizations", "alliances"]
    return sorted(tables, key=lambda entry: order.index(entry[1]) if entry[1] in order else len(order)), graphs


def _published(settings: Settings, folder: Path, progress: Progress | None) -> Publication:
    """The version with an import in; it is taken out again when that version does not come to be."""
    done = False
    try:
        publication = publish(settings, progress=progress)
        if publication.problem:
            raise ValidationFailed(f"nothing was loaded\n{publication.problem}", fix="mend the rows and import again")
        done = True
        return publication
    finally:
        if not done:
            shutil.rmtree(folder)


def undo_import(settings: Settings, number: int | None = None, *, progress: Progress | None = None) -> Publication:
    """Take an import (default: the last one) out and publish without it. Raises NotFound when there is none."""
    held = held_imports(settings.state_folder)
    chosen = [each for each in held if number is None or each.number == number]
    if not chosen:
        raise NotFound(f"there is no import {number or ''}".rstrip(), fix="biokg import --list shows those that are in")
    last = chosen[-1]
    aside = settings.state_folder / f"undone-{last.number:04d}"
    last.folder.rename(aside)
    publication = publish(settings, progress=progress)
    if publication.problem:
        aside.rename(last.folder)
        raise ValidationFailed(
            f"without import {last.number} the graph does not stand\n{publication.problem}",
            fix="undo the imports that build on it first",
        )
    shutil.rmtree(aside)
    return publication
