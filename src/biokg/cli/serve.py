"""``biokg serve``: the SPARQL service and its pages."""

from __future__ import annotations

import argparse
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command, with every setting as a flag."""
    from biokg.cli.flags import add_settings
    from biokg.settings import SETTINGS

    parser = commands.add_parser(
        "serve",
        help="serve the graph: pages, SPARQL endpoint, REST",
        description="Build the graph if its inputs changed, then serve it until interrupted.",
    )
    add_settings(parser, [setting.name for setting in SETTINGS if setting.name != "debug"])
    parser.set_defaults(run=run)


def require_free(host: str, port: int) -> None:
    """Raise :class:`~biokg.errors.UsageError` when nothing can listen on *host*:*port*."""
    from biokg.errors import UsageError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        free = "choose another port: --port 9000, or PORT=9000 make serve"
        if isinstance(error, socket.gaierror):
            free = "--host takes an address of this machine, for instance 127.0.0.1 or 0.0.0.0"
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}", fix=free) from None


def any_free(host: str) -> int:
    """A port of *host* that nobody listens on, for ``--port 0``."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def address(settings: Settings) -> str:
    """Where a person on this machine finds the service."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{settings.port}"


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until interrupted."""
    require_free(settings.host, settings.port)
    if settings.port == 0:
        settings = replace(settings, port=any_free(settings.host))
    if not (settings.engine or settings.store or settings.empty):
        from biokg.cli.graph import published

        publication = published(settings)
        print(f"graph: {publication.quads:,} quads, version {publication.version[:12]}")
    url = address(settings)
    print(
        f"serving on {url}  (Ctrl-C ends it)\n"
        f"  the four questions   {url}/\n"
        f"  a hypothesis         {url}/hypotheses/H2\n"
        f"  write a query        {url}/query\n"
        f"  SPARQL endpoint      {url}/sparql\n"
        f"  from a shell         curl -H 'Accept: text/csv' --data-urlencode "
        f"'query=SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} }}' {url}/sparql"
    )
    sys.stdout.flush()
    from biokg.web.server import serve

    serve(settings)
    return 0
