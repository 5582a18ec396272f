"""Finding things by name: accents, case and typing errors are forgiven."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from biokg.terms import BASE, ID, ONTOLOGY, SCHEME
from biokg.web.asking import Value, kept, labels, terms
from biokg.web.links import words


@dataclass(frozen=True)
class Entry:
    """One name of one thing."""

    iri: str
    name: str
    folded: str


@dataclass(frozen=True)
class Hit:
    """A thing found, under which name, and how well it fits (100 = the same)."""

    value: Value
    matched: str
    score: float
    kind: str


def folded(text: str) -> str:
    """*text* without accents and case, one space between words.

    >>> folded("Université de Liège")
    'universite de liege'
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare.casefold()).split())


def index() -> list[Entry]:
    """Every name in the graph, read once per version."""
    held = kept("names")
    if "all" not in held:
        found = ((row["thing"].value, row["name"].value) for row in terms("names"))
        held["all"] = [Entry(iri, name, folded(name)) for iri, name in found]
    entries: list[Entry] = held["all"]
    return entries


def find(text: str, *, limit: int = 50, kind: str | None = None) -> list[Hit]:
    """The things whose names fit *text* best, best first; *kind* keeps one folder (``id/organization``)."""
    wanted = folded(text)
    if not wanted:
        return []
    scored: dict[str, tuple[float, str]] = {}
    entries = [e for e in index() if kind is None or e.iri.startswith(f"{BASE}{kind}/")]
    for entry in entries:
        score = _score(wanted, entry.folded)
        if score and score > scored.get(entry.iri, (0.0, ""))[0]:
            scored[entry.iri] = (score, entry.name)
    if len(scored) < 5:
        _forgive(wanted, entries, scored)
    best = sorted(scored.items(), key=lambda item: (-item[1][0], len(item[1][1]), item[0]))[:limit]
    names = labels(iri for iri, _ in best)
    return [Hit(Value(names.get(iri) or name, iri=iri), name, score, kind_of(iri)) for iri, (score, name) in best]


def _score(wanted: str, name: str) -> float:
    if name == wanted:
        return 100.0
    if name.startswith(wanted):
        return 95.0
    if f" {wanted}" in f" {name}":
        return 90.0
    parts = wanted.split()
    if len(parts) > 1 and all(f" {part}" in f" {name}" for part in parts):
        return 85.0
    return 75.0 if len(wanted) > 2 and wanted in name else 0.0


def _forgive(wanted: str, entries: list[Entry], scored: dict[str, tuple[float, str]]) -> None:
    from rapidfuzz import fuzz, process

    for _, score, at in process.extract(
        wanted, [e.folded for e in entries], scorer=fuzz.WRatio, score_cutoff=72, limit=30
    ):
        entry = entries[at]
        long_enough = len(entry.folded) >= min(4, len(wanted))
        if long_enough and score * 0.8 > scored.get(entry.iri, (0.0, ""))[0]:
            scored[entry.iri] = (score * 0.8, entry.name)


def kind_of(iri: str) -> str:
    """What sort of thing an IRI names, from its place: ``organization``, ``alliance-type`` …"""
    for base in (ID, SCHEME):
        if iri.startswith(base):
            return iri.removeprefix(base).split("/")[0].replace("-", " ")
    return "ontology term" if iri.startswith(ONTOLOGY) else "other"


def near(iri: str, *, limit: int = 6) -> list[Value]:
    """Things whose IRI or name resembles *iri*, for a "did you mean"."""
    from rapidfuzz import fuzz, process

    wanted = iri.removeprefix(BASE)
    folder = wanted.rsplit("/", 1)[0]
    pool = sorted({e.iri for e in index() if e.iri.startswith(f"{BASE}{folder}/")})
    if not pool:
        return [hit.value for hit in find(words(iri), limit=limit)]
    tails = [p.removeprefix(BASE) for p in pool]
    best = process.extract(wanted, tails, scorer=fuzz.ratio, score_cutoff=60, limit=limit)
    names = labels(pool[at] for _, _, at in best)
    return [Value(names.get(pool[at]) or words(pool[at]), iri=pool[at]) for _, _, at in best]
