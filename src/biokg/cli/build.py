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
        description="Read the tables, map them to RDF, reason, validate, and publish the result as a version. "
        "With --engine also replace the graph in that engine by it, and reason and validate there.",
    )
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build; 0 when the published graph is that of the tables as they are, 1 when the last good one stays."""
    from biokg.cli.graph import published

    if settings.engine:
        return _deploy(arguments, settings)
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


def _deploy(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build into the engine; 1 when it holds what breaks a shape."""
    from biokg.cli.progress import progress_bar
    from biokg.knowledge.deploy import deploy
    from biokg.store import open_store

    store = open_store(settings)
    with progress_bar() as progress:
        done = deploy(settings, store, progress)
    store.close()
    if arguments.json:
        counts = {"asserted": done.asserted, "inferred": done.inferred, "conforms": done.report.conforms}
        print(json.dumps({"version": done.version, "engine": settings.engine, **counts}))
    else:
        print(f"version {done.version} in {settings.engine}")
        print(f"{done.asserted:,} quads sent, {done.inferred:,} triples inferred there\n{done.report.text(limit=3)}")
    return 0 if done.report.conforms else 1
