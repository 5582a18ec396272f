"""The version of a large store, summed by one process per core.

Of a store: the engine writes its dump once and deals the blocks out (:func:`version_of`). Of files of N-Quads or
N-Triples that are being loaded: each process reads them too and sums its share of the blocks (:func:`summed_beside`);
looking up every term of the loaded store again costs as much as loading it. ``python -m biokg.scale.summing`` is such
a process: N-Quads on standard input, or its turn, the number of processes and the files; the state of the sum and the
number of quads out, or nothing where the files do not tell what the store holds.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, cast

from biokg.errors import StoreError
from biokg.rdf.fingerprint import Blocks, DatasetHash, for_each_block

if TYPE_CHECKING:
    from pyoxigraph import Store

ALONE_UP_TO = 200_000
"""Quads up to which starting processes costs more than it saves."""
BESIDE_FROM = 32 << 20
"""Bytes of files from which processes of their own sum them while they are loaded."""
_READ = 1 << 18


def version_of(engine: Store, progress: Callable[[int], None] | None = None) -> DatasetHash:
    """The hash of every quad of *engine*; *progress* is told how many bytes of N-Quads are summed.

    Raises :class:`StoreError` if a summing process ends early.
    """
    if len(engine) <= ALONE_UP_TO:
        return DatasetHash().add_dump(engine)
    with ExitStack() as stack:
        processes = [stack.enter_context(_summing()) for _ in range(os.cpu_count() or 1)]
        turns = cycle(processes)
        done = 0

        def take(block: bytes) -> None:
            nonlocal done
            cast("IO[bytes]", next(turns).stdin).write(block)
            done += len(block)
            if progress is not None:
                progress(done)

        try:
            for_each_block(engine, take)
            version = DatasetHash()
            for process in processes:
                state, quads = process.communicate()[0].split()
                version.merge(state.decode(), int(quads))
        except (OSError, ValueError) as error:
            raise StoreError(f"the version could not be summed: {error}", fix="is there memory left?") from None
    return version


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most *size*; all for a negative one; none at the end."""
        ...


@contextmanager
def opened(path: Path) -> Iterator[tuple[Readable, Callable[[], int]]]:
    """The content of *path*, unpacked if its name ends in ``.gz``, and how many bytes of the file are read so far."""
    with path.open("rb") as raw:
        yield (gzip.GzipFile(fileobj=raw) if path.name.endswith(".gz") else raw), raw.tell


@contextmanager
def summed_beside(paths: Sequence[Path]) -> Iterator[Callable[[], DatasetHash | None]]:
    """Begin to sum the lines of N-Quads or N-Triples in *paths*; what is yielded waits for the sum.

    The sum counts a quad as often as blocks of lines hold it: it is the version of a store that was empty only where
    its number of quads is the store's. It is ``None`` where the files do not tell what the store will hold: too small
    for processes of their own, not plain files, with blank nodes (which the engine names), or not valid.
    """
    if not all(path.is_file() for path in paths) or sum(path.stat().st_size for path in paths) < BESIDE_FROM:
        yield lambda: None
        return
    number = os.cpu_count() or 1
    with ExitStack() as stack:
        shares = [[str(turn), str(number), *map(str, paths)] for turn in range(number)]
        processes = [stack.enter_context(_summing(share)) for share in shares]

        def found() -> DatasetHash | None:
            parts = [process.communicate()[0].split() for process in processes]
            if not all(parts):
                return None
            version = DatasetHash()
            for state, quads in parts:
                version.merge(state.decode(), int(quads))
            return version

        yield found


@contextmanager
def _summing(share: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "biokg.scale.summing", *share]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def _blocks_of(paths: Iterable[Path], take: Callable[[bytes], object]) -> None:
    blocks = Blocks(take)
    for path in paths:
        with opened(path) as (source, _):
            while data := source.read(_READ):
                blocks.write(data)
        blocks.write(b"\n")
    blocks.flush()


def _as_kept(block: bytes) -> bytes | None:
    """The distinct quads of *block* as the engine writes them; ``None`` where that depends on the rest."""
    import pyoxigraph as ox

    if b"_:" in block:
        return None
    store = ox.Store()
    try:
        store.load(block, ox.RdfFormat.N_QUADS, lenient=True)
    except SyntaxError:
        return None
    return store.dump(format=ox.RdfFormat.N_QUADS)


def share_of(paths: Iterable[Path], turn: int, number: int) -> DatasetHash | None:
    """The sum of every *number*-th block of lines of *paths*, beginning with the one whose index is *turn*.

    ``None`` where a block does not tell what the engine will keep of it: blank nodes, or not valid.
    """
    version: DatasetHash | None = DatasetHash()
    index = -1

    def take(block: bytes) -> None:
        nonlocal version, index
        index += 1
        if version is not None and index % number == turn:
            kept = _as_kept(block)
            version = None if kept is None else version.add_block(kept)

    _blocks_of(paths, take)
    return version


def main() -> None:
    """Sum what stands on standard input, or this process' share of the files of the command line."""
    if len(sys.argv) > 1:
        turn, number, *paths = sys.argv[1:]
        version = share_of(map(Path, paths), int(turn), int(number))
    else:
        version = DatasetHash()
        blocks = Blocks(version.add_block)
        while data := sys.stdin.buffer.read(_READ):
            blocks.write(data)
        blocks.flush()
    if version is not None:
        print(version.state, version.quads)


if __name__ == "__main__":
    main()
