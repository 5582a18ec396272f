"""``biokg hypotheses``: the four hypotheses, each with its verdict and the evidence behind it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biokg.hypotheses import Definitions, HypothesisAssessment
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
    parser.add_argument("--robustness", action="store_true", help="add the grid of choices and every leave-one-out")
    parser.add_argument("--write", nargs="?", const="", metavar="FILE", help="store the assessment as RDF (N-Quads)")
    add_own_region(parser)
    parser.add_argument("--region", action="append", metavar="REGION", help="only its firms; twice: side by side")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another data folder to set beside this one")
    parser.set_defaults(run=run)


def add_own_region(parser: argparse.ArgumentParser) -> None:
    """The flags that put a file of one's own in place of one of ``data/hypotheses``."""
    for name in ("populations", "criteria", "rules"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"stands in for data/hypotheses/{name}.toml")


def definitions(arguments: argparse.Namespace, settings: Settings) -> Definitions:
    """The definitions beside the data, with the files of the command line in place of theirs."""
    from biokg.hypotheses import load_definitions

    names = ("populations", "criteria", "rules")
    overrides = {name: path for name in names if (path := getattr(arguments, name)) is not None}
    return load_definitions(settings.data_folder / "hypotheses", overrides)


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
    if arguments.region or arguments.against:
        return beside(arguments, settings, views[-1], wanted)
    chosen = definitions(arguments, settings)
    with graph(settings) as (store, version):
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


def write(found: Sequence[HypothesisAssessment], file: str, settings: Settings) -> None:
    """Store the assessments as N-Quads in *file*, or beside the published versions, and say where."""
    from biokg.hypotheses.provenance import to_nquads

    name = f"{found[0].graph_version[:16] or 'unversioned'}-{found[0].definitions.version[:16]}.nq"
    path = Path(file) if file else settings.state_folder / "assessments" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_nquads(found))
    print(f"assessment stored in {path}", file=sys.stderr)


def beside(arguments: argparse.Namespace, settings: Settings, view: str, wanted: Sequence[str]) -> int:
    """Two regions, or two datasets, criterion by criterion."""
    from biokg.cli.graph import graph
    from biokg.hypotheses import assess
    from biokg.hypotheses.comparison import narrow, side_by_side

    assessed: dict[str, Sequence[HypothesisAssessment]] = {}
    sets = [
        ("", settings),
        *([("of " + arguments.against.name, against(settings, arguments.against))] if arguments.against else []),
    ]
    for place, one in sets:
        chosen = definitions(arguments, one)
        with graph(one) as (store, version):
            for region in arguments.region or [""]:
                own = narrow(chosen, region) if region else chosen
                name = " ".join(part for part in (region or "everything", place) if part)
                assessed[name] = assess(store, [view], hypotheses=wanted, graph_version=version, definitions=own)
    rows = side_by_side(assessed, view)
    if arguments.json:
        json.dump({"view": view, "rows": rows}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        show_beside(rows, list(assessed), view)
    return 0


def against(settings: Settings, folder: Path) -> Settings:
    """The same settings over another data folder, whose graphs are kept beside it."""
    from dataclasses import replace

    return replace(settings, data_dir=folder, state_dir=None, store=None, engine=None)


def show_beside(rows: Sequence[dict[str, Any]], names: Sequence[str], view: str) -> None:
    """The rows of a comparison as a table."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False, title=f"view: {view}")
    for name in ("", *names, "comparable"):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = [Text(beside_cell(row["values"][name])) for name in names]
        title = Text(f"{row['id']}  {row['title']}", style="" if row["level"] == "criterion" else "bold")
        comparable = {True: "yes", False: "not comparable", None: ""}[row.get("comparable")]
        table.add_row(title, *cells, comparable)
    Console(highlight=False).print(table)


def beside_cell(value: dict[str, Any]) -> str:
    """One value of a comparison: a verdict, or an outcome with its numbers."""
    if "verdict" in value:
        return str(value["verdict"]).replace("-", " ")
    span = "" if value["L"] is None or value["H"] is None else f", {value['L']:.2f} to {value['H']:.2f}"
    return f"{value['outcome']} ({value['Y']} of {value['N']}, {value['U']} unknown{span})"


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
        for line in _robust(item, view["view"]):
            console.print(Padding(Text(line), (0, 0, 0, 4)))
    console.print()


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
