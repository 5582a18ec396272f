"""From tables to a published version: read, map, reason, validate, hash, write, switch.

A version is a folder ``versions/<version>/`` of the state folder; ``current.json`` names the one in use and is
replaced in one step. When the inputs are bad, nothing is switched: the last good version stays and the
:class:`Publication` says why.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biokg.errors import BioKGError, DataError, StoreError, ValidationFailed
from biokg.knowledge.assemble import Progress, assemble, input_fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from biokg.knowledge.context import Context
    from biokg.knowledge.imports import Import
    from biokg.knowledge.tables import Row
    from biokg.rdf.fingerprint import DatasetHash
    from biokg.settings import Settings
    from biokg.store.base import Store
    from biokg.store.memory import MemoryStore

DATASET = "dataset.nq"
REPORT = "report.txt"
REPORT_RDF = "report.ttl"
"""The same in the W3C vocabulary; warnings of the imports are in the text only."""
REFUSED = "refused.json"
_SHOWN = 5


@dataclass(frozen=True)
class Publication:
    """A published version. ``problem`` says why newer inputs were refused, when this is the last good one."""

    version: str
    path: Path
    report: Path
    quads: int
    built: bool
    problem: str | None = None


def publish(settings: Settings, *, force: bool = False, progress: Progress | None = None) -> Publication:
    """The version of the inputs as they are: the one at hand when they are unchanged, else a new one.

    Bad inputs leave the last good version in use (``problem`` says why); where there is none, their error is
    raised: DataError (a bad cell), StoreError (a bad file), ValidationFailed (a broken shape).
    """
    tell: Progress = progress or (lambda _stage, _done, _total: None)
    with _locked(settings.state_folder):
        inputs = input_fingerprint(settings)
        current = _current(settings.state_folder)
        if current is not None and current[1] == inputs and not force:
            return current[0]
        if current is not None and not force:
            known = _refused(settings.state_folder, inputs)
            if known:
                return replace(current[0], problem=known)
        try:
            return _build(settings, inputs, tell)
        except BioKGError as error:
            if current is None:
                raise
            problem = _reason(error)
            note = json.dumps({"inputs": inputs, "problem": problem})
            (settings.state_folder / REFUSED).write_text(note, encoding="utf-8")
            return replace(current[0], problem=problem)


def pruned(settings: Settings) -> list[str]:
    """Remove the versions beyond ``keep_versions``, as every build does; returns those removed."""
    from biokg.knowledge.versions import prune

    with _locked(settings.state_folder):
        current = _current(settings.state_folder)
        return prune(settings.state_folder, current[0].version, settings.keep_versions) if current else []


def _refused(folder: Path, inputs: str) -> str | None:
    """Why these very inputs were refused before; ``None`` when they were not."""
    try:
        note: dict[str, str] = json.loads((folder / REFUSED).read_text(encoding="utf-8"))
        return note["problem"] if note["inputs"] == inputs else None
    except (OSError, ValueError, KeyError):
        return None


def open_published(publication: Publication) -> MemoryStore:
    """The published graph in memory."""
    from biokg.knowledge.versions import held
    from biokg.store.published import PublishedStore

    try:
        with held(publication.path):
            return PublishedStore(publication.path.read_bytes())
    except OSError as error:
        raise StoreError(f"{publication.path}: {error}", fix="run biokg build --force") from None


def _reason(error: BioKGError) -> str:
    if isinstance(error, DataError):
        lines = [str(problem) for problem in error.problems[:_SHOWN]]
        more = len(error.problems) - len(lines)
        return "\n".join([f"{len(error.problems)} bad cell(s)", *lines, *([f"… and {more} more"] if more else [])])
    return error.message


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One build at a time in a state folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / "publish.lock").open("w")
    except OSError as error:
        raise StoreError(f"{folder}: {error}", fix="name a folder that can be written with --state-dir") from None
    with handle:
        try:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield


def _current(folder: Path) -> tuple[Publication, str] | None:
    """The version in use and the fingerprint of its inputs; ``None`` when there is none that can be read."""
    try:
        note: dict[str, Any] = json.loads((folder / "current.json").read_text(encoding="utf-8"))
        place = folder / "versions" / note["version"]
        publication = Publication(note["version"], place / DATASET, place / REPORT, note["quads"], False)
        inputs = str(note["inputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (publication, inputs) if publication.path.is_file() else None


def _build(settings: Settings, inputs: str, tell: Progress) -> Publication:
    from biokg.knowledge.catalogue import catalogue_quads
    from biokg.knowledge.context import Context, read_context
    from biokg.knowledge.emit import Emitter
    from biokg.knowledge.imports import held_imports, imported_rows, merged
    from biokg.knowledge.tables import read_tables
    from biokg.knowledge.versions import prune
    from biokg.store.memory import MemoryStore

    tell("reading tables", 0, None)
    tables = read_tables(settings.data_folder)
    imports = held_imports(settings.state_folder)
    rows = imported_rows(settings.data_folder, tables, imports)
    whole, kept = merged(tables, [rows])
    context = read_context(whole, Emitter())
    store = MemoryStore()
    assemble(settings, store, Context(kept, context.emitter, context.organizations, context.here_by_2016), tell)
    _materialise(store, tell)
    store.add(list(catalogue_quads(store)))
    report, turtle, conforms = _validate(settings, store, tell)
    if not conforms:
        raise ValidationFailed(
            f"the graph breaks a shape\n{report}", fix="mend the rows named; biokg validate shows the whole report"
        )
    held = frozenset(row.key for found in tables.values() for row in found)
    with _draft(settings.state_folder) as draft:
        digest, warnings = _write(draft, settings, store, Streamed(context, rows, imports, held), tell)
        (draft / REPORT).write_text(report + "".join(f"{line}\n" for line in warnings), encoding="utf-8")
        (draft / REPORT_RDF).write_text(turtle, encoding="utf-8")
        place = _switch(settings.state_folder, draft, digest, inputs)
    prune(settings.state_folder, digest.version, settings.keep_versions)
    tell("published", digest.quads, digest.quads)
    return Publication(digest.version, place / DATASET, place / REPORT, digest.quads, True)


@dataclass(frozen=True)
class Streamed:
    """The imports that go into a version."""

    context: Context
    rows: Mapping[str, Sequence[Row]]
    imports: Sequence[Import]
    held: frozenset[str]
    """Ids that the project's own tables hold."""


def _materialise(store: Store, tell: Progress) -> None:
    from biokg.reasoning import materialise

    tell("reasoning", 0, None)
    materialise(store)


def _validate(settings: Settings, store: Store, tell: Progress) -> tuple[str, str, bool]:
    """The report as text and as Turtle, and whether the graph conforms."""
    from biokg.shapes import load_shapes, validate

    folder = settings.ontology_folder / "shapes"
    if not any(folder.glob("*.ttl")):
        return f"there are no shapes in {folder.name}/: nothing was checked\n", "", True
    tell("validating", 0, None)
    report = validate(store, shapes=load_shapes(folder))
    return report.text() + "\n", report.turtle(), report.conforms


def _write(
    draft: Path, settings: Settings, store: Store, streamed: Streamed, tell: Progress
) -> tuple[DatasetHash, list[str]]:
    """The lines of the version: what *store* holds, then the imports part by part; and the warnings on these."""
    from biokg.knowledge.imports import rdf_quads
    from biokg.knowledge.stream import Streaming, Writer, keys_in
    from biokg.rdf.fingerprint import DatasetHash
    from biokg.shapes import load_shapes

    warnings: list[str] = []
    with (draft / DATASET).open("w", encoding="utf-8") as file:
        writer = Writer(file, DatasetHash())
        tell("writing", 0, None)
        writer.write(writer.fresh(store.quads()))
        if streamed.imports:
            streaming = Streaming(store, writer, load_shapes(settings.ontology_folder / "shapes"), warnings)
            graphs = [rdf_quads(held) for held in streamed.imports if held.is_rdf]
            alone = streamed.held.union(*map(keys_in, graphs))
            streaming.add_tables(streamed.context, streamed.rows, alone, tell)
            for quads in graphs:
                streaming.add_quads(quads)
    return writer.digest, warnings


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder to write a version in; gone when it was not switched to."""
    draft = folder / "versions" / f".draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _switch(folder: Path, draft: Path, digest: DatasetHash, inputs: str) -> Path:
    """Give the complete draft its name, then point to it in one step."""
    place = folder / "versions" / digest.version
    note = {"version": digest.version, "quads": digest.quads, "inputs": inputs}
    (draft / "version.json").write_text(json.dumps({**note, "state": digest.state}), encoding="utf-8")
    if place.exists():
        shutil.rmtree(place)
    draft.rename(place)
    pointer = folder / f".current-{os.getpid()}.json"
    pointer.write_text(json.dumps(note), encoding="utf-8")
    pointer.replace(folder / "current.json")
    return place
