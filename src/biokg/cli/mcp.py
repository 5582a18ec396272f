"""``biokg mcp``: read-only tools for language models."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from biokg.cli.flags import add_settings

    parser = commands.add_parser(
        "mcp",
        help="offer the graph to language models over MCP (stdio)",
        description="A Model Context Protocol server on standard input and output, with read-only tools: search, "
        "entity, list_queries, canned_query, sparql, hypothesis. Needs the extra: pip install 'biokg[mcp]'.",
    )
    add_settings(parser, ("workers", "deadline", "memory", "max_query_bytes", "max_query_depth"))
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve on stdio until the client leaves."""
    import importlib.util

    from biokg.errors import UsageError

    if importlib.util.find_spec("mcp") is None:
        raise UsageError("the MCP library is not installed", fix="pip install 'biokg[mcp]'")
    import biokg
    from biokg.cli.graph import published
    from biokg.execution.pool import WorkerPool
    from biokg.knowledge.build import open_published
    from biokg.web.app import create_app
    from biokg.web.service import Service
    from biokg.web.tools import application, server

    publication = published(settings)
    pool = WorkerPool.start(settings, nquads=publication.path)
    try:
        service = Service(open_published(publication), publication.version, settings, pool)
        server(application(create_app(service)), biokg.__version__).run("stdio")
    finally:
        pool.close()
    return 0
