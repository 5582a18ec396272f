"""``biokg release``: the ontology as single files in four forms."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "release",
        help="write the ontology as single files",
        description="Write core, full (with alignments) and schemes as Turtle, RDF/XML, JSON-LD and N-Triples.",
    )
    parser.add_argument("--to", type=Path, default=Path("dist/ontology"), metavar="FOLDER", help="where to write")
    parser.add_argument(
        "--host", metavar="URL", help="also write the redirect table for w3id.org, to the server at this address"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the files and name them."""
    from biokg.knowledge.release import release

    for file in release(settings.ontology_folder, arguments.to, host=arguments.host):
        print(f"{file}  {file.stat().st_size:,} bytes")
    return 0
