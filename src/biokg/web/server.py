"""Starting and stopping the service: publish, fork the workers, serve."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from biokg.errors import StoreError
from biokg.execution.places import new_place
from biokg.settings import Settings, load_settings
from biokg.store.folder import StoreFolder
from biokg.web.access import read_token
from biokg.web.exposition import Exposition, tell
from biokg.web.logs import set_up
from biokg.web.reloading import Reloading, describe_runtime, file_version, journal_of

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

    from biokg.execution.pool import WorkerPool
    from biokg.linking.forwarder import Forwarder
    from biokg.store.base import Store
    from biokg.store.memory import MemoryStore
    from biokg.web.cache import AnswerCache
    from biokg.web.gateway import Gateway

RUNTIME = "BIOKG_RUNTIME"
"""Environment variable with the file that tells server processes what to serve."""
PROCESSES = 2
"""Server processes; they share the workers."""
TOLD_WITHIN = 60
"""Seconds within which a server process is told where a new version's file is."""
SPARE_THREADS = 16
"""Threads of a server process beside those that may wait for a worker."""


def serve(settings: Settings, *, nquads: Path | None = None, pages: bool = True) -> None:
    """Publish the graph, start the workers and the server, and return when it was told to stop.

    *nquads* is served in place of the published graph where given, without *pages* as a bare endpoint.
    SIGTERM and SIGINT end it gracefully: requests under way are finished. SIGHUP has it publish anew.
    """
    if settings.token_file is not None:
        read_token(settings.token_file)
    set_up(settings.log_format)
    given = nquads
    nquads, version = (nquads, file_version(nquads)) if nquads else _published(settings)
    with ExitStack() as stack:
        place = Path(stack.enter_context(new_place()))
        if settings.metrics_port is not None:
            stack.callback(Exposition(place, settings.host, settings.metrics_port).close)
        pool = _pool(settings, nquads, version)
        stack.callback(pool.close)
        runtime = place / "runtime.json"
        served = {"place": str(pool.place), "nquads": str(nquads) if nquads else None, "version": pool.version}
        describe_runtime(runtime, **served, pages=pages, settings=_plain(settings))
        os.environ[RUNTIME] = str(runtime)
        server = _server(settings)
        server.on_startup(Reloading(settings, pool, runtime, given, version).watch)
        server.serve()


def _pool(settings: Settings, nquads: Path | None, version: str | None) -> WorkerPool:
    from biokg.execution.pool import WorkerPool

    return WorkerPool.start(
        settings,
        nquads=nquads,
        folder=settings.store,
        version=version if settings.store is None else None,
        journal=journal_of(settings, version),
        check="biokg.shapes.acceptance:require_conformance" if settings.validate_writes else None,
    )


def _server(settings: Settings) -> AbstractServer[Any]:
    from granian import Granian
    from granian.constants import Interfaces

    return Granian(
        "biokg.web.server:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=PROCESSES,
        factory=True,
        log_enabled=False,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )


def _published(settings: Settings) -> tuple[Path | None, str | None]:
    if settings.empty or settings.engine is not None:
        return None, None
    if settings.store is not None and StoreFolder(settings.store).current() is not None:
        return None, None
    from biokg.knowledge.build import publish

    publication = publish(settings)
    return publication.path, publication.version


def _plain(settings: Settings) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(settings).items()}


def _forwarder(settings: Settings) -> Forwarder | None:
    if not settings.federate:
        return None
    from biokg.linking.forwarder import Forwarder
    from biokg.linking.reach import Reach

    return Forwarder(Reach(settings.federate))


def _copy(nquads: Path) -> MemoryStore:
    from biokg.store.memory import MemoryStore

    if not nquads.is_file():
        raise StoreError(f"the published graph {nquads} is gone", fix="run biokg build")
    store = MemoryStore()
    store.load_nquads(nquads.read_bytes())
    return store


def _renewed(version: str) -> MemoryStore | None:
    """A copy of the graph in *version*, once it was said where that is; ``None`` when it is not said in time."""
    for _ in range(TOLD_WITHIN):
        given = json.loads(Path(os.environ[RUNTIME]).read_text(encoding="utf-8"))
        if given["version"] == version and given["nquads"]:
            return _copy(Path(given["nquads"]))
        time.sleep(1)
    return None


def application() -> Gateway:
    """The application of one server process; called by the server in each of them."""
    from biokg.execution.pool import WorkerPool
    from biokg.execution.pooled import PooledStore
    from biokg.web.app import create_app
    from biokg.web.direct import Direct
    from biokg.web.gateway import Gateway as Gate
    from biokg.web.service import Service

    given = json.loads(Path(os.environ[RUNTIME]).read_text(encoding="utf-8"))
    settings = load_settings(given["settings"], environ={})
    set_up(settings.log_format)
    pool = WorkerPool(Path(given["place"]), settings)
    copy_of: str | None = None
    renew = None
    if settings.token_file is not None or settings.engine is not None or not given["nquads"] or settings.store:
        store: Store = PooledStore(pool)
    else:
        store = _copy(Path(given["nquads"]))
        copy_of, renew = given["version"], _renewed
    token = read_token(settings.token_file) if settings.token_file is not None else None
    service = Service(store, pool.version, settings, pool, token=token, forwarder=_forwarder(settings), copy_of=copy_of)
    service.renew = renew
    app = create_app(service, pages=given["pages"])
    metrics = service.metrics
    if settings.metrics_port is not None and metrics is not None:
        tell(Path(os.environ[RUNTIME]).parent, lambda: metrics.text(service.version, pool.waiting_now()))
    threads = settings.queue + 2 * settings.workers + SPARE_THREADS
    ceiling = max(settings.max_upload_bytes, 4 * settings.max_query_bytes)
    cache = cast("AnswerCache", app.wsgi_app)
    gate = Gate(cache, Direct(service, cache), threads, ceiling)
    if given["pages"]:
        from biokg.web.warming import warm

        warm(app, gate.quiet_for)
    return gate
