"""``biokg generate``: a synthetic world in this ontology, as N-Quads."""

from __future__ import annotations

import argparse
import contextlib
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.scale.faults import Fault
    from biokg.settings import Settings

DESCRIPTION = """\
Write a synthetic world of N organizations with regions, policies, states, events, alliances, payments and sources,
after the ontology, its codes and the hypotheses, so that the file can be loaded, validated and asked by itself. The
same N, seed and error share give the same bytes. Memory does not grow with N. About 78 quads per organization.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``generate``."""
    parser = commands.add_parser("generate", help="write a synthetic world of any size", description=DESCRIPTION)
    parser.add_argument("--firms", type=int, required=True, metavar="N", help="number of organizations")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="where the draws begin [1]")
    parser.add_argument("--error-share", type=float, default=0.01, metavar="X", help="share with a seeded error [0.01]")
    parser.add_argument("--output", type=Path, metavar="FILE", help="file, .gz to compress [standard output]")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="list the seeded errors here (TSV)")
    parser.add_argument("--no-vocabulary", action="store_true", help="leave out the ontology, codes and hypotheses")
    parser.set_defaults(run=run)


@contextlib.contextmanager
def _opened(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
    elif path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as stream:
            yield stream
    else:
        with path.open("w", encoding="utf-8") as stream:
            yield stream


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the world."""
    from biokg.cli.progress import progress_bar
    from biokg.errors import UsageError
    from biokg.scale.faults import generate
    from biokg.scale.world import World, frame

    if arguments.firms < 2 or not 0 <= arguments.error_share <= 1:
        raise UsageError("--firms must be 2 or more and --error-share from 0 to 1")
    world = World(arguments.firms, arguments.seed, arguments.error_share)
    faults: list[Fault] = []
    quads = 0
    with progress_bar() as progress, _opened(arguments.output) as stream:
        if not arguments.no_vocabulary:
            fixed = frame(settings.ontology_folder, settings.data_folder)
            stream.write(fixed)
            quads += fixed.count("\n")
        for done, (lines, fault) in enumerate(generate(world), start=1):
            stream.write(lines)
            quads += lines.count("\n")
            if fault is not None:
                faults.append(fault)
            if progress is not None and done % 500 == 0:
                progress("generate", done, world.firms + world.regions + world.countries)
    if arguments.errors:
        with arguments.errors.open("w", encoding="utf-8") as stream:
            _list(stream, faults)
    print(f"{world.firms} organizations, {quads} quads, {len(faults)} seeded errors", file=sys.stderr)
    return 0


def _list(stream: IO[str], faults: list[Fault]) -> None:
    stream.write("focus\tshape\tkind\n")
    for fault in faults:
        stream.write(f"{fault.focus}\t{fault.shape}\t{fault.kind}\n")
