"""Two regions, or two datasets, criterion by criterion: what ``biokg hypotheses --region`` and ``--against`` print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biokg.hypotheses import Definitions, HypothesisAssessment
    from biokg.settings import Settings
    from biokg.store.base import Store

_CAPTION = (
    "yes of N, unknown, and the range of shares that the unknowns leave. Not comparable: more is known of one than of "
    "the other (coverage differs by more than the bound in data/hypotheses/design.toml)."
)


@dataclass
class _Assessing:
    """The same assessment of one dataset after another, for one region after another."""

    arguments: argparse.Namespace
    view: str
    wanted: Sequence[str]

    def __post_init__(self) -> None:
        self.found: dict[str, Sequence[HypothesisAssessment]] = {}
        self.seats: set[str] = set()
        self.known: set[str] = set()

    def add(self, settings: Settings, place: str) -> None:
        """Assess the dataset of *settings*, called *place*, for the regions asked for that it has."""
        from biokg.cli.graph import graph
        from biokg.cli.hypotheses import definitions
        from biokg.hypotheses.comparison import narrow, regions_of

        chosen, regions = definitions(self.arguments, settings), self.arguments.region
        with graph(settings) as (store, version):
            if not regions:
                self._assess(store, version, chosen, place or "everything")
                return
            seats, known = regions_of(store, self.view)
            self.seats |= seats
            self.known |= known
            for region in (region for region in regions if region in known):
                name = f"{region} ({place})" if place else region
                self._assess(store, version, narrow(chosen, region), name)

    def _assess(self, store: Store, version: str, chosen: Definitions, name: str) -> None:
        from biokg.hypotheses import assess

        made = assess(store, [self.view], hypotheses=self.wanted, graph_version=version, definitions=chosen)
        self.found[name] = made


def beside(arguments: argparse.Namespace, settings: Settings, view: str, wanted: Sequence[str]) -> int:
    """Two regions, or two datasets, criterion by criterion. Raises UsageError for a region that none of them has."""
    from biokg.errors import UsageError
    from biokg.hypotheses.comparison import side_by_side

    assessing = _Assessing(arguments, view, wanted)
    assessing.add(settings, "")
    if arguments.against:
        assessing.add(_against(settings, arguments.against), arguments.against.resolve().name)
    for region in arguments.region or ():
        if region not in assessing.known:
            seats = ", ".join(sorted(assessing.seats)) or "none"
            raise UsageError(f"there is no region {region!r} in this view", fix=f"firms are seated in: {seats}")
    rows = side_by_side(assessing.found, view)
    if arguments.json:
        json.dump({"view": view, "rows": rows}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        _show(rows, list(assessing.found), view)
    return 0


def _against(settings: Settings, folder: Path) -> Settings:
    """The same settings over another data folder, whose graphs are kept beside it, or over a store."""
    from biokg.errors import UsageError
    from biokg.store.folder import StoreFolder

    if (folder / "metadata.json").is_file():
        return replace(settings, data_dir=folder, state_dir=None, store=None, engine=None)
    if folder.is_dir() and StoreFolder(folder).current() is not None:
        return replace(settings, store=folder, engine=None)
    raise UsageError(
        f"{folder} is neither a folder of tables nor a store",
        fix="tables have a metadata.json; a store is made by biokg load --store FOLDER FILE",
    )


def _show(rows: Sequence[dict[str, Any]], names: Sequence[str], view: str) -> None:
    """The rows of a comparison as a table."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from biokg.cli.hypotheses import WIDE, unbounded
    from biokg.terms import VIEWS

    several = len(names) > 1
    table = Table(
        box=SIMPLE,
        pad_edge=False,
        title=VIEWS[view].label,
        caption=_CAPTION if several else None,
        caption_justify="left",
    )
    for name in ("", *names, *(["comparable"] if several else [])):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = [Text(_cell(row["values"][name])) for name in names]
        title = Text(f"{row['id']}  {row['title']}", style="" if row["level"] == "criterion" else "bold")
        comparable = {True: "yes", False: "not comparable", None: ""}[row.get("comparable")]
        table.add_row(title, *cells, *([comparable] if several else []))
    Console(highlight=False, width=WIDE if unbounded() else None).print(table)


def _cell(value: dict[str, Any]) -> str:
    """One value of a comparison: a verdict, or an outcome with its numbers."""
    if "verdict" in value:
        return str(value["verdict"]).replace("-", " ")
    span = "" if value["L"] is None or value["H"] is None else f", {value['L']:.2f} to {value['H']:.2f}"
    outcome = "can’t tell" if value["outcome"] == "cant-tell" else value["outcome"]
    return f"{outcome} ({value['Y']} of {value['N']}, {value['U']} unknown{span})"
