"""Mixed requests against a server of its own on loopback for a while: does it answer as it should, does it grow?

``python .ci/soak.py --seconds 600`` starts ``biokg serve --empty`` with writes, asks short and long queries in several
formats, wrong ones, ones that are too slow, writes, and hangs up on some; it ends by itself and prints the requests
by kind and status, and the memory of the server's processes after warming up and at the end. Exit code 1 when an
answer had a status that its kind must not have, or no answer came.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROWS = 2000
BUSY = frozenset({503})
"""What any query may be told when many wait."""


@dataclass(frozen=True)
class Kind:
    """A kind of request: what is sent, and the statuses that are right for it."""

    query: str
    right: frozenset[int]
    accept: str = "application/sparql-results+json"
    write: bool = False
    leaves: bool = False
    """Whether the client hangs up without reading."""


_ALL = "SELECT * { ?s ?p ?o }"
_SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
KINDS = {
    "short": Kind("SELECT ?o { <http://e/s%d> ?p ?o }", BUSY | {200}),
    "same": Kind("SELECT (COUNT(*) AS ?n) { ?s <http://e/p1> ?o }", BUSY | {200}),
    "long": Kind(_ALL, BUSY | {200}),
    "csv": Kind(_ALL, BUSY | {200}, "text/csv"),
    "parquet": Kind(_ALL, BUSY | {200}, "application/vnd.apache.parquet"),
    "graph": Kind("CONSTRUCT WHERE { ?s <http://e/p2> ?o }", BUSY | {200}, "text/turtle"),
    "wrong": Kind("SELECT ?s { ?s ?p }", frozenset({400})),
    "refused": Kind("ASK {}", frozenset({406}), "image/png"),
    "slow": Kind(_SLOW, BUSY | {504}),
    "leaves": Kind(_SLOW, frozenset({0}), leaves=True),
    "write": Kind("INSERT DATA { <http://e/w%d> <http://e/p9> 1 }", frozenset({200, 204}), write=True),
}
SHARES = {"short": 560, "same": 280, "long": 30, "csv": 30, "parquet": 20, "graph": 30, "wrong": 30, "refused": 14,
          "write": 4, "slow": 1, "leaves": 1}  # fmt: skip
"""Of a thousand requests."""


@dataclass
class Soak:
    """One run against a port, with *token* for writes; ``counts`` is by kind and status, -1 is no answer."""

    port: int
    token: str
    until: float
    most: int
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, name: str, number: int, connection: http.client.HTTPConnection | None = None) -> int:
        """Send one request of the kind *name*; its status, 0 when we hung up, -1 when no answer came.

        *connection* is kept open for the next request, but not after the last two.
        """
        kept = connection or self._connection()
        status = -1
        try:
            status = self._ask(KINDS[name], number, kept)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            if connection is None or status <= 0:
                kept.close()
        return status

    def _ask(self, kind: Kind, number: int, connection: http.client.HTTPConnection) -> int:
        text = kind.query % number if "%d" in kind.query else kind.query
        if kind.write:
            headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {self.token}"}
            connection.request("POST", "/update", text, headers)
        else:
            address = f"/sparql?timeout={1 if kind.query == _SLOW else 20}&query={quote(text)}"
            connection.request("GET", address, headers={"Accept": kind.accept})
        if kind.leaves:
            return 0
        response = connection.getresponse()
        response.read()
        return response.status

    def client(self, seed: int) -> None:
        """Send requests until the time is over or enough were sent."""
        chance = random.Random(seed)  # noqa: S311
        names, weights = list(SHARES), list(SHARES.values())
        connection = self._connection()
        while time.monotonic() < self.until and self.counts.total() < self.most:
            name = chance.choices(names, weights)[0]
            status = self.ask(name, chance.randrange(ROWS), connection)
            if status <= 0:
                connection = self._connection()
            with self.lock:
                self.counts[name, status] += 1
        connection.close()

    def wrong(self) -> dict[tuple[str, int], int]:
        """The counts that should be none."""
        return {key: count for key, count in self.counts.items() if key[1] not in KINDS[key[0]].right}


def _session(leader: int) -> Iterator[Path]:
    """The processes that *leader* and those below it started, also where a parent has ended."""
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                columns = (place / "stat").read_text().rpartition(")")[2].split()
                if int(columns[3]) == leader:
                    yield place


def memory(pid: int) -> float:
    """Proportional memory of all processes of the session of *pid*, in MB (Linux)."""
    kilobytes = 0
    for place in _session(pid):
        with contextlib.suppress(OSError):
            for line in (place / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024


@contextlib.contextmanager
def served(folder: Path, token: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A writable server of its own, ended at the end: its port and its process."""
    (folder / "token").write_text(token)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    flags = ["--empty", "--token-file", str(folder / "token"), "--port", str(port), "--quota", "0"]
    command = [sys.executable, "-m", "biokg.cli.main", "serve", *flags, "--state-dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _begin(soak: Soak, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, and fill it."""
    until = time.monotonic() + 60
    while soak.ask("same", 0) != 200:
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit("the server did not start")
        time.sleep(0.1)
    triples = "\n".join(f"<http://e/s{i}> <http://e/p{i % 5}> <http://e/s{i * 7 % ROWS}> ." for i in range(ROWS))
    connection = http.client.HTTPConnection("127.0.0.1", soak.port, timeout=60)
    headers = {"Content-Type": "application/n-triples", "Authorization": f"Bearer {soak.token}"}
    connection.request("POST", "/rdf-graph-store?default", triples, headers)
    if connection.getresponse().status >= 300:
        raise SystemExit("the server did not take its data")
    connection.close()
    for name in KINDS:
        soak.counts[name, soak.ask(name, 1)] += 1


def main() -> int:
    """Soak and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long [60]")
    parser.add_argument("--requests", type=int, default=1_000_000, help="end after so many requests")
    parser.add_argument("--clients", type=int, default=4, help="clients at a time [4]")
    arguments = parser.parse_args()
    token = os.urandom(16).hex()
    with tempfile.TemporaryDirectory(prefix="biokg-soak-") as folder, served(Path(folder), token) as (port, process):
        soak = Soak(port, token, 0.0, arguments.requests)
        _begin(soak, process)
        before = memory(process.pid)
        soak.until = time.monotonic() + arguments.seconds
        clients = [threading.Thread(target=soak.client, args=(seed,)) for seed in range(arguments.clients)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        alive = soak.ask("same", 0) == 200
        after = memory(process.pid)
    for (name, status), count in sorted(soak.counts.items()):
        print(f"{name:8} {'hung up' if status == 0 else 'no answer' if status < 0 else status:>9} {count:8}")
    print(f"requests {soak.counts.total()}, memory before {before:.0f} MB, after {after:.0f} MB")
    wrong = soak.wrong()
    for (name, status), count in wrong.items():
        print(f"WRONG: {name} answered {status}, {count} times")
    return 0 if alive and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
