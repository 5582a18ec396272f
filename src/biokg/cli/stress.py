"""``biokg stress``: requests a second beside the native Oxigraph server, or light queries while hostile ones run."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.cli.progress import say

if TYPE_CHECKING:
    from biokg.scale.targets import Endpoint
    from biokg.settings import Settings

DESCRIPTION = """\
Keep a server of this machine busy and say what it does. With --quads N: biokg serve and the native Oxigraph server
over N generated quads, in turns, 16 connections: canned queries (asked by name, of the native server by their text,
with another year each time), ad-hoc queries (never sent before) and repeated ones (this needs the program wrk). With
--url: the same for servers that run already. With --hostile N: N clients send queries that would never end, others
send light ones, and the table tells what each got.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``stress``."""
    parser = commands.add_parser("stress", help="keep a server busy and measure it", description=DESCRIPTION)
    parser.add_argument("--quads", type=int, default=20_000, metavar="N", help="size of the generated world [20000]")
    parser.add_argument("--url", action="append", default=[], metavar="NAME=URL", help="a server that runs already")
    parser.add_argument("--hostile", type=int, metavar="N", help="clients whose queries would never end")
    parser.add_argument("--light", type=int, default=2, metavar="N", help="clients with light queries beside them [2]")
    parser.add_argument("--seconds", type=float, default=5.0, metavar="S", help="length of a round [5]")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds at each server [3]")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measure and print."""
    with _targets(arguments, settings) as targets:
        print(_attacked(arguments, targets) if arguments.hostile else _rates(arguments, targets))
    return 0


def _attacked(arguments: argparse.Namespace, targets: list[Endpoint]) -> str:
    from biokg.scale.attack import attack, attack_table

    address = targets[0].address
    seen = attack(address, hostile=arguments.hostile, light=arguments.light, seconds=arguments.seconds)
    return f"{arguments.hostile} hostile and {arguments.light} light clients for {arguments.seconds:g} s\n\n" + (
        attack_table(seen)
    )


def _rates(arguments: argparse.Namespace, targets: list[Endpoint]) -> str:
    from biokg.scale.bench import canned_until, mix
    from biokg.scale.rates import NUMBER, compare_rates, rates_table

    queries = mix()
    short = [query for query in queries if query.kind in ("point", "one firm", "star")]
    kinds = [
        ("canned", canned_until(NUMBER), True),
        ("ad-hoc, short", short, True),
        ("ad-hoc, all", queries, True),
        ("repeated", queries, False),
    ]
    found = compare_rates(targets, kinds, rounds=arguments.rounds, seconds=arguments.seconds, report=say)
    return rates_table(found, [target.name for target in targets])


@contextmanager
def _targets(arguments: argparse.Namespace, settings: Settings) -> Iterator[list[Endpoint]]:
    """The servers named, or both over a generated world; only of this machine."""
    from biokg.scale.targets import Endpoint

    if arguments.url:
        yield [Endpoint(name, _loopback(address)) for name, _, address in (u.partition("=") for u in arguments.url)]
        return
    import shutil
    import tempfile

    from biokg.scale.contest import native_server, write_world
    from biokg.scale.loading import load_files
    from biokg.scale.peers import own_server
    from biokg.scale.world import frame

    folder = Path(tempfile.mkdtemp(prefix="biokg-stress-"))
    try:
        file = write_world(
            folder / "world.nq", arguments.quads, 1, frame(settings.ontology_folder, settings.data_folder)
        )
        load_files(folder / "own", [file])
        if arguments.hostile:
            with own_server(folder / "own") as ours:
                yield [ours]
            return
        with native_server(folder / "native", file) as native, own_server(folder / "own") as ours:
            yield [native, ours]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _loopback(address: str) -> str:
    """*address* if it is one of this machine. Raises :class:`UsageError`: nobody else's server is put under load."""
    from urllib.parse import urlsplit

    from biokg.errors import UsageError

    host = urlsplit(address).hostname or ""
    if host not in ("localhost", "::1") and not host.startswith("127."):
        raise UsageError(f"{address!r} is not on this machine", fix="name a server of 127.0.0.1")
    return address
