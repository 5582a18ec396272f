"""An index of words: which names and texts hold them, with accents, case and typing errors forgiven."""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

NEAR = 75
"""How alike (0 to 100) a word must be to stand for one that is in no entry."""
ALIKE = 8
"""Words that may stand for one, the most alike first."""
EXPANDED = 400
"""Words that may begin with what was typed, at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one thing, or one text about it."""

    iri: str
    words: str
    folded: str
    name: bool


@dataclass
class WordIndex:
    """Entries, and for each word the numbers of those that hold it."""

    entries: list[Entry] = field(default_factory=list)
    postings: dict[str, array[int]] = field(default_factory=dict)
    vocabulary: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> WordIndex:
        """The index of *entries*."""
        made = cls()
        for number, entry in enumerate(entries):
            made.entries.append(entry)
            for word in set(entry.folded.split()):
                made.postings.setdefault(word, array("I")).append(number)
        made.vocabulary = sorted(made.postings)
        return made

    def words_like(self, word: str) -> tuple[list[str], bool]:
        """The words that *word* stands for, and whether it was typed rightly: itself, what begins with it, what
        holds it, else what is spelled nearly so."""
        first = bisect_left(self.vocabulary, word)
        found = []
        for known in self.vocabulary[first : first + EXPANDED]:
            if not known.startswith(word):
                break
            found.append(known)
        if not found and len(word) > 3:
            found = [known for known in self.vocabulary if word in known][:EXPANDED]
        return (found, True) if found else (self._near(word), False)

    def _near(self, word: str) -> list[str]:
        from rapidfuzz import fuzz, process

        if len(word) < 4:
            return []
        best = process.extract(word, self.vocabulary, scorer=fuzz.ratio, score_cutoff=NEAR, limit=ALIKE)
        return [known for known, _, _ in best if abs(len(known) - len(word)) <= 3]

    def holding(self, wanted: Sequence[str], *, nearly: bool = False) -> tuple[dict[str, list[Entry]], bool]:
        """The things whose names and texts together hold every word *wanted*, each with its entries that hold one.

        *nearly* takes words that are spelled nearly so also where the word itself is known. Also whether all words
        were typed rightly.
        """
        kept: set[str] | None = None
        hit: set[int] = set()
        right = True
        for word in sorted(set(wanted), key=len, reverse=True):
            likes, exact = self.words_like(word)
            right = right and exact
            numbers = {n for like in {*likes, *(self._near(word) if nearly else ())} for n in self.postings[like]}
            having = {self.entries[n].iri for n in numbers}
            kept = having if kept is None else kept & having
            if not kept:
                return {}, right
            hit |= numbers
        found: dict[str, list[Entry]] = {}
        for number in sorted(hit):
            entry = self.entries[number]
            if kept and entry.iri in kept:
                found.setdefault(entry.iri, []).append(entry)
        return found, right


def folded(text: str) -> str:
    """*text* without accents and case, one space between words.

    >>> folded("Université de Liège")
    'universite de liege'
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare.casefold()).split())


def excerpt(text: str, wanted: Sequence[str], around: int = 70) -> tuple[str, str, str]:
    """*text* around the first of the words *wanted*: what is before it, the word as written, what is after it.

    >>> excerpt("A Nobody against IL-6R", ["nobody"], 40)
    ('A ', 'Nobody', ' against IL-6R')
    """
    at, long = 0, 0
    for word in text.split():
        if any(part.startswith(w) for w in wanted for part in folded(word).split()):
            at, long = text.index(word), len(word)
            break
    before, after = text[max(0, at - around) : at], text[at + long : at + long + around]
    return (
        ("…" + before.partition(" ")[2]) if at > around else before,
        text[at : at + long],
        (after.rpartition(" ")[0] + "…") if at + long + around < len(text) else after,
    )
