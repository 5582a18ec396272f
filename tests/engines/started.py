"""Real engines in processes of their own, on free ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biokg.knowledge.deploy import Deployed
from biokg.scale.peers import free_port, oxigraph_binary, running
from biokg.scale.virtuoso import virtuoso_server
from biokg.store.remote import RemoteStore


@dataclass(frozen=True)
class Engine:
    """A running engine that holds the graph, and what building into it reported."""

    name: str
    address: str
    deployed: Deployed

    def open(self) -> RemoteStore:
        return RemoteStore(self.address, timeout=120)


@contextmanager
def started(name: str, folder: Path) -> Iterator[str]:
    if name == "virtuoso":
        with virtuoso_server(folder) as server:
            yield server.endpoint.address
    else:
        port = free_port()
        command = [oxigraph_binary(), "serve", "--bind", f"127.0.0.1:{port}"]
        with running("Oxigraph", command, f"http://127.0.0.1:{port}/query") as endpoint:
            yield endpoint.address
