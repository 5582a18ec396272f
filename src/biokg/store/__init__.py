"""Stores: the triples in memory, on disk, or in a remote engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings
    from biokg.store.base import Store


def open_store(settings: Settings) -> Store:
    """The store that *settings* name: ``engine`` (remote), ``store`` (a folder, for reading) or memory.

    Raises :class:`~biokg.errors.UsageError` when both are named, :class:`~biokg.errors.StoreError` when it
    cannot be opened.
    """
    from biokg.errors import UsageError

    if settings.engine and settings.store:
        raise UsageError("--engine and --store exclude each other", fix="give one of them")
    if settings.engine:
        from biokg.store.remote import RemoteStore

        return RemoteStore(
            settings.engine,
            update_address=settings.engine_update,
            auth_file=settings.engine_auth_file,
            timeout=settings.deadline,
        )
    if settings.store:
        from biokg.store.folder import StoreFolder

        return StoreFolder(settings.store).reader()
    from biokg.store.memory import MemoryStore

    return MemoryStore()
