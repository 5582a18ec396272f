"""The graph that a command works on: the published one, a folder, or a remote engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from biokg.cli.progress import progress_bar

if TYPE_CHECKING:
    from biokg.knowledge.build import Publication
    from biokg.settings import Settings
    from biokg.store.base import Store


def warn(line: str) -> None:
    """One line on stderr."""
    print(f"biokg: {line}", file=sys.stderr)


def published(settings: Settings, *, force: bool = False) -> Publication:
    """The published graph, built first when its inputs changed; says so on stderr when the last good one is kept."""
    from biokg.errors import UsageError
    from biokg.knowledge.build import publish

    for what, folder, flag in (
        ("tables", settings.data_folder, "--data-dir"),
        ("ontology", settings.ontology_folder, "--ontology-dir"),
    ):
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder} to read the {what} from", fix=f"{flag} names it")
    if not (settings.data_folder / "metadata.json").is_file():
        raise UsageError(
            f"{settings.data_folder} holds no metadata.json that describes its tables",
            fix="--data-dir names a folder of tables; without it the project's own are read",
        )
    with progress_bar() as progress:
        publication = publish(settings, force=force, progress=progress)
    if publication.problem:
        warn(f"{publication.problem}\n  the last good graph, version {publication.version[:12]}, stays in use")
    return publication


@contextmanager
def graph(settings: Settings) -> Iterator[tuple[Store, str]]:
    """The store to ask and its version (empty for a folder or remote engine, which keep their own)."""
    if settings.engine or settings.store:
        from biokg.store import open_store

        store, version = open_store(settings), ""
    else:
        from biokg.knowledge.build import open_published

        publication = published(settings)
        store, version = open_published(publication), publication.version
    try:
        yield store, version
    finally:
        store.close()
