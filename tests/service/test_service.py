"""What a server process holds: a copy of the version that is served, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from biokg.execution.places import new_place, remove_left_behind
from biokg.execution.pool import WorkerPool
from biokg.settings import Settings
from biokg.store.memory import MemoryStore
from biokg.web.service import Service


def test_pages_read_a_copy_of_the_new_version_once_it_is_there() -> None:
    pool = SimpleNamespace(version="one")
    copies, ready = {"two": MemoryStore(), "three": MemoryStore()}, threading.Event()

    def renew(version: str) -> MemoryStore:
        pool.version = "three"
        ready.wait(10)
        return copies[version]

    held = Service(MemoryStore(), "one", Settings(), cast("WorkerPool", pool), copy_of="one", renew=renew)
    assert (held.version, held.store.kind) == ("one", "memory")
    pool.version = "two"
    assert (held.version, held.store.kind) == ("two", "pooled")
    ready.set()
    for thread in threading.enumerate():
        if thread.name == "renewing":
            thread.join(10)
    assert (held.version, held.store) == ("three", copies["three"])


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine = Path(new_place().name)
    names = [f"biokg-{gone.pid}-abc", f"biokg-{gone.pid}", "biokg-bench-1", mine.name, "other"]
    for name in names:
        (tmp_path / name).mkdir()
    remove_left_behind(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
