"""``biokg validate``: the graph against the shapes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from biokg.settings import Settings
    from biokg.store.memory import MemoryStore


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "validate",
        help="check the graph, or RDF files, against the shapes",
        description="Check the published graph, or the RDF files named, against the SHACL shapes. "
        "Exit code 3 when there is a violation.",
    )
    parser.add_argument("file", nargs="*", type=Path, help="RDF files to check instead of the published graph")
    parser.set_defaults(run=run)


def loaded(files: list[Path], ontology_folder: Path | None = None) -> MemoryStore:
    """A store in memory that holds *files*, each in the graph it says or the default one.

    Plain JSON that names the project's context is read with that of *ontology_folder*, where it is given.
    """
    import pyoxigraph as ox

    from biokg.errors import UsageError
    from biokg.knowledge.jsonld_context import with_own_context
    from biokg.store.memory import MemoryStore

    store = MemoryStore()
    for file in files:
        form = ox.RdfFormat.from_extension(file.suffix.removeprefix(".").lower())
        if form is None:
            raise UsageError(
                f"{file}: the ending {file.suffix!r} names no RDF format",
                fix="use .ttl, .trig, .nt, .nq, .rdf or .jsonld",
            )
        try:
            if form == ox.RdfFormat.JSON_LD and ontology_folder is not None:
                text = with_own_context(file.read_bytes(), ontology_folder)
                store.add(ox.parse(text, form, rename_blank_nodes=True))
            else:
                store.engine.bulk_load(path=file, format=form)
        except (OSError, SyntaxError, ValueError) as error:
            raise UsageError(f"{file}: {error}", fix="give an RDF file that exists and parses") from None
    return store


def vocabulary(ontology_folder: Path) -> list[Path]:
    """The files that data may lean on without repeating them: the ontology's modules and the schemes of codes."""
    return [*sorted(ontology_folder.glob("*.ttl")), *sorted((ontology_folder / "schemes").glob("*.ttl"))]


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the report; 3 when a shape is broken."""
    from biokg.cli.graph import graph
    from biokg.cli.progress import progress_bar
    from biokg.shapes import load_shapes, validate
    from biokg.shapes.own_data import text_of, validate_own, where

    shapes = load_shapes(settings.ontology_folder / "shapes")
    if arguments.file:
        folder = settings.ontology_folder
        own, beside = loaded(arguments.file, folder), loaded(vocabulary(folder), folder)
        beside.add(hypotheses_named())
        report = validate_own(own, beside.quads(), shapes)
        texts = [text_of(file, [result.focus for result in report.results]) for file in arguments.file]
        print(report.text(where=lambda node: where(node, texts)))
    else:
        with graph(settings) as (store, _version), progress_bar() as progress:
            report = validate(store, shapes=shapes, progress=progress)
        print(report.text())
    return 0 if report.conforms else 3


def hypotheses_named() -> list[Quad]:
    """That H1 to H4 are hypotheses, so that evidence may bear on them without repeating what they say."""
    import pyoxigraph as ox

    from biokg.queries.header import HYPOTHESES
    from biokg.terms import RDF_TYPE, entity, term

    kind = (ox.NamedNode(RDF_TYPE), ox.NamedNode(term("Hypothesis")))
    return [ox.Quad(ox.NamedNode(entity("hypothesis", name)), *kind) for name in HYPOTHESES if name != "across"]
