"""``biokg bench``: measure the query mix here and at any SPARQL address, and how cost grows with size."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.cli.progress import say

if TYPE_CHECKING:
    from biokg.scale.targets import Target
    from biokg.settings import Settings

DESCRIPTION = """\
Without --url: the growth table (worlds of 20 k, 200 k and 2 M quads, on disk; more by --sizes). With --url, the query
mix is asked of each address in turn (and of --store, in this process) with ratios to the first: load the same file into
each, made by biokg generate. With --store and --canned that store alone is asked. The report is written as a page with
the machine and the exact command.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``bench``."""
    parser = commands.add_parser("bench", help="measure speed, memory and growth", description=DESCRIPTION)
    parser.add_argument(
        "--url",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="a SPARQL address to ask; NAME:PID=URL counts CPU",
    )
    parser.add_argument(
        "--peers",
        type=int,
        metavar="N",
        help="compare biokg serve with the native Oxigraph server, Virtuoso, rdflib, rdflib-endpoint, as far as they "
        "are installed, on N generated quads",
    )
    parser.add_argument(
        "--matching",
        type=int,
        metavar="N",
        help="match 5,000 messy names against a registry of N generated records",
    )
    parser.add_argument("--sizes", default="20000,200000,2000000", metavar="N,N", help="sizes of the growth table")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the worlds [1]")
    parser.add_argument("--requests", type=int, default=50, metavar="N", help="requests per query and target [50]")
    parser.add_argument("--budget", type=float, default=5.0, metavar="S", help="seconds per query and target [5]")
    parser.add_argument("--canned", action="store_true", help="ask the canned queries too")
    parser.add_argument("--rdflib", type=Path, metavar="FILE", help="compare with plain rdflib over this N-Quads file")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report here [standard output]")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measure and write."""
    from datetime import UTC, datetime

    import biokg
    from biokg.scale.measuring import machine

    begun = datetime.now(UTC)
    if arguments.matching:
        body = _matching(arguments)
    elif arguments.peers:
        body = _peers(arguments, settings)
    elif arguments.url or arguments.rdflib or (arguments.canned and settings.store):
        body = _compare(arguments, _targets(arguments, settings))
    else:
        body = _grow(arguments)
    command = "biokg " + shlex.join(sys.argv[1:])
    head = (
        f"# Benchmark of {begun.date().isoformat()}\n\nBioKG {biokg.__version__}. {machine()}. "
        f"Begun {begun.isoformat(timespec='seconds')}.\n\n```sh\n{command}\n```\n\n"
    )
    if arguments.output:
        arguments.output.write_text(head + body + "\n", encoding="utf-8")
    else:
        print(head + body)
    return 0


def _matching(arguments: argparse.Namespace) -> str:
    from biokg.scale.matching import measure, report

    return report(measure(arguments.matching, seed=arguments.seed))


def _grow(arguments: argparse.Namespace) -> str:
    from biokg.errors import UsageError
    from biokg.scale.bench import grow
    from biokg.scale.reporting import growth_table

    try:
        sizes = [int(part) for part in arguments.sizes.replace("_", "").split(",")]
    except ValueError:
        raise UsageError(f"--sizes {arguments.sizes!r} is no list of numbers") from None
    found = list(grow(sizes, arguments.seed, requests=arguments.requests, budget=arguments.budget, report=say))
    how = f"Worlds generated from seed {arguments.seed}, loaded on disk, asked in one process; queries read all graphs."
    return f"{how}\n\n{growth_table(found)}"


def _targets(arguments: argparse.Namespace, settings: Settings) -> list[Target]:
    from biokg.errors import UsageError
    from biokg.scale.targets import Endpoint, OwnStore, RdflibStore

    targets: list[Target] = []
    if settings.store is not None:
        from biokg.store import open_store

        targets.append(OwnStore("this process", open_store(settings)))
    for given in arguments.url:
        name, _, address = given.partition("=")
        label, _, pid = name.partition(":")
        if not address or (pid and not pid.isdecimal()):
            raise UsageError(f"--url {given!r}", fix="give NAME=URL or NAME:PID=URL")
        targets.append(Endpoint(label, address, pid=int(pid) if pid else None))
    if arguments.rdflib is not None:
        targets.append(RdflibStore.of(arguments.rdflib.read_bytes()))
    return targets


def _peers(arguments: argparse.Namespace, settings: Settings) -> str:
    """Every peer over one world, side by side."""
    from biokg.scale.contest import contest
    from biokg.scale.world import frame

    fixed = frame(settings.ontology_folder, settings.data_folder) if arguments.canned else ""
    with contest(arguments.peers, arguments.seed, fixed, say) as found:
        head = f"{found.quads:,} generated quads, seed {arguments.seed}; the servers read them from disk."
        absent = "".join(f"\n\nNot compared: {reason}." for reason in found.missing)
        return f"{head}{absent}\n\n{_compare(arguments, found.targets)}"


def _compare(arguments: argparse.Namespace, targets: Sequence[Target]) -> str:
    from biokg.scale.bench import canned, compare, mix
    from biokg.scale.measuring import peak_memory
    from biokg.scale.reporting import comparison_table, kinds_table, summary_table

    queries = [*mix(), *(canned() if arguments.canned else [])]
    found = compare(targets, queries, requests=arguments.requests, budget=arguments.budget, report=say)
    names = [target.name for target in targets]
    memory = [
        f"{target.name} {peak:.0f} MB"
        for target in targets
        if (pid := getattr(target, "pid", None)) and (peak := peak_memory(pid)) is not None
    ]
    peaks = [f"Peak memory of the servers' first process: {', '.join(memory)}."] if memory else []
    note = "Times in ms a request, cpu is processor time a request (– where no process id was given)."
    tables = (summary_table(found, queries, names), kinds_table(found, queries, names))
    return "\n\n".join((*tables, *peaks, note, comparison_table(found, queries, names)))
