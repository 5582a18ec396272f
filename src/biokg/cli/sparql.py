"""``biokg sparql``: one query of one's own."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings
    from biokg.store.base import Store

_DESCRIPTION = """\
Answer a SPARQL query over the graph. Well-known prefixes (bkg:, bks:, bki:, rdfs:, skos: ...) need no declaration.
On a terminal the answer is a table; in a pipe it is CSV, or Turtle for CONSTRUCT and DESCRIBE.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from biokg.cli.flags import add_settings

    parser = commands.add_parser(
        "sparql",
        help="answer a SPARQL query from a file, an argument or stdin",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("query", nargs="?", default="-", help="the query, a file that holds it, or - for stdin [-]")
    parser.add_argument("--view", help="dissertation, to-2016 or all: which layers are read [all graphs]")
    parser.add_argument("--format", help="table, csv, tsv, json, xml; ttl, nt, jsonld, rdfxml for graphs")
    add_settings(parser, ("max_query_bytes", "max_query_depth"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer the query; 0 also when the answer is empty or no."""
    from biokg.cli.graph import graph
    from biokg.cli.main import file_or_text
    from biokg.errors import QuerySyntaxError, UsageError
    from biokg.queries.run import find_view
    from biokg.sparql.faults import explained
    from biokg.sparql.prefixes import with_prefixes

    if arguments.query == "-" and sys.stdin.isatty():
        raise UsageError("no query given", fix="biokg sparql 'SELECT …', biokg sparql FILE.rq, or a query on stdin")
    text = file_or_text(arguments.query, "query")
    form = guarded_form(text, settings)
    declared = with_prefixes(text)
    graphs = find_view(arguments.view).graphs if arguments.view else None
    with graph(settings) as (store, _version):
        union = settings.union
        try:
            with stoppable():
                write_answer(store, declared, form, graphs=graphs, wanted=arguments.format, union=union)
        except QuerySyntaxError as error:
            raise explained(error, text, declared) from None
    return 0


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C ends the process at once: the engine returns to Python only when it is done."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def guarded_form(text: str, settings: Settings) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; raises for what no query may do (too large, too deep, SERVICE, LOAD …)."""
    from biokg.sparql.guard import Guard, check_query

    return check_query(text, Guard(settings.max_query_bytes, settings.max_query_depth)).form


def write_answer(
    store: Store, text: str, form: str, *, graphs: tuple[str, ...] | None, wanted: str | None, union: bool
) -> None:
    """The answer of *text*, which has the query form *form*, on standard output."""
    from biokg.cli.formats import boolean, triples
    from biokg.cli.output import write_bytes, write_table
    from biokg.errors import UsageError
    from biokg.queries.table import Table
    from biokg.queries.unheard import unheard_names

    terminal = sys.stdout.isatty()
    if form == "SELECT":
        answer = store.select(text, default_graphs=graphs, union_default_graph=union)
        table = Table(answer.variables, tuple(tuple(row) for row in answer.rows))
        write_table(table, wanted)
        if not table.rows:
            for sentence in unheard_names(store, text):
                print(f"biokg: {sentence}", file=sys.stderr)
    elif form == "ASK":
        yes = store.ask(text, default_graphs=graphs, union_default_graph=union)
        if wanted in (None, "table"):
            print("yes" if yes else "no") if terminal else print("true" if yes else "false")
        else:
            write_bytes(boolean(yes, wanted or "json"))
    elif form in ("CONSTRUCT", "DESCRIBE"):
        found = store.construct(text, default_graphs=graphs, union_default_graph=union)
        write_bytes(triples(found, "ttl" if wanted in (None, "table") else str(wanted)))
    else:
        raise UsageError(
            "this is no query: SELECT, ASK, CONSTRUCT or DESCRIBE is needed",
            fix="facts are changed in data/ and published by `biokg build`, not by an update here",
        )
