"""``biokg link``: match the names of a messy table to the graph or to a registry file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.linking.matching import Matcher
    from biokg.linking.sssom import MappingSet
    from biokg.settings import Settings

DESCRIPTION = """\
Match the organization names in one column of FILE. Prints one line per name; --review writes every candidate with
its reasons for a person to check, --sssom the matches as a mapping set. No answer is preferred to a wrong one:
namesakes, national companies, divisions and funds of a group are left for review.

With --reviewed, FILE is a review file that a person has been through: in its column accept, x accepts the candidate of
that line, no rejects it, empty decides nothing; an id of one's own may be written in. --sssom then writes what was
decided, as manual curation by --reviewer.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``link``."""
    parser = commands.add_parser(
        "link", help="match names in a table to the graph or a registry", description=DESCRIPTION
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV or TSV table")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--column", metavar="NAME", help="column that holds the names")
    what.add_argument("--reviewed", action="store_true", help="read FILE as a review file that was edited")
    parser.add_argument("--reviewer", metavar="WHO", help="with --reviewed: your name or ORCID")
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


def _about(arguments: argparse.Namespace) -> MappingSet:
    from datetime import UTC, datetime

    import biokg
    from biokg.linking.sssom import MappingSet

    source = arguments.registry.name if arguments.registry else "https://w3id.org/biokg/"
    return MappingSet(source, f"biokg {biokg.__version__}", datetime.now(UTC).date().isoformat())


def _reviewed(arguments: argparse.Namespace, about: MappingSet) -> int:
    from biokg.errors import UsageError
    from biokg.linking.reviewing import read_review, write_reviewed

    if not arguments.sssom or not arguments.reviewer:
        raise UsageError("a review needs --reviewer WHO and --sssom FILE", fix="say who decided, and where to write it")
    review = read_review(arguments.file)
    with arguments.sssom.open("w", encoding="utf-8", newline="") as stream:
        write_reviewed(stream, review, about, reviewer=arguments.reviewer)
    print(
        f"{review.names} names: {len(review.of('accepted'))} accepted, {len(review.nowhere)} with every candidate "
        f"rejected, {len(review.open)} left open",
        file=sys.stderr,
    )
    if not arguments.quiet:
        for name in review.open:
            print(f"open\t{name}")
    return 0


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Match and write, or read what a person decided and write that."""
    from biokg.linking import table

    about = _about(arguments)
    if arguments.reviewed:
        return _reviewed(arguments, about)
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
        with arguments.sssom.open("w", encoding="utf-8", newline="") as stream:
            table.write_sssom(stream, rows, matches, about)
    counts = {kind: sum(match.decision == kind for match in matches) for kind in ("match", "review", "none")}
    print(
        f"{len(rows)} names: {counts['match']} matched, {counts['review']} for review, {counts['none']} without answer",
        file=sys.stderr,
    )
    return 0
