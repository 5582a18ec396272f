"""``biokg import``: a researcher's own tables or RDF into the graph."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "import",
        help="add your own tables or RDF to the graph, all or nothing",
        description="Check CSV files (see biokg template) or RDF files, say what would change, and load them. "
        "Every bad cell is named; when one is bad, or a shape is broken, nothing is loaded.",
    )
    parser.add_argument("file", nargs="*", type=Path, help="CSV files with the columns of a template, or RDF files")
    parser.add_argument("--table", metavar="TEMPLATE", help="template of the CSV files (default: by their columns)")
    parser.add_argument(
        "--layer",
        default="public-after-2016",
        choices=("dissertation", "public-to-2016", "public-after-2016"),
        help="layer of RDF that names none [%(default)s]",
    )
    parser.add_argument("--dry-run", action="store_true", help="check and say what would change, load nothing")
    parser.add_argument("--replace", action="store_true", help="let rows replace rows of the same id")
    parser.add_argument("--undo", nargs="?", const=0, type=int, metavar="NUMBER", help="take an import out [the last]")
    parser.add_argument("--list", action="store_true", help="show the imports that are in")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Load, look, list or undo; 0 when done, 1 when the files were refused."""
    from biokg.cli.progress import progress_bar
    from biokg.errors import UsageError
    from biokg.knowledge.importing import import_files, undo_import
    from biokg.knowledge.imports import held_imports

    if arguments.list:
        for held in held_imports(settings.state_folder):
            print(f"{held.number}\t{held.table or 'RDF'}\t{held.name}")
        return 0
    with progress_bar() as progress:
        if arguments.undo is not None:
            publication = undo_import(settings, arguments.undo or None, progress=progress)
            print(f"undone: version {publication.version[:12]}, {publication.quads:,} quads")
            return 0
        if not arguments.file:
            raise UsageError("no file is named", fix="biokg import FILE…, or --list, or --undo")
        outcome = import_files(
            settings,
            arguments.file,
            table=arguments.table,
            layer=arguments.layer,
            replace=arguments.replace,
            dry_run=arguments.dry_run,
            progress=progress,
        )
    print("\n".join(outcome.changes.lines()))
    if outcome.publication is None:
        print("nothing was loaded (dry run)")
    else:
        new = outcome.publication
        print(f"loaded as import {outcome.number}: version {new.version[:12]}, {new.quads:,} quads")
        print("biokg import --undo takes it out")
    return 0
