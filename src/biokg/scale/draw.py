"""Draws that can be repeated: a firm's traits follow from the seed and its number, without any table in memory."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_MASK = (1 << 64) - 1
_CONSONANTS = "bcdfglmnprstvxz"
_VOWELS = "aeiou"
_SYLLABLES = tuple(a + b for a in _CONSONANTS for b in _VOWELS)


def mixed(seed: int, number: int, salt: int = 0) -> int:
    """64 bits that depend on all three (SplitMix64: Steele, Lea and Flood, OOPSLA 2014)."""
    value = (seed * 0x9E3779B97F4A7C15 + number * 0xBF58476D1CE4E5B9 + salt * 0x94D049BB133111EB) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def fraction(seed: int, number: int, salt: int) -> float:
    """A number from 0 up to, not including, 1."""
    return (mixed(seed, number, salt) >> 11) / (1 << 53)


@dataclass(frozen=True)
class Weighted:
    """Values with weights, drawn by a fraction."""

    values: tuple[str, ...]
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, *pairs: tuple[str, float]) -> Weighted:
        """From ``(value, weight)`` pairs."""
        return cls(tuple(value for value, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))

    def at(self, part: float) -> str:
        """The value at *part* (0 to 1) of the whole weight."""
        return self.values[min(bisect(self.bounds, part * self.bounds[-1]), len(self.values) - 1)]


def word(number: int) -> str:
    """A name-like word of its own for each *number* (written in base 75, scrambled).

    >>> word(0) != word(1), len({word(n) for n in range(1000)})
    (True, 1000)
    """
    size = len(_SYLLABLES)
    length = 3
    while size**length <= number:
        length += 1
    scrambled = (number * 7_368_787 + 1_234_577) % size**length
    letters = []
    for _ in range(length):
        scrambled, rest = divmod(scrambled, size)
        letters.append(_SYLLABLES[rest])
    return "".join(letters).capitalize()


def skewed(part: float, size: int, exponent: float) -> int:
    """An index below *size*, low ones far oftener: the chance of index i falls as i^(1/exponent - 1)."""
    return min(int(size * part**exponent), size - 1)


def pick(values: Sequence[str], part: float) -> str:
    """One of *values*, all alike."""
    return values[int(part * len(values))]
