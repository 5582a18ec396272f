from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running import Server, running

TRIPLES = 20_000


@pytest.fixture(scope="session")
def nquads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 20,000 quads in three graphs, one triple of which stands in two of them."""
    lines = [
        f"<http://e/s{i}> <http://e/p{i % 7}> <http://e/s{i * 7 % 2000}> <http://e/g{i % 3}> ." for i in range(TRIPLES)
    ]
    lines.append("<http://e/s0> <http://e/p0> <http://e/s0> <http://e/g1> .")
    path = tmp_path_factory.mktemp("data") / "dataset.nq"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="session")
def server(nquads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A read-only server over :func:`nquads`, with a deadline of 2 s."""
    with running(tmp_path_factory.mktemp("server"), nquads=nquads, deadline=2.0, memory=256) as server:
        yield server


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty server that takes writes, as a plain SPARQL server."""
    with running(tmp_path_factory.mktemp("writable"), empty=True, writes=True) as server:
        yield server
