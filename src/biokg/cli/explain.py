"""``biokg explain``: from which asserted triples an inferred one follows."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        help="say from which stated triples a triple follows",
        description="Say where a triple is stated or, if it is inferred, by which axioms and from which stated "
        "triples it follows. Example: biokg explain 'bki:organization/ablynx bkg:basedIn bki:region/flanders'",
    )
    parser.add_argument("triple", nargs="+", help="subject, predicate and object, as <IRI> or prefix:name")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the tree of reasons."""
    from biokg.cli.graph import graph
    from biokg.reasoning.explanation import explain, parse_triple

    triple = parse_triple(" ".join(arguments.triple))
    with graph(settings) as (store, _version):
        print(explain(store, triple).text())
    return 0
