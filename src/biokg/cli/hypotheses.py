"""``biokg hypotheses``: the four hypotheses, each with its verdict and the evidence behind it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biokg.settings import Settings

_STANCES = (("evidence", "for"), ("qualifying", "qualifying"), ("counter_evidence", "against"))


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "hypotheses",
        help="the verdict on each hypothesis, computed from the graph",
        description="Answer the four hypotheses from the graph, for each layer of sources.",
    )
    parser.add_argument("id", nargs="*", help="H1, H2, H3, H4 [all four]")
    parser.add_argument("--view", action="append", help="dissertation, to-2016 or all; repeatable [all three]")
    parser.add_argument("--json", action="store_true", help="print everything, with rows and sources, as JSON")
    parser.set_defaults(run=run)


def wanted_ids(names: list[str], known: list[str]) -> list[str]:
    """The hypotheses asked for, in order; raises :class:`~biokg.errors.UsageError` for one that is not there."""
    from biokg.errors import UsageError

    ids = [name.upper() for name in names] or known
    for name in ids:
        if name not in known:
            raise UsageError(f"there is no hypothesis {name!r}", fix=f"one of: {', '.join(known)}")
    return ids


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the assessments."""
    from biokg.cli.graph import graph
    from biokg.hypotheses import assess
    from biokg.queries.run import find_view
    from biokg.terms import VIEWS

    views = tuple(find_view(name).name for name in arguments.view) if arguments.view else tuple(VIEWS)
    wanted_ids(arguments.id, ["H1", "H2", "H3", "H4"])
    with graph(settings) as (store, version):
        found = {item["id"].upper(): item for item in (each.to_dict() for each in assess(store, views=views))}
    chosen = [found[name] for name in wanted_ids(arguments.id, list(found))]
    if arguments.json:
        json.dump({"version": version, "hypotheses": chosen}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        for item in chosen:
            show(item)
    return 0


def show(item: dict[str, Any]) -> None:
    """One hypothesis as text: the claim, then for each view its verdict, its criteria and the evidence counted."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(f"{item['label']}  {item['wording']}", style="bold"))
    author = item.get("author") or {}
    if author.get("verdict"):
        console.print(Padding(Text(f"the author's verdict: {author['verdict']}"), (0, 0, 0, 4)))
    for view in item["views"]:
        console.print()
        console.print(Text(f"  {view['label']}: ", style="bold") + Text(view["verdict_label"], style="bold underline"))
        console.print(Padding(Text(view["why"]), (0, 0, 0, 4)))
        for claim in view["sub_claims"]:
            console.print(Padding(Text(f"{claim['id']}  {claim['claim']}"), (1, 0, 0, 4)))
            console.print(Padding(Text(f"{claim['verdict_label']}: {claim['why']}"), (0, 0, 0, 8)))
            if claim["criteria"]:
                console.print(Padding(_criteria(claim["criteria"]), (0, 0, 0, 8)))
            counts = [f"{len(claim[key])} {name}" for key, name in _STANCES if claim.get(key)]
            console.print(Padding(Text(f"stated evidence: {', '.join(counts) or 'none'}"), (0, 0, 0, 8)))
    console.print()


def _criteria(criteria: list[dict[str, Any]]) -> Any:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("criterion", overflow="fold")
    for name in ("N", "yes", "unknown", "interval", "needs", "outcome"):
        table.add_column(name, justify="right" if name in ("N", "yes", "unknown") else "left")
    for criterion in criteria:
        low, high = criterion["L"], criterion["H"]
        interval = "" if low is None or high is None else f"{low:.2f} to {high:.2f}"
        table.add_row(
            Text(criterion["title"]),
            *(str(criterion[key]) for key in ("N", "Y", "U")),
            interval,
            Text(f"{criterion['quantifier']} {criterion['threshold'] if criterion['threshold'] is not None else ''}"),
            Text(criterion["outcome_label"]),
        )
    return table
