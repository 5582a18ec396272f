"""``biokg diff``: what changed between two versions of the graph."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "diff",
        help="show what changed between two versions of the graph",
        description="Print the statements that only one of two versions has. Without versions, list those at hand.",
    )
    parser.add_argument("before", nargs="?", help="the earlier version, or its first digits")
    parser.add_argument("after", nargs="?", help="the later version, or its first digits")
    parser.add_argument("--summary", action="store_true", help="counts by graph only")
    parser.add_argument("--json", action="store_true", help="counts and changed things as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the versions, or print a difference as removed (-) and added (+) lines of N-Quads."""
    from biokg.errors import UsageError
    from biokg.knowledge.versions import difference, versions

    if arguments.before is None:
        print("\n".join(versions(settings.state_folder)))
        return 0
    if arguments.after is None:
        raise UsageError("a second version is missing", fix="biokg diff BEFORE AFTER; biokg diff lists the versions")
    found = difference(settings.state_folder, arguments.before, arguments.after)
    graphs = found.by_graph()
    if arguments.json:
        counts = {graph: {"removed": gone, "added": come} for graph, (gone, come) in graphs.items()}
        told = {"before": found.before, "after": found.after, "graphs": counts, "things": found.subjects()}
        print(json.dumps(told, indent=1))
        return 0
    if not arguments.summary:
        for mark, lines in (("-", found.removed), ("+", found.added)):
            print("".join(f"{mark} {line}\n" for line in lines), end="")
    for graph, (gone, come) in graphs.items():
        print(f"{gone:8,} removed {come:8,} added  {graph}")
    print(f"{len(found.removed):8,} removed {len(found.added):8,} added  in all, {len(found.subjects())} things")
    return 0
