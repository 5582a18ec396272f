"""``biokg export``: the graph as files to publish."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        help="write the graph as files to publish",
        description="Write the whole graph (N-Quads, TriG, JSON-LD, Parquet), each layer (Turtle), the tables, "
        "the VoID description, an RO-Crate and checksums into a new folder.",
    )
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the files and name them."""
    from biokg.cli.progress import progress_bar
    from biokg.knowledge.export import export

    with progress_bar() as progress:
        files = export(settings, arguments.folder, progress=progress)
    for file in files:
        if "tables" not in file.relative_to(arguments.folder).parts:
            print(f"{file.stat().st_size:12,}  {file}")
    print(f"{len(files)} files, checksums in {arguments.folder / 'SHA256SUMS'}")
    return 0
