"""SIGHUP: publish anew and serve the new version, without dropping a request.

The holder of the workers loads the version in a fork of itself and gives it its place, as it does for a write.
"""

from __future__ import annotations

import hashlib
import json
import logging
import queue
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.errors import BioKGError
from biokg.execution.writes import RELOAD, Write
from biokg.store.memory import MemoryStore
from biokg.web.hypothesis import prepare
from biokg.web.service import Service

if TYPE_CHECKING:
    from biokg.execution.pool import WorkerPool
    from biokg.settings import Settings

LOG = logging.getLogger("biokg.reload")
LOG.setLevel(logging.INFO)


def journal_of(settings: Settings, version: str | None) -> Path | None:
    """Where writes to the published graph in memory are kept, to be replayed over the same version."""
    if settings.token_file is None or settings.store or settings.engine or settings.empty or version is None:
        return None
    return settings.state_folder / "writes" / version[:16] / "journal.jsonl"


def file_version(nquads: Path) -> str:
    """The version of a file that is served as it is: its SHA-256."""
    with nquads.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_runtime(runtime: Path, **given: object) -> None:
    """Put *given* over what *runtime* tells new server processes, in one step."""
    held = json.loads(runtime.read_text(encoding="utf-8")) if runtime.exists() else {}
    draft = runtime.with_suffix(".draft")
    draft.write_text(json.dumps(held | given), encoding="utf-8")
    draft.replace(runtime)


class Reloading:
    """Has *pool* serve what is published now whenever SIGHUP asks for it.

    *given* is a file that is served in place of the published graph, *version* what is served already.
    """

    def __init__(
        self, settings: Settings, pool: WorkerPool, runtime: Path, given: Path | None, version: str | None
    ) -> None:
        self._settings, self._pool, self._runtime = settings, pool, runtime
        self._given, self._version = given, version
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()

    def watch(self) -> None:
        """Listen to SIGHUP from now on; to be called in the main thread."""
        threading.Thread(target=self._wait, name="reloading", daemon=True).start()
        signal.signal(signal.SIGHUP, lambda *_: self._asked.put(None))

    def _wait(self) -> None:
        while True:
            self._asked.get()
            try:
                self.once()
            except BioKGError as error:
                LOG.error("the last good graph stays in use: %s", error.message)
            except OSError as error:
                LOG.error("the last good graph stays in use: %s", error)

    def once(self) -> None:
        """Publish and switch over; what is served stays when nothing changed, or when an input is bad.

        Raises the errors of :func:`biokg.knowledge.build.publish` and of :meth:`WorkerPool.write`.
        """
        settings = self._settings
        if settings.store or settings.engine or settings.empty:
            LOG.warning("nothing is published here: the data of --store, --engine and --empty is not made of tables")
            return
        nquads, version = self._publish()
        if version == self._version:
            LOG.info("version %s stays: it is that of the inputs as they can be published", version[:12])
            return
        journal = journal_of(settings, version)
        place = {"nquads": str(nquads), "version": version, "journal": str(journal) if journal else None}
        copy = self._assessed(nquads, version)
        self._pool.write(Write(RELOAD, json.dumps(place)))
        self._version = version
        describe_runtime(self._runtime, nquads=str(nquads), version=version)
        LOG.info("version %s is served", version[:12])
        if copy is not None:
            prepare(copy, "details")

    def _assessed(self, nquads: Path, version: str) -> Service | None:
        """The published graph, its verdicts on disk so that no visitor waits for them; ``None`` without pages."""
        if self._given is not None:
            return None
        store = MemoryStore()
        store.load_nquads(nquads.read_bytes())
        copy = Service(store, version, self._settings, self._pool)
        try:
            prepare(copy, "verdicts")
        except BioKGError as error:
            LOG.warning("could not prepare the pages: %s", error.message)
            return None
        return copy

    def _publish(self) -> tuple[Path, str]:
        if self._given is not None:
            return self._given, file_version(self._given)
        from biokg.knowledge.build import publish

        publication = publish(self._settings)
        if publication.problem:
            LOG.error("the last good graph stays in use: %s", publication.problem)
        return publication.path, publication.version
