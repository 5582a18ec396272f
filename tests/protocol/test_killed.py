"""``kill -9`` at any moment of a load, an update, a PUT, a restore or a compaction leaves the version before or after.

CI kills each once. ``BIOKG_KILLS=60 python -m pytest -s tests/protocol/test_killed.py`` kills each sixty times, at
moments spread evenly from the first change in the folder to the last, and prints how often each version was found.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from running import Server, launch

from biokg.execution.writes import hash_of
from biokg.store.backup import write_backup
from biokg.store.folder import StoreFolder

KILLS = int(os.environ.get("BIOKG_KILLS", "1"))
UPDATE = "INSERT { GRAPH <http://e/new> { ?s <http://e/again> ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"
Running = Callable[[Path], contextlib.AbstractContextManager["Begun"]]


def version_of(store: Path) -> str:
    """The version that the store in *store* names, which must be that of what it holds."""
    folder = StoreFolder(store)
    named = folder.served().version.version
    assert hash_of(folder.reader()).version == named
    return named


def state(store: Path) -> tuple[frozenset[str], bytes]:
    """What a write changes first and last: the generations, and the file that names one of them."""
    current = store / "current.json"
    return frozenset(entry.name for entry in (store / "generations").iterdir()), current.read_bytes()


@dataclass(frozen=True)
class Begun:
    """A piece of work under way in *process*, and the state of the store just before it began."""

    process: subprocess.Popen[bytes]
    before: tuple[frozenset[str], bytes]


@dataclass(frozen=True)
class Work:
    """Something that changes a store: how to begin it, as a process that ends by itself or with its server."""

    begin: Running

    def whole(self, store: Path) -> float:
        """Do it undisturbed; the seconds from its first change in the folder to its last."""
        with self.begin(store) as work:
            begun = self._until(store, work, lambda now: now != work.before)
            return self._until(store, work, lambda now: now[1] != work.before[1]) - begun

    def killed(self, store: Path, after: float) -> None:
        """Kill it with all its processes *after* seconds."""
        with self.begin(store) as work:
            begun = self._until(store, work, lambda now: now != work.before)
            time.sleep(max(0.0, begun + after - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(work.process.pid, signal.SIGKILL)

    @staticmethod
    def _until(store: Path, work: Begun, reached: Callable[[tuple[frozenset[str], bytes]], bool]) -> float:
        """When the state of the store was *reached*, or the process had ended."""
        until = time.monotonic() + 60
        while work.process.poll() is None and not reached(state(store)):
            assert time.monotonic() < until, "nothing was written in a minute"
            time.sleep(0.0005)
        return time.monotonic()


def command(*arguments: str) -> Work:
    """``biokg`` with *arguments* and the store."""

    @contextmanager
    def begin(store: Path) -> Iterator[Begun]:
        line = [sys.executable, "-m", "biokg.cli.main", *arguments, "--store", str(store)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        before = state(store)
        process = subprocess.Popen(line, start_new_session=True, **quiet)
        yield Begun(process, before)
        process.wait()

    return Work(begin)


def request(send: Callable[[Server], object]) -> Work:
    """A request that a server over the store is sent."""

    @contextmanager
    def begin(store: Path) -> Iterator[Begun]:
        server = launch(store.parent, store=store, writes=True, workers=1)
        thread = threading.Thread(target=_quietly, args=(send, server))
        before = state(store)
        thread.start()
        try:
            yield Begun(server.process, before)
        finally:
            with contextlib.suppress(ProcessLookupError):
                if server.process.poll() is None:
                    thread.join()
                os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
            thread.join()

    return Work(begin)


def _quietly(send: Callable[[Server], object], server: Server) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        send(server)


@pytest.fixture(scope="module")
def files(nquads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of 20,000 quads, 40,000 more as a file, and a backup of all of them."""
    folder = tmp_path_factory.mktemp("killed")
    more = "".join(f"<http://e/t{i}> <http://e/p{i % 9}> <http://e/t{i * 3 % 5000}> .\n" for i in range(40_000))
    (folder / "more.nt").write_text(more)
    for name, sources in (("store", [nquads]), ("full", [nquads, folder / "more.nt"])):
        load = [sys.executable, "-m", "biokg.cli.main", "load", *map(str, sources), "--store", str(folder / name)]
        subprocess.run(load, check=True, capture_output=True)
    write_backup(StoreFolder(folder / "full").reader(), folder / "full.nq.gz")
    return folder


def works(files: Path) -> dict[str, Work]:
    more = (files / "more.nt").read_text()
    path = "/rdf-graph-store?graph=http://e/new"
    return {
        "load": command("load", str(files / "more.nt")),
        "restore": command("restore", str(files / "full.nq.gz")),
        "compact": command("compact"),
        "update": request(lambda server: server.update(UPDATE)),
        "put": request(lambda server: server.put(path, more, "application/n-triples")),
    }


SLOW = pytest.param("put", marks=pytest.mark.slow)
"""Like an update, but for its body; every run takes ten seconds."""


@pytest.mark.parametrize("name", ["load", "restore", "compact", "update", SLOW])
def test_kill_9_leaves_the_version_before_or_after(name: str, files: Path, tmp_path: Path) -> None:
    work = works(files)[name]
    undisturbed = tmp_path / "undisturbed" / "store"
    shutil.copytree(files / "store", undisturbed)
    before = version_of(undisturbed)
    took = work.whole(undisturbed)
    after = version_of(undisturbed)
    assert (before != after) == (name != "compact")
    found: Counter[str] = Counter()
    for number in range(KILLS):
        store = tmp_path / str(number) / "store"
        shutil.copytree(files / "store", store)
        work.killed(store, took * 1.1 * (number + 0.5) / KILLS)
        version = version_of(store)
        assert version in (before, after)
        found["before" if version == before else "after"] += 1
        if number % 10 == 0:
            work.whole(store)
            assert version_of(store) == after
        shutil.rmtree(store.parent)
    print(f"\n{name}: {took * 1000:.0f} ms from the first change to the last; {KILLS} kills, found {dict(found)}")
