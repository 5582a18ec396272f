"""The domain object that the web application is given: a store, its version, and how to ask it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app

from biokg.sparql.guard import Guard

if TYPE_CHECKING:
    from biokg.execution.pool import WorkerPool
    from biokg.linking.forwarder import Forwarder
    from biokg.settings import Settings
    from biokg.store.base import Store
    from biokg.web.metrics import Metrics


@dataclass
class Service:
    """What one server process holds. ``token`` is what writes need; ``None`` means that they are off."""

    store: Store
    first_version: str
    settings: Settings
    pool: WorkerPool
    metrics: Metrics | None = None
    token: bytes | None = None
    forwarder: Forwarder | None = None
    """Where SERVICE is led to, if some origins are allowed."""
    copy_of: str | None = None
    """The version of which ``store`` is a copy in this process; ``None`` where it reads what is served."""
    renew: Callable[[str], Store | None] | None = None
    """Reads a copy of another version, where that can be; it may take its time."""
    guard: Guard = field(init=False)
    """The ceilings of size and depth that every text from outside must pass."""

    def __post_init__(self) -> None:
        self.guard = Guard(self.settings.max_query_bytes, self.settings.max_query_depth)

    @property
    def version(self) -> str:
        """The hash of the dataset as it is served now; ``store`` is of that version from then on."""
        if self.copy_of is None:
            return self.first_version if self.token is None else self.pool.version
        version = self.pool.version
        if version != self.copy_of and self.store.kind != "pooled":
            from biokg.execution.pooled import PooledStore

            self.store = PooledStore(self.pool)
            if self.renew is not None:
                threading.Thread(target=self._renew, args=(self.renew,), name="renewing", daemon=True).start()
        return version

    def _renew(self, renew: Callable[[str], Store | None]) -> None:
        """Read a copy of what is served; until it is there the workers are asked."""
        while (version := self.pool.version) != self.copy_of:
            copy = renew(version)
            if copy is None:
                return
            if self.pool.version == version:
                self.copy_of, self.store = version, copy


def service() -> Service:
    """The service of the running application."""
    held: Service = current_app.extensions["biokg"]
    return held
