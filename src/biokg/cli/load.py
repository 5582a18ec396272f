"""``biokg load``: bulk load RDF files into a store folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings

DESCRIPTION = """\
Add RDF files (.nq .nt .ttl .trig .rdf, each also .gz) to the store in the folder of --store, all or nothing; what was
there stays in use until the end. Serve it with: biokg serve --store DIR
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``load``."""
    parser = commands.add_parser("load", help="bulk load RDF files on disk", description=DESCRIPTION)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="RDF file")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Load and commit."""
    from biokg.cli.progress import progress_bar
    from biokg.errors import UsageError
    from biokg.scale.loading import load_files

    if settings.store is None:
        raise UsageError("no store is named", fix="give its folder: --store DIR")
    with progress_bar() as progress:
        quads = load_files(settings.store, arguments.files, progress)
    print(f"{quads} quads in {settings.store}", file=sys.stderr)
    return 0
