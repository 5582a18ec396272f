"""``biokg report``: the assessment of the hypotheses as a report that can go into an appendix."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.cli.hypotheses import add_own_region, definitions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biokg.hypotheses.report import Block
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "report",
        help="the hypotheses as a report, with figures",
        description="Write the assessment of the hypotheses, with statistics, robustness and sources, as one file.",
    )
    parser.add_argument(
        "--format",
        choices=("html", "md", "pdf-ready"),
        default="html",
        help="html (prints well), pdf-ready (the same, for print) or md [html]",
    )
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="where to write it [standard output]")
    parser.add_argument("--figures", type=Path, metavar="FOLDER", help="write every figure there too, as SVG and PNG")
    parser.add_argument("--view", action="append", help="dissertation, to-2016 or all; repeatable [all three]")
    parser.add_argument("--without-robustness", action="store_true", help="leave out the grid, which takes seconds")
    add_own_region(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the report."""
    from biokg.cli.graph import graph
    from biokg.hypotheses import assess
    from biokg.hypotheses.report import blocks, write_report
    from biokg.queries.run import find_view
    from biokg.terms import VIEWS

    views = tuple(find_view(name).name for name in arguments.view) if arguments.view else tuple(VIEWS)
    chosen = definitions(arguments, settings)
    with graph(settings) as (store, version):
        found = assess(store, views, graph_version=version, definitions=chosen)
        told = tuple(blocks(found, robustness=not arguments.without_robustness))
    text = write_report(told, arguments.format, figures=write_figures(told, arguments.figures))
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        arguments.output.write_text(text, encoding="utf-8")
        print(f"report written to {arguments.output}", file=sys.stderr)
    return 0


def write_figures(told: Sequence[Block], folder: Path | None) -> str:
    """Write the figures of a report into *folder* as SVG and PNG; returns the folder as a report names it."""
    from biokg.hypotheses.report import figures

    if folder is None:
        return ""
    from biokg.web.pictures import png

    folder.mkdir(parents=True, exist_ok=True)
    drawn = figures(told)
    for name, svg in drawn.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{name}.png").write_bytes(png(svg, 1600))
    print(f"{len(drawn)} figures written to {folder}", file=sys.stderr)
    return folder.as_posix()
