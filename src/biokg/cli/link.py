"""``biokg link``: match the names of a messy table to the graph or to a registry file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.linking.matching import Matcher
    from biokg.settings import Settings

DESCRIPTION = """\
Match the organization names in one column of FILE. Prints one line per name; --review writes every candidate with
its reasons for a person to check, --sssom the matches as a mapping set. No answer is preferred to a wrong one:
namesakes, national companies, divisions and funds of a group are left for review.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``link``."""
    parser = commands.add_parser(
        "link", help="match names in a table to the graph or a registry", description=DESCRIPTION
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV or TSV table")
    parser.add_argument("--column", required=True, metavar="NAME", help="column that holds the names")
    parser.add_argument("--country", metavar="NAME", help="column with the country (ISO code or name)")
    parser.add_argument("--city", metavar="NAME", help="column with the city")
    parser.add_argument(
        "--registry", type=Path, metavar="FILE", help="ROR dump (schema 1 or 2), Wikidata CSV or GLEIF CSV [the graph]"
    )
    parser.add_argument("--review", type=Path, metavar="FILE", help="write all candidates here (CSV)")
    parser.add_argument("--sssom", type=Path, metavar="FILE", help="write the matches here (SSSOM TSV)")
    parser.add_argument("--quiet", action="store_true", help="print the count only")
    parser.set_defaults(run=run)


def _matcher(arguments: argparse.Namespace, settings: Settings) -> Matcher:
    from biokg.linking.matching import Matcher
    from biokg.linking.registry import graph_entities, read_registry

    if arguments.registry is not None:
        return Matcher(read_registry(arguments.registry))
    from biokg.cli.graph import graph
    from biokg.terms import VIEWS

    with graph(settings) as (store, _):
        return Matcher(graph_entities(store, default_graphs=VIEWS["all"].graphs))


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Match and write."""
    from datetime import UTC, datetime

    import biokg
    from biokg.linking import table

    rows = table.read_names(arguments.file, arguments.column, country=arguments.country, city=arguments.city)
    matcher = _matcher(arguments, settings)
    matches = list(matcher.match_all((row.name, row.hints) for row in rows))
    if not arguments.quiet:
        for row, match in zip(rows, matches, strict=True):
            answer = f"{match.entity.id}  {match.entity.label}" if match.entity else "-"
            print(f"{row.number}\t{match.decision}\t{row.name}\t{answer}\t{'; '.join(match.reasons)}")
    if arguments.review:
        with arguments.review.open("w", encoding="utf-8", newline="") as stream:
            table.write_review(stream, rows, matches)
    if arguments.sssom:
        source = str(arguments.registry.name) if arguments.registry else "https://w3id.org/biokg/"
        tool, date = f"biokg {biokg.__version__}", datetime.now(UTC).date().isoformat()
        with arguments.sssom.open("w", encoding="utf-8", newline="") as stream:
            table.write_sssom(stream, rows, matches, source=source, tool=tool, date=date)
    counts = {kind: sum(match.decision == kind for match in matches) for kind in ("match", "review", "none")}
    print(
        f"{len(rows)} names: {counts['match']} matched, {counts['review']} for review, {counts['none']} without answer",
        file=sys.stderr,
    )
    return 0
