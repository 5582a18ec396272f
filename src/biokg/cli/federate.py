"""``biokg federate``: which identifiers each registry offers, and joins with other SPARQL endpoints."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings

DESCRIPTION = """\
Without DATASET: how many things have an identifier in each registry, by kind of match. With DATASET: the graph joined
with that dataset's SPARQL endpoint. Nothing is reached unless its exact origin is allowed (--federate ORIGIN).
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``federate``."""
    from biokg.cli.flags import add_settings

    parser = commands.add_parser("federate", help="join with other SPARQL endpoints", description=DESCRIPTION)
    parser.add_argument("dataset", nargs="?", metavar="DATASET", help="wikidata or cordis")
    parser.add_argument("--endpoint", metavar="URL", help="ask this endpoint instead of the dataset's own")
    parser.add_argument("--service", action="store_true", help="use SERVICE in one query instead of a join")
    parser.add_argument("--show", action="store_true", help="print the queries, ask nothing")
    add_settings(parser, ("federate",))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Show or join."""
    from biokg.linking.federation import federated_query

    if arguments.dataset is None:
        return _coverage(settings)
    parts = ("service",) if arguments.service else ("local", "remote")
    if arguments.show:
        for part in parts:
            print(federated_query(arguments.dataset, part))
        return 0
    return _service(arguments, settings) if arguments.service else _join(arguments, settings)


def _coverage(settings: Settings) -> int:
    from biokg.cli.graph import graph
    from biokg.linking.federation import coverage

    with graph(settings) as (store, _):
        print(f"{'registry':<12} {'match':<8} {'things':>6} {'links':>6}")
        for registry, kind, things, links in coverage(store):
            print(f"{registry:<12} {kind:<8} {things:>6} {links:>6}")
    return 0


def _join(arguments: argparse.Namespace, settings: Settings) -> int:
    from biokg.cli.graph import graph
    from biokg.linking.federation import federated_query, header, join
    from biokg.linking.reach import Reach

    local, remote = (federated_query(arguments.dataset, part) for part in ("local", "remote"))
    endpoint = arguments.endpoint or header(remote, "endpoint")
    reach = Reach(settings.federate)
    reach.check(endpoint)
    with graph(settings) as (store, _):
        found = join(store, local, remote, endpoint, reach)
    _print(found.variables, found.rows)
    print(f"{found.asked} values sent to {endpoint}, {len(found.rows)} rows", file=sys.stderr)
    return 0


def _service(arguments: argparse.Namespace, settings: Settings) -> int:
    from biokg.cli.graph import graph
    from biokg.linking.federation import federated_query, header
    from biokg.linking.forwarder import select_with_service
    from biokg.linking.reach import Reach
    from biokg.terms import VIEWS

    text = federated_query(arguments.dataset, "service")
    if arguments.endpoint:
        text = text.replace(f"<{header(text, 'endpoint')}>", f"<{arguments.endpoint}>")
    reach = Reach(settings.federate)
    reach.check(arguments.endpoint or header(text, "endpoint"))
    with graph(settings) as (store, _):
        found = select_with_service(store, text, reach, default_graphs=VIEWS["all"].graphs)
    _print(found.variables, found.rows)
    return 0


def _print(variables: tuple[str, ...], rows: object) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(variables)
    for row in rows:  # type: ignore[attr-defined]
        writer.writerow("" if cell is None else getattr(cell, "value", str(cell)) for cell in row)
