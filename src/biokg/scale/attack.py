"""A server under attack: what light queries get while as many hostile ones run as there are workers, and more wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from biokg.errors import BioKGError
from biokg.linking.kept import KeptConnection
from biokg.scale.measuring import percentile

PAUSE = 0.05
"""Seconds that a light client waits between two queries."""


@dataclass
class Seen:
    """Times of the answers in seconds, by status; 0 stands for a connection that was broken off."""

    light: dict[int, list[float]] = field(default_factory=dict)
    hostile: dict[int, list[float]] = field(default_factory=dict)


def hostile_queries() -> list[str]:
    """The queries of ``attack/*.rq``."""
    folder = files("biokg.scale") / "attack"
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [entry.read_text(encoding="utf-8") for entry in entries if entry.name != "light.rq"]


def attack(address: str, *, hostile: int, light: int, seconds: float) -> Seen:
    """Have *hostile* and *light* clients ask for *seconds*; the light ones begin a second later. It ends when all
    have their last answer."""
    seen, lock = Seen(), threading.Lock()
    end = time.monotonic() + seconds
    heavy = hostile_queries()
    easy = (files("biokg.scale") / "attack" / "light.rq").read_text(encoding="utf-8")

    def client(number: int, texts: Sequence[str], into: dict[int, list[float]], pause: float) -> None:
        asked = number
        connection = KeptConnection(address, timeout=90)
        while time.monotonic() < end:
            begun = time.monotonic()
            asked += 1
            try:
                answer = connection.query(f"{texts[asked % len(texts)]}\n# {number} {asked}")
                status = 0 if answer.cut else answer.status
            except BioKGError:
                status = 0
            with lock:
                into.setdefault(status, []).append(time.monotonic() - begun)
            time.sleep(0.5 if status == 503 else pause)
        connection.close()

    threads = [threading.Thread(target=client, args=(n, heavy, seen.hostile, 0.0)) for n in range(hostile)]
    threads += [threading.Thread(target=client, args=(n, [easy], seen.light, PAUSE)) for n in range(light)]
    for number, thread in enumerate(threads):
        if number == hostile:
            time.sleep(1)
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def attack_table(seen: Seen) -> str:
    """Count, median, 95th and 99th percentile of each kind of client and status, in ms."""
    lines = ["| client | status | answers | p50 ms | p95 ms | p99 ms |", "|" + " --- |" * 6]
    for name, by_status in (("light", seen.light), ("hostile", seen.hostile)):
        for status, times in sorted(by_status.items()):
            said = str(status) if status else "broken off"
            cells = [name, said, str(len(times))]
            cells += [f"{percentile(times, part) * 1000:.0f}" for part in (0.5, 0.95, 0.99)]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
