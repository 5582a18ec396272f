"""The domain object that the web application is given: a store, its version, and how to ask it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from biokg.execution.pool import WorkerPool
    from biokg.settings import Settings
    from biokg.store.base import Store


@dataclass
class Service:
    """What one server process holds. ``version`` is the hash of the published dataset."""

    store: Store
    version: str
    settings: Settings
    pool: WorkerPool


def service() -> Service:
    """The service of the running application."""
    held: Service = current_app.extensions["biokg"]
    return held
