"""``biokg query``: the canned queries."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def listing(queries: Iterable[CannedQuery], form: str | None) -> int:
    """The catalogue by hypothesis: name, question and parameters; CSV in a pipe."""
    ordered = sorted(queries, key=lambda query: (query.hypothesis, query.sub_claim or "", query.name))
    if form == "table" or (form is None and sys.stdout.isatty()):
        _print_catalogue(ordered)
        return 0
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("name", "hypothesis", "sub_claim", "role", "question", "parameters"))
    for query in ordered:
        given = " ".join(f"{parameter.name}={parameter.default or 'any'}" for parameter in query.parameters)
        writer.writerow((query.name, query.hypothesis, query.sub_claim or "", query.role, query.question, given))
    return 0


def _print_catalogue(queries: list[CannedQuery]) -> None:
    from itertools import groupby

    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    for hypothesis, group in groupby(queries, key=lambda query: query.hypothesis):
        console.print(
            Text(f"\n{hypothesis.upper() if hypothesis != 'across' else 'Across the hypotheses'}", style="bold")
        )
        for query in group:
            role = f"  ({query.role} {query.sub_claim})" if query.sub_claim else ""
            console.print(Text("  ") + Text(query.name, style="bold cyan") + Text(role, style="dim"))
            console.print(Padding(Text(query.question), (0, 0, 0, 6)))
            for parameter in query.parameters:
                text = f"-p {parameter.name}={parameter.default or 'any'}  {parameter.description}"
                console.print(Padding(Text(text, style="dim"), (0, 0, 0, 6)))
    console.print(f"\n{len(queries)} queries; run one with: biokg query NAME -p PARAMETER=VALUE")
