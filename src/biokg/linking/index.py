"""Blocking: for a query name, the few names of a registry that could be meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from biokg.linking.judging import core_letters
from biokg.linking.names import Name, fold, is_remark, other_names, parse
from biokg.linking.places import WORLD_PLACES
from biokg.linking.registry import Entity, without_collection
from biokg.linking.typos import is_typo
from biokg.linking.words import CONCEPTS, TECHNICAL_WORDS, TRADE_PREFIXES

COMMON = 200
"""A word in more names than this finds no candidate by itself."""


VOCABULARY = frozenset(CONCEPTS) | WORLD_PLACES | TECHNICAL_WORDS

LONGEST_JOINED = 18
"""Longer names are compared word by word only."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one entity."""

    name: Name
    entity: int


class RegistryIndex:
    """Names of a registry by exact form, words, joined letters, acronyms and similar spellings."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        self.entities = tuple(entities)
        self.by_id = {entity.id: entity for entity in entities}
        self.entries: list[Entry] = []
        self.by_full: dict[str, list[int]] = defaultdict(list)
        self.by_key: dict[frozenset[str], list[int]] = defaultdict(list)
        self.by_compact: dict[str, list[int]] = defaultdict(list)
        self.acronyms: dict[str, list[int]] = defaultdict(list)
        self.postings: dict[str, list[int]] = defaultdict(list)
        with without_collection():
            for number, entity in enumerate(self.entities):
                self._add(number, entity)
        self._by_letter: dict[tuple[str, int], list[str]] | None = None
        self._buckets: dict[tuple[str, int], list[str]] | None = None
        total = max(len(self.entities), 2)
        self.weights = {word: log(1 + total / len(where)) for word, where in self.postings.items()}
        self.rarest = log(1 + total)

    def _add(self, number: int, entity: Entity) -> None:
        seen = set()
        for text in _all_names(entity):
            name = parse(text)
            if name.full in seen:
                continue
            seen.add(name.full)
            place = len(self.entries)
            self.entries.append(Entry(name, number))
            self.by_full[name.full].append(place)
            self.by_key[name.key].append(place)
            self.by_compact[name.compact].append(place)
            if core := core_letters(name):
                self.by_compact[core].append(place)
            if name.legal or name.countries:
                self.by_compact[name.full.replace(" ", "")].append(place)
            for concept in name.key:
                self.postings[concept].append(place)
        for acronym in entity.acronyms:
            self.acronyms[fold(acronym).replace(" ", "")].append(number)

    def weight(self, word: str) -> float:
        """How much *word* tells: the rarer in the registry, the more (natural logarithm, no unit)."""
        return self.weights.get(word, self.rarest)

    def candidates(self, query: Name, *, limit: int = 24) -> list[int]:
        """Places in :attr:`entries` of the names that could be meant, most promising first."""
        found: Counter[int] = Counter()
        exact = (
            self.by_full.get(query.full, ()),
            self.by_key.get(query.key, ()),
            self.by_compact.get(query.compact, ()),
            self.by_compact.get(query.full.replace(" ", ""), ()),
        )
        for weight, places in zip((4000, 3000, 2000, 2000), exact, strict=True):
            for place in places:
                found[place] += weight
        if found and len(found) <= limit:
            for place in self._shared(query):
                found.setdefault(place, 0)
        else:
            found.update(self._by_words(query))
        if not found or max(found.values()) < 2000:
            for compact in self.similar_compacts(query.compact):
                for place in self.by_compact[compact]:
                    found[place] += 1000
        exact_ones = sum(votes >= 2000 for votes in found.values())
        return [place for place, _ in found.most_common(max(limit, min(exact_ones, 10 * limit)))]

    def _rarity(self, word: str) -> tuple[int, str]:
        """Sorts words by the names that hold them; the word itself keeps the order the same in every run."""
        return len(self.postings.get(word, ())), word

    def _shared(self, query: Name) -> Iterable[int]:
        """Names that hold the whole rarest word of an exactly known query: its namesakes."""
        rarest = min(query.key, key=self._rarity, default="")
        places = self.postings.get(rarest, [])
        return places if len(places) <= COMMON // 4 else []

    def _by_words(self, query: Name) -> Counter[int]:
        found: Counter[int] = Counter()
        words = sorted(query.key, key=self._rarity)
        rare = [word for word in words if 0 < len(self.postings.get(word, ())) <= COMMON]
        for word in rare[:4]:
            for place in self.postings[word]:
                found[place] += round(10 * self.weight(word))
        for word in words:
            if word not in self.postings and len(word) >= 4:
                for near in self.similar_words(word):
                    weight = round(8 * self.weight(near))
                    for place in self.postings[near][:COMMON]:
                        found[place] += weight
        if not rare and len(words) >= 2:
            found.update(self._by_pairs(words))
        return found

    def _by_pairs(self, words: Sequence[str]) -> Counter[int]:
        """Names that share the two rarest of several common words."""
        known = [word for word in words if word in self.postings]
        if len(known) < 2:
            return Counter()
        rarest = self.postings[known[0]]
        if len(rarest) > COMMON * 25:
            return Counter()
        return Counter({place: 20 for place in rarest if known[1] in self.entries[place].name.key})

    def similar_words(self, word: str) -> Iterator[str]:
        """Words of the registry that *word* may be a misspelling of, of like length and first letter."""
        if self._by_letter is None:
            self._by_letter = defaultdict(list)
            for known in self.postings:
                if len(known) >= 4:
                    self._by_letter[known[0], len(known)].append(known)
        for length in range(len(word) - 2, len(word) + 3):
            bucket = self._by_letter.get((word[0], length))
            if bucket:
                near = process.extract(word, bucket, scorer=OSA.distance, score_cutoff=2, limit=8)
                yield from (known for known, _, _ in near if is_typo(word, known))

    def similar_compacts(self, compact: str) -> Iterator[str]:
        """Whole names, joined, of nearly the same letters, among those that start alike."""
        if not 6 <= len(compact) <= LONGEST_JOINED:
            return
        if self._buckets is None:
            self._buckets = defaultdict(list)
            for known in self.by_compact:
                if len(known) <= LONGEST_JOINED + 2:
                    self._buckets[known[:3], len(known)].append(known)
        starts = {compact[:3], compact[:1] + compact[2:4], compact[:2] + compact[3:4]}
        for start in starts:
            for length in range(len(compact) - 2, len(compact) + 3):
                bucket = self._buckets.get((start, length))
                if bucket:
                    near = process.extract(compact, bucket, scorer=OSA.distance, score_cutoff=2, limit=8)
                    yield from (known for known, _, _ in near if is_typo(compact, known))

    def is_word(self, word: str) -> bool:
        """Whether *word* is spelled as a word of the registry or of the vocabulary, or a city, or is made of such."""
        if word in self.postings or word in VOCABULARY:
            return True
        prefix = next((start for start in TRADE_PREFIXES if word.startswith(start)), "")
        return bool(prefix) and len(word) - len(prefix) >= 5 and word[len(prefix) :] in VOCABULARY


def _all_names(entity: Entity) -> Iterator[str]:
    for text in dict.fromkeys((entity.label, *entity.names)):
        yield text
        if "," in text and (shorter := _without_place(text, entity)):
            yield shorter
        if "(" in text and not is_remark(text):
            yield from other_names(text)


def _without_place(text: str, entity: Entity) -> str:
    """``Merck KGaA, Darmstadt (Germany)`` without what stands from its own city on; empty if it names none."""
    cities = {fold(city) for city in entity.cities}
    body, opening, bracket = text.partition("(")
    parts = body.split(",")
    for number, part in enumerate(parts[1:], start=1):
        if fold(part) in cities:
            return ",".join(parts[:number]) + (f" {opening}{bracket}" if opening else "")
    return ""
