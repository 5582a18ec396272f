"""Requests a second at servers under load: one mix, sixteen connections, one server after the other in turns.

The load comes from `wrk <https://github.com/wg/wrk>`_, which takes little of the processor that the servers share.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from biokg.errors import StoreError, UsageError
from biokg.scale.bench import MixQuery, Report
from biokg.scale.measuring import processor_time
from biokg.scale.targets import Endpoint

CONNECTIONS = 16
JSON = "application/sparql-results+json"
NUMBER = 777_000_777
"""Stands in a query for a number that is another one in each request."""


@dataclass(frozen=True)
class Rate:
    """What one server did: requests a second, times in seconds, processor seconds a request, what went wrong."""

    a_second: float
    p50: float
    p99: float
    processor: float | None
    refused: int
    broken: int


def offer(target: Endpoint, queries: Sequence[MixQuery], *, seconds: float, unique: bool) -> Rate:
    """Keep *target* busy with *queries* for some *seconds*.

    *unique* ones were never sent before: :data:`NUMBER` in them is replaced, or else they end in a new comment.
    Raises :class:`UsageError` where wrk is not installed.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise UsageError("the load generator wrk is not installed", fix="apt install wrk")
    place = urlsplit(target.address)
    with tempfile.TemporaryDirectory(prefix="biokg-rates-") as folder, as_file(_script()) as script:
        requests = Path(folder) / "requests"
        lines = [f"{JSON}\t{_path(target, place.path, query)}\n" for query in queries]
        requests.write_text("".join(lines), encoding="utf-8")
        environment = {**os.environ, "REQUESTS": str(requests)}
        environment |= {"UNIQUE": str(secrets.randbelow(10**9)), "NUMBER": str(NUMBER)} if unique else {}
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "60s"]
        command += ["-s", str(script), f"http://{place.netloc}"]
        before = processor_time(target.pid) if target.pid else None
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        after = processor_time(target.pid) if target.pid else None
    said = [line.split() for line in ended.stdout.splitlines() if line.startswith("RATE ")]
    if not said:
        raise StoreError(f"wrk ended without a result: {ended.stderr.strip()[:200]}")
    a_second, p50, p99 = map(float, said[0][1:4])
    used = (after - before) / (a_second * round(seconds)) if before is not None and after and a_second else None
    return Rate(a_second, p50, p99, used, int(said[0][4]), int(said[0][5]))


def _path(target: Endpoint, path: str, query: MixQuery) -> str:
    return query.path if target.by_name and query.path else f"{path}?query={quote(query.text)}"


def _script() -> Traversable:
    return files("biokg.scale") / "rates.lua"


def compare_rates(
    targets: Sequence[Endpoint],
    kinds: Sequence[tuple[str, Sequence[MixQuery], bool]],
    *,
    rounds: int,
    seconds: float,
    report: Report,
) -> dict[str, dict[str, list[Rate]]]:
    """Every kind of load (name, queries, unique) at every target in turns; each round's rate by kind and target."""
    found: dict[str, dict[str, list[Rate]]] = {}
    for name, queries, unique in kinds:
        for target in targets:
            offer(target, queries, seconds=1, unique=unique)
        for turn in range(rounds):
            for target in targets:
                report(f"{name} at {target.name}, round {turn + 1}")
                rate = offer(target, queries, seconds=seconds, unique=unique)
                found.setdefault(name, {}).setdefault(target.name, []).append(rate)
    return found


def rates_table(found: dict[str, dict[str, list[Rate]]], names: Sequence[str]) -> str:
    """The medians over the rounds, and the ratio of each target's rate to the first one's."""
    lines = ["| load | target | requests/s | ratio | p50 ms | p99 ms | cpu ms | refused | broken |", "|" + " --- |" * 9]
    for kind, by_target in found.items():
        first = median(rate.a_second for rate in by_target[names[0]])
        for name in names:
            rates = by_target[name]
            used = [rate.processor for rate in rates if rate.processor is not None]
            speed = median(rate.a_second for rate in rates)
            cells = [kind, name, f"{speed:.0f}", f"{speed / first:.2f}" if first else "–"]
            cells += [f"{median(getattr(rate, what) for rate in rates) * 1000:.1f}" for what in ("p50", "p99")]
            cells += [f"{median(used) * 1000:.2f}" if used else "–"]
            cells += [str(sum(rate.refused for rate in rates)), str(sum(rate.broken for rate in rates))]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
