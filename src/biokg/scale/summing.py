"""The version of a large store: its dump, written once by the engine, is summed by one process per core.

``python -m biokg.scale.summing`` is such a process: N-Quads in, the state of their sum and their number out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from typing import IO, TYPE_CHECKING, cast

from biokg.errors import StoreError
from biokg.rdf.fingerprint import Blocks, DatasetHash, for_each_block

if TYPE_CHECKING:
    from pyoxigraph import Store

ALONE_UP_TO = 200_000
"""Quads up to which starting processes costs more than it saves."""


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


@contextmanager
def _summing() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "biokg.scale.summing"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def main() -> None:
    """Sum what stands on standard input."""
    version = DatasetHash()
    blocks = Blocks(version.add_block)
    while data := sys.stdin.buffer.read(1 << 18):
        blocks.write(data)
    blocks.flush()
    print(version.state, version.quads)


if __name__ == "__main__":
    main()
