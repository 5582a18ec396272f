"""``biokg diff``: what changed between two versions of the graph."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from biokg.knowledge.versions import Difference
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "diff",
        help="show what changed between two versions of the graph",
        description="Print the statements that only one of two versions has. Without versions, list those at hand.",
    )
    parser.add_argument("before", nargs="?", help="the earlier version, or its first digits")
    parser.add_argument("after", nargs="?", help="the later version, or its first digits [the one in use]")
    parser.add_argument("--summary", action="store_true", help="counts by graph only")
    parser.add_argument("--things", action="store_true", help="the things concerned, by name, instead of statements")
    parser.add_argument("--json", action="store_true", help="counts and changed things as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the versions, or print a difference as removed (-) and added (+) lines of N-Quads."""
    from biokg.errors import NotFound
    from biokg.knowledge.versions import difference, version_in_use

    state = settings.state_folder
    if arguments.before is None:
        return _listed(state)
    after = arguments.after or version_in_use(state)
    if after is None:
        raise NotFound("there is no version to compare with", fix="biokg build makes one; biokg diff lists them")
    found = difference(state, arguments.before, after)
    graphs = found.by_graph()
    if arguments.json:
        counts = {graph: {"removed": gone, "added": come} for graph, (gone, come) in graphs.items()}
        told = {"before": found.before, "after": found.after, "graphs": counts, "things": found.subjects()}
        print(json.dumps(told, indent=1))
        return 0
    if arguments.things:
        _things(state, found)
    elif not arguments.summary:
        for mark, lines in (("-", found.removed), ("+", found.added)):
            print("".join(f"{mark} {line}\n" for line in lines), end="")
    for graph, (gone, come) in graphs.items():
        print(f"{gone:8,} removed {come:8,} added  {graph}")
    print(f"{len(found.removed):8,} removed {len(found.added):8,} added  in all, {len(found.subjects())} things")
    return 0


def _listed(state: Path) -> int:
    """The versions at hand, the newest first, each with when it was built and its quads."""
    from biokg.knowledge.versions import kept

    found = kept(state)
    for one in found:
        print(f"{one.version}  {one.built}  {_told(one.quads):>9} quads{'  in use' if one.in_use else ''}")
    if not found:
        print(f"no version in {state}; biokg build makes one", file=sys.stderr)
    return 0


def _told(quads: int | None) -> str:
    return "?" if quads is None else f"{quads:,}"


def _things(state: Path, found: Difference) -> None:
    """What was removed from and added to each thing, by its name."""
    from biokg.knowledge.versions import names_of

    counts = found.by_thing()
    names = names_of(state, found.before, set(counts)) | names_of(state, found.after, set(counts))
    for thing, (gone, come) in counts.items():
        print(f"{gone:8,} removed {come:8,} added  {names.get(thing, '')}  {thing}")
