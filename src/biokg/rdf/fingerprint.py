"""The version of a dataset: a hash of its quads that does not depend on their order and can be updated.

Each quad, as its line of N-Quads, is expanded by SHAKE-128 (FIPS 202) to 4,096 bits; the dataset's state is the
sum of these numbers modulo 2^4096 (AdHash: Bellare and Micciancio, “A new paradigm for collision-free hashing”,
EUROCRYPT 1997). Finding two sets with one sum is a generalised birthday problem of about 2^(2·√4096) = 2^128 steps
(Wagner, CRYPTO 2002), the strength of SHA-256 against collisions, which names the state. Adding or removing a quad
adds or subtracts one number: the rest of the dataset is not read again. Quads must hold no blank nodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import islice
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pyoxigraph import Quad, Store

_BYTES = 512
_MASK = (1 << (8 * _BYTES)) - 1
_BATCH = 1000
BLOCK = 1 << 20
"""Bytes of N-Quads handed on at a time."""


def _number(line: bytes) -> int:
    return int.from_bytes(hashlib.shake_128(line).digest(_BYTES), "big")


class DatasetHash:
    """The running hash of a set of quads; the caller adds each quad once and removes only what it added.

    >>> DatasetHash().version[:8]
    '076a27c7'
    """

    def __init__(self, state: int = 0, quads: int = 0) -> None:
        self._state = state & _MASK
        self.quads = quads

    def add(self, quads: Iterable[Quad]) -> DatasetHash:
        """Take in *quads*, none of which is in the set."""
        return self._sum(f"{quad} .".encode() for quad in quads)

    def add_lines(self, lines: Iterable[str]) -> DatasetHash:
        """Take in quads given as lines of N-Quads (without the line feed), none of which is in the set."""
        return self._sum(line.encode() for line in lines)

    def add_dump(self, engine: Store) -> DatasetHash:
        """Take in every quad of *engine*, none of which is in the set; memory does not grow with their number."""
        for_each_block(engine, self.add_block)
        return self

    def add_block(self, block: bytes) -> DatasetHash:
        """Take in the quads of *block*, lines of N-Quads that end in line feeds, none of which is in the set."""
        return self._sum(block.split(b"\n")[:-1])

    def merge(self, state: str, quads: int) -> DatasetHash:
        """Take in the set that has this :attr:`state` and number of quads, none of which is in this one."""
        self._state = (self._state + int(state, 16)) & _MASK
        self.quads += quads
        return self

    def _sum(self, lines: Iterable[bytes]) -> DatasetHash:
        rest = iter(lines)
        while numbers := [_number(line) for line in islice(rest, _BATCH)]:
            self._state = (self._state + sum(numbers)) & _MASK
            self.quads += len(numbers)
        return self

    def remove(self, quads: Iterable[Quad]) -> DatasetHash:
        """Take out *quads*, all of which are in the set."""
        for quad in quads:
            self._state = (self._state - _number(f"{quad} .".encode())) & _MASK
            self.quads -= 1
        return self

    @property
    def version(self) -> str:
        """The name of the set: 64 hexadecimal digits."""
        return hashlib.sha256(self._state.to_bytes(_BYTES, "big")).hexdigest()

    @property
    def state(self) -> str:
        """The sum itself in hexadecimal, from which :meth:`from_state` goes on."""
        return format(self._state, "x")

    @classmethod
    def from_state(cls, state: str, quads: int) -> DatasetHash:
        """The hash that had this :attr:`state`."""
        return cls(int(state or "0", 16), quads)


class Blocks:
    """A file that hands on what is written to it in blocks of whole lines."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Hold *data*, or hand on what is held."""
        self._held.append(data)
        self._size += len(data)
        if self._size >= BLOCK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand on the whole lines."""
        lines, feed, rest = b"".join(self._held).rpartition(b"\n")
        self._held, self._size = [rest], len(rest)
        if feed:
            self._take(lines + feed)


def for_each_block(engine: Store, take: Callable[[bytes], object]) -> None:
    """Give *take* all quads of *engine* as N-Quads, about :data:`BLOCK` bytes of whole lines at a time."""
    from pyoxigraph import RdfFormat

    blocks = Blocks(take)
    engine.dump(cast("IO[bytes]", blocks), RdfFormat.N_QUADS)
    blocks.flush()
