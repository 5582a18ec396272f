"""Servers to compare, started over the same data and ended after: our own, and the native Oxigraph server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from biokg.errors import BioKGError, StoreError, UsageError
from biokg.linking.kept import KeptConnection
from biokg.scale.targets import Endpoint

READY_SECONDS = 120.0


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def oxigraph_binary() -> str:
    """The native server's program, from the Python package ``oxigraph`` or the path; raises :class:`UsageError`."""
    beside = Path(sys.executable).with_name("oxigraph")
    found = str(beside) if beside.exists() else shutil.which("oxigraph")
    if not found:
        raise UsageError("the native Oxigraph server is not installed", fix="pip install oxigraph")
    return found


@contextmanager
def running(name: str, command: Sequence[str], address: str, *, folder: Path | None = None) -> Iterator[Endpoint]:
    """*command* as a process in *folder*, once it answers at *address*, as a target; ended when left."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        _await(process, name, address)
        yield Endpoint(name, address, pid=process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _await(process: subprocess.Popen[bytes], name: str, address: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        connection = KeptConnection(address, timeout=5)
        try:
            if connection.query("ASK {}").status == 200:
                return
        except BioKGError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise StoreError(f"{name} did not answer at {address} within {READY_SECONDS:.0f} s")


@contextmanager
def own_server(folder: Path, *, workers: int = 2) -> Iterator[Endpoint]:
    """``biokg serve`` over a store folder (see :func:`biokg.scale.loading.load_files`), without quota."""
    port = free_port()
    command = [sys.executable, "-m", "biokg.cli.main", "serve", "--port", str(port), "--store", str(folder),
               "--union-default-graph", "--quota", "0", "--deadline", "60", "--memory", "4096",
               "--workers", str(workers)]  # fmt: skip
    with running("biokg serve", command, f"http://127.0.0.1:{port}/sparql") as endpoint:
        endpoint.by_name = True
        yield endpoint


@contextmanager
def oxigraph_server(folder: Path) -> Iterator[Endpoint]:
    """The native server over a RocksDB folder, its default graph the union of all graphs."""
    port = free_port()
    command = [oxigraph_binary(), "serve-read-only", "--location", str(folder), "--bind", f"127.0.0.1:{port}",
               "--union-default-graph"]  # fmt: skip
    with running("Oxigraph server", command, f"http://127.0.0.1:{port}/query") as endpoint:
        yield endpoint


@contextmanager
def rdflib_endpoint(file: Path) -> Iterator[Endpoint]:
    """The Python package ``rdflib-endpoint`` over an N-Quads file; raises :class:`UsageError` without it."""
    beside = Path(sys.executable).with_name("rdflib-endpoint")
    program = str(beside) if beside.exists() else shutil.which("rdflib-endpoint")
    if not program:
        raise UsageError("rdflib-endpoint is not installed", fix='pip install "rdflib-endpoint[cli]"')
    port = free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), str(file)]
    with running("rdflib-endpoint", command, f"http://127.0.0.1:{port}/") as endpoint:
        yield endpoint
