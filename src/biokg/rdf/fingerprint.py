"""The version of a dataset: a hash of its quads that does not depend on their order and can be updated.

Each quad, as its line of N-Quads, is expanded by SHAKE-128 (FIPS 202) to 4,096 bits; the dataset's state is the
sum of these numbers modulo 2^4096 (AdHash: Bellare and Micciancio, “A new paradigm for collision-free hashing”,
EUROCRYPT 1997). Finding two sets with one sum is a generalised birthday problem of about 2^(2·√4096) = 2^128 steps
(Wagner, CRYPTO 2002), the strength of SHA-256 against collisions, which names the state. Adding or removing a quad
adds or subtracts one number: the rest of the dataset is not read again. Quads must hold no blank nodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyoxigraph import Quad

_BYTES = 512
_MASK = (1 << (8 * _BYTES)) - 1


def _number(line: str) -> int:
    return int.from_bytes(hashlib.shake_128(line.encode()).digest(_BYTES), "big")


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
        return self.add_lines(f"{quad} ." for quad in quads)

    def add_lines(self, lines: Iterable[str]) -> DatasetHash:
        """Take in quads given as lines of N-Quads (without the line feed), none of which is in the set."""
        total = 0
        for line in lines:
            total += _number(line)
            self.quads += 1
        self._state = (self._state + total) & _MASK
        return self

    def remove(self, quads: Iterable[Quad]) -> DatasetHash:
        """Take out *quads*, all of which are in the set."""
        for quad in quads:
            self._state = (self._state - _number(f"{quad} .")) & _MASK
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
