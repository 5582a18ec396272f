"""Starting and stopping the service: publish, fork the workers, serve."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biokg.errors import StoreError
from biokg.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

RUNTIME = "BIOKG_RUNTIME"
"""Environment variable with the file that tells server processes what to serve."""
THREADS = 32
"""Requests that one server process handles at a time; waiting for a worker takes a thread and little else."""


def serve(settings: Settings, *, nquads: Path | None = None, pages: bool = True) -> None:
    """Publish the graph, start the workers and the server, and return when it was told to stop.

    *nquads* is served in place of the published graph where given, without *pages* as a bare endpoint.
    SIGTERM and SIGINT end it gracefully: requests under way are finished.
    """
    from granian import Granian
    from granian.constants import Interfaces

    from biokg.execution.pool import WorkerPool

    nquads, version = (nquads, _file_version(nquads)) if nquads else _published(settings)
    pool = WorkerPool.start(settings, nquads=nquads, folder=settings.store)
    with tempfile.TemporaryDirectory(prefix="biokg-") as place:
        runtime = Path(place) / "runtime.json"
        runtime.write_text(
            json.dumps(
                {
                    "address": str(pool.address),
                    "nquads": str(nquads) if nquads else None,
                    "version": version,
                    "pages": pages,
                    "settings": _plain(settings),
                }
            ),
            encoding="utf-8",
        )
        os.environ[RUNTIME] = str(runtime)
        server = Granian(
            "biokg.web.server:application",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=2,
            blocking_threads=THREADS,
            factory=True,
            log_enabled=False,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=10,
        )
        try:
            server.serve()
        finally:
            pool.close()


def _published(settings: Settings) -> tuple[Path | None, str]:
    if settings.empty or settings.store is not None or settings.engine is not None:
        return None, "empty"
    from biokg.knowledge.build import publish

    publication = publish(settings)
    return publication.path, publication.version


def _file_version(nquads: Path) -> str:
    with nquads.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(settings: Settings) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(settings).items()}


def application() -> Callable[..., Any]:
    """The WSGI application of one server process; called by the server in each of them."""
    from biokg.execution.pool import WorkerPool
    from biokg.store.disk import DiskStore
    from biokg.store.memory import MemoryStore
    from biokg.web.app import create_app
    from biokg.web.service import Service

    given = json.loads(Path(os.environ[RUNTIME]).read_text(encoding="utf-8"))
    settings = load_settings(given["settings"], environ={})
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    if settings.store is not None:
        store: MemoryStore | DiskStore = DiskStore(settings.store, read_only=True)
    else:
        store = MemoryStore()
        if given["nquads"]:
            path = Path(given["nquads"])
            if not path.is_file():
                raise StoreError(f"the published graph {path} is gone", fix="run biokg build")
            store.load_nquads(path.read_bytes())
    pool = WorkerPool(Path(given["address"]), settings)
    return create_app(Service(store, given["version"], settings, pool), pages=given["pages"])
