"""``biokg hypotheses``: the four hypotheses, each with its verdict and the evidence behind it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biokg.hypotheses import Definitions, HypothesisAssessment
    from biokg.settings import Settings
    from biokg.store.base import Store

WIDE = 120
"""Columns of what goes to a file or another program."""
_EMPTY = (
    "No population of this claim has a member here. They are written for the Belgian firms of the dissertation: "
    "name yours with --populations (docs/reuse.md)."
)
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
    parser.add_argument("--robustness", action="store_true", help="add the grid of choices and every leave-one-out")
    parser.add_argument("--write", nargs="?", const="", metavar="FILE", help="store the assessment as RDF (N-Quads)")
    add_own_region(parser)
    parser.add_argument("--region", action="append", metavar="REGION", help="only its firms; repeated: side by side")
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another data folder, or store, to set beside this one"
    )
    parser.set_defaults(run=run)


def add_own_region(parser: argparse.ArgumentParser) -> None:
    """The flags that put definitions of one's own in place of those of ``data/hypotheses``."""
    for name in ("populations", "rules"):
        told = f"your own {name}: one with the id of one in data/hypotheses/{name}.toml takes its place"
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=told)
    parser.add_argument("--criteria", type=Path, metavar="FILE", help="stands in for data/hypotheses/criteria.toml")


def definitions(arguments: argparse.Namespace, settings: Settings) -> Definitions:
    """The definitions beside the data, else the project's own, with the files of the command line."""
    from biokg.hypotheses import load_definitions

    beside = settings.data_folder / "hypotheses"
    folder = beside if beside.is_dir() else type(settings)().data_folder / "hypotheses"
    names = ("populations", "criteria", "rules")
    overrides = {name: path for name in names if (path := getattr(arguments, name)) is not None}
    return load_definitions(folder, overrides)


def wanted_ids(names: list[str], known: list[str]) -> list[str]:
    """The hypotheses asked for, in order; raises :class:`~biokg.errors.UsageError` for one that is not there."""
    from biokg.errors import UsageError

    ids = [name.upper() for name in names] or known
    for name in ids:
        if name not in known:
            raise UsageError(f"there is no hypothesis {name!r}", fix=f"one of: {', '.join(known)}")
    return ids


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the assessments, or set two of them side by side."""
    from biokg.cli.graph import graph
    from biokg.hypotheses import assess
    from biokg.queries.run import find_view
    from biokg.terms import VIEWS

    views = tuple(find_view(name).name for name in arguments.view) if arguments.view else tuple(VIEWS)
    wanted = tuple(name.lower() for name in wanted_ids(arguments.id, ["H1", "H2", "H3", "H4"]))
    if len(arguments.region or ()) > 1 or arguments.against:
        return _beside(arguments, settings, views[-1], wanted)
    chosen = definitions(arguments, settings)
    with graph(settings) as (store, version):
        for region in arguments.region or ():
            chosen = in_region(store, views[-1], chosen, region)
        found = assess(store, views, hypotheses=wanted, graph_version=version, definitions=chosen)
        told = [item.to_dict(robustness=arguments.robustness, statistics=arguments.robustness) for item in found]
        if arguments.write is not None:
            write(found, arguments.write, settings)
    if arguments.json:
        json.dump({"version": version, "hypotheses": told}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        for item in told:
            show(item)
    return 0


def _beside(arguments: argparse.Namespace, settings: Settings, view: str, wanted: Sequence[str]) -> int:
    from biokg.cli.beside import beside
    from biokg.errors import UsageError

    if arguments.robustness or arguments.write is not None:
        raise UsageError(
            "--robustness and --write go with one assessment, not with several side by side",
            fix="give one --region and no --against",
        )
    return beside(arguments, settings, view, wanted)


def in_region(store: Store, view: str, chosen: Definitions, region: str) -> Definitions:
    """The definitions for the members of one *region*. Raises UsageError where the store has no such region."""
    from biokg.errors import UsageError
    from biokg.hypotheses.comparison import narrow, regions_of

    seats, known = regions_of(store, view)
    if region not in known:
        seated = f"firms are seated in: {', '.join(sorted(seats)) or 'none'}"
        raise UsageError(f"there is no region {region!r} in this view", fix=seated)
    return narrow(chosen, region)


def write(found: Sequence[HypothesisAssessment], file: str, settings: Settings) -> None:
    """Store the assessments as N-Quads in *file*, or beside the published versions, and say where."""
    from biokg.hypotheses.provenance import to_nquads

    definitions, plus, region = found[0].definitions.version.partition("+")
    name = f"{found[0].graph_version[:16] or 'unversioned'}-{definitions[:16]}{plus}{region}.nq"
    path = Path(file) if file else settings.state_folder / "assessments" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_nquads(found))
    print(f"assessment stored in {path}", file=sys.stderr)


def show(item: dict[str, Any]) -> None:
    """One hypothesis as text: the claim, then for each view its verdict, its criteria and the evidence counted."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, width=WIDE if unbounded() else None)
    wording = item["wording"] or "(this dataset does not hold its wording)"
    console.print(Text(f"{item['label']}  {wording}", style="bold"))
    author = item.get("author") or {}
    if author.get("verdict"):
        console.print(Padding(Text(f"the author's verdict: {author['verdict']}"), (0, 0, 0, 4), expand=False))
    nobody = {claim["id"] for claim in item["views"][-1]["sub_claims"]} - _peopled(item["views"])
    for view in item["views"]:
        console.print()
        console.print(Text(f"  {view['label']}: ", style="bold") + Text(view["verdict_label"], style="bold underline"))
        console.print(Padding(Text(view["why"]), (0, 0, 0, 4), expand=False))
        for claim in view["sub_claims"]:
            console.print(Padding(Text(f"{claim['id']}  {claim['claim']}"), (1, 0, 0, 4), expand=False))
            console.print(Padding(Text(f"{claim['verdict_label']}: {claim['why']}"), (0, 0, 0, 8), expand=False))
            if claim["criteria"]:
                console.print(Padding(_criteria(claim["criteria"]), (0, 0, 0, 8), expand=False))
            if claim["id"] in nobody:
                console.print(Padding(Text(_EMPTY), (0, 0, 0, 8), expand=False))
            counts = [f"{len(claim[key])} {name}" for key, name in _STANCES if claim.get(key)]
            console.print(Padding(Text(f"stated evidence: {', '.join(counts) or 'none'}"), (0, 0, 0, 8), expand=False))
        for line in _robust(item, view["view"]):
            console.print(Padding(Text(line), (0, 0, 0, 4), expand=False))
    console.print()


def _peopled(views: list[dict[str, Any]]) -> set[str]:
    """The sub-claims with a population that has a member in some view."""
    claims = (claim for view in views for claim in view["sub_claims"])
    return {claim["id"] for claim in claims if any(one["N"] or one["N_possible"] for one in claim["criteria"])}


def unbounded() -> bool:
    """Whether nobody's window bounds the lines."""
    return not sys.stdout.isatty() and "COLUMNS" not in os.environ


def _robust(item: dict[str, Any], view: str) -> list[str]:
    """What the robustness of one view comes to, a line for each sub-claim."""
    grids = (item["robustness"] or {"views": []})["views"]
    lines = []
    for found in (part for grid in grids if grid["view"] == view for part in grid["sub_claims"]):
        missing = found["missing_fact"]
        worth = f"; missing fact worth most: {missing['title']} – {missing['member']['label']}" if missing else ""
        lines.append(f"{found['sub_claim']}: {found['kept']} of {found['cells']} cells keep the verdict{worth}")
    return lines


def _criteria(criteria: list[dict[str, Any]]) -> Any:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("criterion", overflow="fold", min_width=24)
    for name in ("N", "yes", "unknown", "interval", "needs", "outcome"):
        table.add_column(name, justify="right" if name in ("N", "yes", "unknown") else "left")
    for criterion in criteria:
        low, high = criterion["L"], criterion["H"]
        interval = "" if low is None or high is None else f"{low:.2f} to {high:.2f}"
        table.add_row(
            Text(criterion["title"]),
            *(str(criterion[key]) for key in ("N", "Y", "U")),
            interval,
            Text(_needs(criterion)),
            Text(criterion["outcome_label"]),
        )
    return table


def _needs(criterion: dict[str, Any]) -> str:
    """What has to hold of the share, the number, or the difference of shares."""
    bound = criterion["threshold"]
    return {
        "most": f"share > {bound:g}",
        "all": "all",
        "at-least": f"at least {bound:g}",
        "some": "at least 1",
        "difference": f"difference > {bound:g}",
    }[criterion["quantifier"]]
