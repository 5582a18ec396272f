"""``biokg build``: tables to validated, reasoned, versioned graph."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "build",
        help="build the graph from the tables, if they changed",
        description="Read the tables, map them to RDF, reason, validate, and publish the result as a version.",
    )
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build; 0 when the published graph is that of the tables as they are, 1 when the last good one stays."""
    from biokg.cli.graph import published

    publication = published(settings, force=arguments.force)
    if arguments.json:
        print(
            json.dumps(
                {
                    "version": publication.version,
                    "path": str(publication.path),
                    "report": str(publication.report),
                    "quads": publication.quads,
                    "built": publication.built,
                    "problem": publication.problem,
                }
            )
        )
    else:
        state = "built" if publication.built else "unchanged"
        print(f"{state}: {publication.quads:,} quads, version {publication.version}")
        print(f"graph  {publication.path}\nreport {publication.report}")
    return 1 if publication.problem else 0
