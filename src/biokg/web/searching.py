"""Finding things by name and by what is said of them: accents, case and typing errors are forgiven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from biokg.terms import BASE, ID, ONTOLOGY, SCHEME
from biokg.web.asking import Value, kept, labels, terms
from biokg.web.links import words
from biokg.web.wordindex import Entry, WordIndex, excerpt, folded

__all__ = ["LITTLE", "Hit", "find", "folded", "index", "kind_of", "near", "thing_of"]

FEW = 5
"""With fewer hits than this, words that are spelled nearly so are looked for too."""
LITTLE = frozenset((
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "been", "between", "by", "can", "did", "do",
    "does", "each", "find", "for", "from", "get", "give", "given", "goes", "had", "happen", "happened", "has",
    "have", "how", "i", "in", "is", "it", "its", "list", "many", "me", "more", "most", "much", "new", "not", "of",
    "on", "one", "or", "our", "out", "show", "tell", "than", "that", "the", "their", "them", "there", "they",
    "this", "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why",
    "will", "with", "without", "you",
))  # fmt: skip
"""Words that say nothing of what is asked."""
PARTS = 8.0
"""How much less a part of a thing (a role, an event, a payment) counts than the thing."""


@dataclass(frozen=True)
class Hit:
    """A thing found, under which name or in which text, and how well it fits (100 = the same name)."""

    value: Value
    matched: str
    score: float
    kind: str
    snippet: tuple[str, str, str] | None = None


def index() -> WordIndex:
    """Every name and text in the graph, read once per version."""
    held = kept("names")
    if "all" not in held:
        held["all"] = WordIndex.of(_entry(row) for row in terms("names"))
    made: WordIndex = held["all"]
    return made


def _entry(row: dict[str, Any]) -> Entry:
    text = row["words"].value
    return Entry(row["thing"].value, text, folded(text), row["name"].value == "true")


def find(text: str, *, limit: int = 50, kind: str | None = None) -> list[Hit]:
    """The things whose names, or else texts, fit *text* best, best first; *kind* keeps one folder of IRIs."""
    wanted = folded(text).split()
    if not wanted:
        return []
    scored: dict[str, tuple[float, Entry]] = {}
    found, right = index().holding(wanted)
    _keep(scored, found, wanted, kind, 1.0 if right else 0.8)
    if len(scored) < FEW and len(wanted) > 1:
        _keep(scored, named_in(wanted), wanted, kind, 0.9)
    if len(scored) < FEW:
        _keep(scored, index().holding(wanted, nearly=True)[0], wanted, kind, 0.7)
    if not scored and len(wanted) > 1:
        for word in [word for word in wanted if word not in LITTLE] or wanted:
            _keep(scored, index().holding([word])[0], wanted, kind, 0.6)
    best = sorted(scored.items(), key=lambda item: (-item[1][0], len(item[1][1].words), item[0]))[:limit]
    names = labels(iri for iri, _ in best)
    return [_hit(iri, score, entry, names.get(iri), wanted) for iri, (score, entry) in best]


def named_in(wanted: Sequence[str]) -> dict[str, list[Entry]]:
    """The things whose whole name stands among the words *wanted*, as in a question; no parts or terms, and of
    names within one another the longest."""
    parts = {" ".join(wanted[at : at + long]) for long in range(1, 7) for at in range(len(wanted) - long + 1)}
    named = [e for e in index().entries if e.name and e.folded in parts and _is_thing(e.iri)]
    names = {entry.folded for entry in named}
    found: dict[str, list[Entry]] = {}
    for entry in named:
        if not any(entry.folded != name and f" {entry.folded} " in f" {name} " for name in names):
            found.setdefault(entry.iri, []).append(entry)
    return found


def _keep(
    scored: dict[str, tuple[float, Entry]],
    found: Mapping[str, Sequence[Entry]],
    wanted: list[str],
    kind: str | None,
    worth: float,
) -> None:
    for iri, entries in found.items():
        if kind is not None and not iri.startswith(f"{BASE}{kind}/"):
            continue
        fit, entry = max(((_score(" ".join(wanted), entry), entry) for entry in entries), key=lambda pair: pair[0])
        score = fit * worth - (PARTS if _is_part(iri) else 0.0)
        if score > scored.get(iri, (0.0, entry))[0]:
            scored[iri] = (score, entry)


def _hit(iri: str, score: float, entry: Entry, name: str | None, wanted: list[str]) -> Hit:
    label = name or (entry.words if entry.name else words(iri))
    snippet = None if entry.name else excerpt(entry.words, wanted)
    return Hit(Value(label, iri=iri), entry.words if entry.name else label, score, kind_of(iri), snippet)


def _score(wanted: str, entry: Entry) -> float:
    """How well *entry* fits the words *wanted*: a name before a text, the phrase before scattered words."""
    name = entry.folded
    if not entry.name:
        return 62.0 if f" {wanted}" in f" {name}" else 55.0
    if name == wanted:
        return 100.0
    if name.startswith(wanted):
        return 95.0
    if f" {wanted}" in f" {name}":
        return 90.0
    return 85.0 if all(f" {part}" in f" {name}" for part in wanted.split()) else 75.0


def thing_of(iri: str) -> str:
    """The thing of which *iri* names a part (a role, an event, a payment), or itself.

    >>> thing_of("https://w3id.org/biokg/id/alliance/a-b-2006/event/signing")
    'https://w3id.org/biokg/id/alliance/a-b-2006'
    """
    path = iri.removeprefix(ID).split("/") if iri.startswith(ID) else []
    return ID + "/".join(path[:2]) if len(path) > 2 else iri


def _is_thing(iri: str) -> bool:
    return iri.startswith(ID) and not _is_part(iri)


def _is_part(iri: str) -> bool:
    return thing_of(iri) != iri


def kind_of(iri: str) -> str:
    """What sort of thing an IRI names, from its place: ``organization``, ``alliance role``, ``alliance type`` …"""
    for base in (ID, SCHEME):
        if iri.startswith(base):
            path = iri.removeprefix(base).split("/")
            part = f" {path[2]}" if base == ID and len(path) > 3 else ""
            return (path[0] + part).replace("-", " ")
    return "ontology term" if iri.startswith(ONTOLOGY) else "other"


def near(iri: str, *, limit: int = 6) -> list[Value]:
    """Things whose IRI or name resembles *iri*, for a "did you mean"."""
    from rapidfuzz import fuzz, process

    wanted = iri.removeprefix(BASE)
    folder = wanted.rsplit("/", 1)[0]
    pool = sorted({e.iri for e in index().entries if e.iri.startswith(f"{BASE}{folder}/")})
    if not pool:
        return [hit.value for hit in find(words(iri), limit=limit)]
    tails = [p.removeprefix(BASE) for p in pool]
    best = process.extract(wanted, tails, scorer=fuzz.ratio, score_cutoff=60, limit=limit)
    names = labels(pool[at] for _, _, at in best)
    return [Value(names.get(pool[at]) or words(pool[at]), iri=pool[at]) for _, _, at in best]
