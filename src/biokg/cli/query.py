"""``biokg query``: the canned queries."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.queries.header import CannedQuery
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "query",
        help="run a canned query; alone it lists them",
        description="Run one of the canned queries (.rq files of the project), or list them.",
    )
    parser.add_argument("name", nargs="?", help="name of the query; left out: list all")
    parser.add_argument(
        "--param", "-p", action="append", default=[], metavar="NAME=VALUE", help="value of a parameter; repeatable"
    )
    parser.add_argument("--view", default="all", help="dissertation, to-2016 or all: which layers are read [all]")
    parser.add_argument("--format", help="table, csv, tsv, json, xml")
    parser.add_argument("--show", action="store_true", help="print the query's text and parameters, do not run it")
    parser.set_defaults(run=run)


def parameters(pairs: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` pairs as a mapping; raises :class:`~biokg.errors.UsageError` for any other form."""
    from biokg.errors import UsageError

    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--param {pair!r} is not NAME=VALUE", fix="for example -p region=bki:region/flanders")
        if name in values:
            raise UsageError(f"--param {name} is given twice", fix="give it once")
        values[name] = value
    return values


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """List, show or run."""
    from biokg.cli.graph import graph
    from biokg.cli.output import write_table
    from biokg.queries import run as answer
    from biokg.queries.catalogue import catalogue, find

    if arguments.name is None:
        return listing(catalogue().values(), arguments.format)
    canned = find(arguments.name)
    if arguments.show:
        sys.stdout.write(canned.text)
        return 0
    values = parameters(arguments.param)
    with graph(settings) as (store, _version):
        table = answer(store, canned, values, arguments.view)
        write_table(table, arguments.format)
    return 0


def listing(queries: object, form: str | None) -> int:
    """The catalogue: name, hypothesis, question and parameters."""
    from biokg.cli.output import print_rows

    rows = [_row(query) for query in sorted(queries, key=lambda query: (query.hypothesis, query.name))]  # type: ignore[call-overload]
    names = ("name", "hypothesis", "role", "question", "parameters")
    if form == "table" or (form is None and sys.stdout.isatty()):
        print_rows(names, rows)
        return 0
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return 0


def _row(query: CannedQuery) -> tuple[str, ...]:
    given = " ".join(f"{parameter.name}={parameter.default or 'any'}" for parameter in query.parameters)
    return (query.name, query.sub_claim or query.hypothesis, query.role, query.question, given)
