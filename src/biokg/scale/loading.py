"""Bulk loading on disk: streamed in, compacted for reading, then made the current state of a store folder."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from biokg.errors import StoreError, UsageError
from biokg.rdf.fingerprint import DatasetHash
from biokg.scale.summing import Readable, opened, summed_beside, version_of

if TYPE_CHECKING:
    from pyoxigraph import Store

Progress = Callable[[str, int, int | None], None]
STEP = 1 << 20
FORMATS = {".nq": "N_QUADS", ".nt": "N_TRIPLES", ".ttl": "TURTLE", ".trig": "TRIG", ".rdf": "RDF_XML"}
LINES = {"N_QUADS", "N_TRIPLES"}
"""Formats that can be cut after any line."""


class Chunks(io.RawIOBase):
    """A binary file over an iterator of text, for a loader that reads; nothing is held but the current chunk."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most *size*; all for a negative one."""
        parts = [self._rest]
        held = len(self._rest)
        while size < 0 or held < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(piece.encode())
            held += len(parts[-1])
        joined = b"".join(parts)
        if size < 0:
            self._rest = b""
            return joined
        self._rest = joined[size:]
        return joined[:size]


class _Counting:
    """Passes bytes on and reports how many went by."""

    def __init__(self, source: Readable, place: Callable[[], int], report: Callable[[int], None]) -> None:
        self._source, self._place, self._report = source, place, report
        self._next = STEP

    def read(self, size: int = -1) -> bytes:
        """As the source reads."""
        found = self._source.read(size)
        if self._place() >= self._next:
            self._next = self._place() + STEP
            self._report(self._place())
        return found


def load_stream(path: Path, source: Readable, form: str = "N_QUADS") -> int:
    """Bulk load *source* into the new or existing RocksDB folder *path*, then compact it; gives the number of quads.

    Raises :class:`StoreError` if the folder cannot be written, :class:`UsageError` if the text is not valid.
    """
    with _filled(path) as store:
        _bulk_load(store, source, form)
    return len(store)


@contextmanager
def _filled(path: Path, progress: Progress | None = None) -> Iterator[Store]:
    """The store in *path*, for bulk loads; compacted at the end."""
    import pyoxigraph as ox

    try:
        store = ox.Store(str(path))
        yield store
        if progress is not None:
            progress("compact", 0, None)
        store.optimize()
    except (OSError, RuntimeError) as error:
        raise StoreError(f"{path}: {error}") from None


def _bulk_load(store: Store, source: Readable, form: str) -> None:
    import pyoxigraph as ox

    try:
        store.bulk_load(cast("IO[bytes]", source), format=getattr(ox.RdfFormat, form))
    except SyntaxError as error:
        raise UsageError(f"line {error.lineno}: {error.msg}", fix="nothing of it is served; correct the file") from None
    except (OSError, RuntimeError) as error:
        raise StoreError(f"the load failed: {error}", fix="nothing of it is served") from None


def form_of(path: Path) -> str:
    """The RDF format that the name of *path* tells, compressed or not."""
    suffix = Path(path.name.removesuffix(".gz")).suffix
    if suffix not in FORMATS:
        raise UsageError(f"{path}: no RDF format is known by {suffix!r}", fix=f"one of {', '.join(FORMATS)} (or .gz)")
    return FORMATS[suffix]


def load_files(folder: Path, files: Iterable[Path], progress: Progress | None = None) -> int:
    """Add *files* to the store folder at *folder*, all or nothing, and make the result current; gives its quads.

    The data loaded so far stays served until the end; a crash leaves it as it was. The dataset's hash is summed
    beside the load where the files tell it, and else in a pass over what is then in the store.
    """
    from biokg.store.folder import StoreFolder

    paths = list(files)
    forms = [form_of(path) for path in paths]
    store_folder = StoreFolder(folder)
    lock = store_folder.lock()
    try:
        before = store_folder.current()
        draft = store_folder.draft()
        with summed_beside(paths if set(forms) <= LINES else []) as summed:
            with _filled(draft, progress) as store:
                for path, form in zip(paths, forms, strict=True):
                    _load_file(store, path, form, progress)
            quads = len(store)
            del store
            if progress is not None:
                progress("version", 0, None)
            version = summed()
        if version is not None and before is not None:
            version.merge(before.version.state, before.version.quads)
        if version is None or version.quads != quads:
            version = _hashed(draft, progress)
        generation = store_folder.commit(draft, version)
        store_folder.drop_others(generation.path)
        return version.quads
    finally:
        os.close(lock)


def _load_file(store: Store, path: Path, form: str, progress: Progress | None) -> None:
    try:
        total = path.stat().st_size
        with opened(path) as (stream, place):

            def report(done: int) -> None:
                if progress is not None:
                    progress(f"load {path.name} (MB)", done >> 20, total >> 20)

            _bulk_load(store, _Counting(stream, place, report), form)
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: {error}") from None


def _hashed(draft: Path, progress: Progress | None) -> DatasetHash:
    import pyoxigraph as ox

    def report(done: int) -> None:
        if progress is not None:
            progress("version (MB)", done >> 20, None)

    return version_of(ox.Store.read_only(str(draft)), report)
