"""The kernel holds where the guard is fooled: a query's process opens no network socket."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from biokg.errors import StoreError
from biokg.execution.pool import Job, WorkerPool
from biokg.settings import Settings


def test_a_worker_connects_to_nobody_even_when_the_engine_tries(tmp_path: Path) -> None:
    nquads = tmp_path / "data.nq"
    nquads.write_text("<e:a> <e:b> <e:c> .\n")
    with socket.create_server(("127.0.0.1", 0)) as decoy:
        text = f"SELECT * {{ SERVICE <http://127.0.0.1:{decoy.getsockname()[1]}/> {{ ?s ?p ?o }} }}"
        pool = WorkerPool.start(Settings(quota=0.0), nquads=nquads)
        try:
            with pytest.raises(StoreError, match="ermission"):
                pool.run(Job(text)).read()
        finally:
            pool.close()
        decoy.setblocking(False)
        with pytest.raises(BlockingIOError):
            decoy.accept()
