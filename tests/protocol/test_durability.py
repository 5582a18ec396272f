"""Writes survive ``kill -9``, a full disk and a restart: the store has the hash before or the one after."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from running import Answered, Server, launch, running

from biokg.execution.writes import hash_of
from biokg.store.folder import StoreFolder


def _add(server: Server, number: int) -> Answered:
    data = "\n".join(f"<http://e/s{number}> <http://e/p> <http://e/o{i}> ." for i in range(200))
    return server.request(
        "POST", f"/rdf-graph-store?graph=http://e/g{number % 3}", data, {"Content-Type": "text/turtle"}, write=True
    )


def _consistent(path: Path) -> int:
    """Quads of the store; its contents have the version that it names."""
    folder = StoreFolder(path)
    current = folder.current()
    assert current is not None
    assert hash_of(folder.reader()).version == current.version.version
    return current.version.quads


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_kill_9_in_the_middle_of_a_write_leaves_before_or_after(tmp_path: Path, moment: float) -> None:
    store = tmp_path / "store"
    server = launch(tmp_path, store=store, empty=True, writes=True, workers=1)
    try:
        done = [_accepted(server, number).headers["x-biokg-version"] for number in range(2)]
        thread = threading.Thread(target=lambda: _quiet(server, 2))
        thread.start()
        time.sleep(moment + random.random() * 0.01)
    finally:
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
    thread.join()
    assert _consistent(store) in (400, 600)
    with running(tmp_path, store=store, empty=True, writes=True, workers=1) as again:
        version = again.request("GET", "/health/ready").json()["version"]
        before = version == done[1]
        assert _consistent(store) == (400 if before else 600)
        assert _add(again, 3).status in (201, 204)
    assert _consistent(store) == (600 if before else 800)


def _accepted(server: Server, number: int) -> Answered:
    """The answer of a write, which must be accepted."""
    answer = _add(server, number)
    assert answer.status in (201, 204), f"{answer.status}: {answer.text}"
    return answer


def _quiet(server: Server, number: int) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        _add(server, number)


def test_a_restart_serves_what_was_written(tmp_path: Path) -> None:
    settings = {"store": tmp_path / "store", "empty": True, "writes": True, "workers": 1}
    with running(tmp_path, **settings) as server:
        version = _add(server, 1).headers["x-biokg-version"]
    with running(tmp_path, **settings) as again:
        assert again.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "text/csv").text.split()[1] == "200"
        assert again.request("GET", "/health/ready").json()["version"] == version


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="needs to mount a tmpfs")
def test_a_full_disk_is_a_clear_error_and_reads_go_on(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(disk)], check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        with running(tmp_path, store=disk / "store", empty=True, writes=True, workers=1) as server:
            assert _add(server, 1).status in (201, 204)
            filler = os.statvfs(disk)
            (disk / "filler").write_bytes(bytes(filler.f_bavail * filler.f_bsize))
            full = _add(server, 2)
            assert full.status == 507, full.text
            assert full.headers["content-type"] == "application/problem+json"
            assert server.query("ASK { GRAPH ?g { <http://e/s1> ?p ?o } }").json()["boolean"] is True
            (disk / "filler").unlink()
            assert _add(server, 3).status in (201, 204)
            assert _consistent(disk / "store") == 400
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
