"""The benchmark: one mix of queries asked of several targets side by side, and how cost grows with size."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from biokg.errors import BioKGError
from biokg.scale.faults import generate
from biokg.scale.loading import Chunks, load_stream
from biokg.scale.measuring import Spread, forget_peak, peak_memory
from biokg.scale.targets import OwnStore, Target
from biokg.scale.world import World
from biokg.terms import entity

PER_FIRM = 78
"""Quads per organization of a generated world."""

FIRM = entity("organization", "w3")
"""One of the busier firms of every generated world."""

_AGGREGATE = re.compile(r"\((?:COUNT|MIN|MAX|SUM|AVG|SAMPLE)\(")

Report = Callable[[str], None]


@dataclass(frozen=True)
class MixQuery:
    """One query of the mix; *path*: where our own service answers it by name, with its parameters."""

    name: str
    kind: str
    text: str
    path: str = ""


@dataclass
class Measured:
    """One query at one target: times, processor time a request, rows, or why it failed."""

    spread: Spread | None = None
    processor: float | None = None
    rows: int = 0
    digest: str = ""
    error: str = ""


@dataclass
class Grown:
    """One size of the growth table; times in seconds, memory and disk in MB."""

    quads: int
    load: float
    load_processor: float
    load_memory: float | None
    disk: float
    first: float | None = None
    """The first question after opening, which may have to find out what lies in several graphs."""
    query_memory: float | None = None
    queries: dict[str, Measured] = field(default_factory=dict)


def mix() -> list[MixQuery]:
    """The queries of ``mix/*.rq``, by name."""
    found = []
    for entry in sorted((files("biokg.scale") / "mix").iterdir(), key=lambda path: path.name):
        if entry.name.endswith(".rq"):
            text = entry.read_text(encoding="utf-8")
            kind = re.search(r"^# kind: (.*)$", text, re.MULTILINE)
            found.append(MixQuery(entry.name.removesuffix(".rq"), kind[1] if kind else "", text))
    return found


def canned() -> list[MixQuery]:
    """The project's canned queries, with parameters that a generated world holds where one needs a value."""
    from biokg.queries.binding import bind
    from biokg.queries.catalogue import catalogue
    from biokg.sparql.prefixes import with_prefixes

    found = []
    for name, query in sorted(catalogue().items()):
        given = {"firm": FIRM} if query.parameter("firm") else None
        kind = "one firm" if given else "aggregate" if _AGGREGATE.search(query.text) else "list"
        found.append(MixQuery(name, f"canned, {kind}", with_prefixes(bind(query, given))))
    return found


def canned_until(year: int) -> list[MixQuery]:
    """The canned queries over a span of years, up to *year*."""
    from biokg.queries.binding import bind
    from biokg.queries.catalogue import catalogue
    from biokg.sparql.prefixes import with_prefixes

    spanning = {
        name: query for name, query in sorted(catalogue().items()) if "to" in {p.name for p in query.parameters}
    }
    return [
        MixQuery(name, "canned", with_prefixes(bind(query, {"to": str(year)})), f"/query/{name}?to={year}")
        for name, query in spanning.items()
    ]


def measure(target: Target, query: MixQuery, *, requests: int, budget: float) -> Measured:
    """Ask *query* once to warm up, then up to *requests* times within *budget* seconds.

    Where the first answer took longer than that it counts, and no other is asked for.
    """
    try:
        first = target.ask(query.text)
        slow = [first] if first.seconds > budget else []
        times = [reply.seconds for reply in slow]
        used = [reply.processor for reply in slow if reply.processor is not None]
        end = time.perf_counter() + (0 if slow else budget)
        while len(times) < requests and (not times or time.perf_counter() < end):
            reply = target.ask(query.text)
            times.append(reply.seconds)
            if reply.processor is not None:
                used.append(reply.processor)
    except BioKGError as error:
        return Measured(error=str(error).splitlines()[0][:120])
    processor = sum(used) / len(used) if used else None
    return Measured(Spread.of(times), processor, first.rows, first.digest)


def compare(
    targets: Sequence[Target], queries: Sequence[MixQuery], *, requests: int, budget: float, report: Report
) -> dict[str, dict[str, Measured]]:
    """Every query at every target, one after the other, query by query; ``{query: {target: Measured}}``."""
    found: dict[str, dict[str, Measured]] = {}
    for query in queries:
        found[query.name] = {}
        for target in targets:
            report(f"{query.name} at {target.name}")
            found[query.name][target.name] = measure(target, query, requests=requests, budget=budget)
    return found


def grow(sizes: Sequence[int], seed: int, *, requests: int, budget: float, report: Report) -> Iterator[Grown]:
    """Generate, load on disk and query worlds of about *sizes* quads; each in a folder that is removed after."""
    from biokg.store.disk import DiskStore

    for size in sorted(sizes):
        folder = Path(tempfile.mkdtemp(prefix="biokg-bench-"))
        try:
            report(f"load {size:,} quads")
            world = World(max(50, size // PER_FIRM), seed)
            forget_peak()
            begun, used = time.perf_counter(), time.process_time()
            quads = load_stream(folder / "store", Chunks(lines for lines, _ in generate(world)))
            load = time.perf_counter() - begun
            grown = Grown(quads, load, time.process_time() - used, peak_memory(), _disk(folder))
            forget_peak()
            store = DiskStore(folder / "store", read_only=True, quads=quads)
            target = OwnStore("disk", store)
            queries = mix()
            grown.first = target.ask(next(query.text for query in queries if query.kind == "point")).seconds
            for query in queries:
                report(f"{query.name} at {quads:,} quads")
                grown.queries[query.name] = measure(target, query, requests=requests, budget=budget)
            grown.query_memory = peak_memory()
            store.close()
            yield grown
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _disk(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
