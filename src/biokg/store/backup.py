"""Backups: one compressed N-Quads file that names the version it holds."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from biokg.errors import StoreError
from biokg.rdf.fingerprint import DatasetHash
from biokg.store.folder import Generation, StoreFolder

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.base import Store

_HEAD = b"# biokg backup, version "
BATCH = 50_000


def write_backup(store: Store, target: Path) -> DatasetHash:
    """All quads of *store* in the new file *target*; the version it holds.

    Raises :class:`StoreError` when the file exists or cannot be written; nothing is left of it then.
    """
    if target.exists():
        raise StoreError(f"{target} exists", fix="choose another name")
    draft = target.with_name(target.name + ".part")
    version = DatasetHash()
    try:
        with draft.open("wb") as file:
            body = gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="")
            for quad in store.quads():
                version.add([quad])
                body.write(f"{quad} .\n".encode())
            body.close()
        data = draft.open("rb")
        with data, target.with_name(target.name + ".new").open("wb") as whole:
            whole.write(gzip.compress(_HEAD + version.version.encode() + b"\n", mtime=0))
            shutil.copyfileobj(data, whole)
        target.with_name(target.name + ".new").replace(target)
    except OSError as error:
        target.with_name(target.name + ".new").unlink(missing_ok=True)
        raise StoreError(f"the backup could not be written: {error}", fix="is the disk full?") from None
    finally:
        draft.unlink(missing_ok=True)
    return version


def restore_backup(source: Path, folder: StoreFolder) -> Generation:
    """Make the dataset of *source* the current one of *folder*, if it has the version that it says.

    Raises :class:`StoreError` when the file is damaged or another process writes to the folder; the folder
    stays as it was then.
    """
    from biokg.store.disk import DiskStore

    lock = folder.lock()
    draft = None
    try:
        with gzip.open(source, "rb") as file:
            head = file.readline().strip()
            if not head.startswith(_HEAD):
                raise StoreError(f"{source} is no backup", fix="make one with biokg backup")
            draft = folder.draft()
            shutil.rmtree(draft, ignore_errors=True)
            store = DiskStore(draft)
            version = DatasetHash()
            for batch in _batches(file):
                version.add(batch)
                store.engine.bulk_extend(batch)
        if version.version != head.removeprefix(_HEAD).decode("ascii", "replace"):
            raise StoreError(f"{source} is damaged: it does not hold the version it names", fix="use another backup")
        store.engine.optimize()
        store.engine.flush()
        del store
        return folder.commit(draft, version)
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise StoreError(f"{source} could not be restored: {error}", fix="use another backup") from None
    finally:
        os.close(lock)
        current = folder.current()
        if draft is not None and (current is None or current.path != draft):
            shutil.rmtree(draft, ignore_errors=True)


def _batches(file: gzip.GzipFile) -> Iterator[list[ox.Quad]]:
    import pyoxigraph as ox

    batch: list[ox.Quad] = []
    for quad in ox.parse(cast("IO[bytes]", file), ox.RdfFormat.N_QUADS):
        batch.append(quad)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def compact(folder: StoreFolder) -> Generation:
    """Rewrite the current generation so that reading is fastest, and drop all others."""
    return folder.change(lambda _store, _version: None)
