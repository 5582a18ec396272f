"""Where a question in plain words is answered: the ready questions, examples, pictures, lists and pages that fit it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biokg.queries import catalogue
from biokg.web.asking import kept
from biokg.web.editor import examples
from biokg.web.facets import branches, kinds
from biokg.web.pictures import pictures
from biokg.web.query import competency
from biokg.web.searching import LITTLE
from biokg.web.wordindex import Entry, WordIndex, folded

SAME = {
    "walloon": "wallonia", "flemish": "flanders", "drug": "product", "candidate": "product", "company": "firm",
    "companies": "firm", "startup": "founded", "startups": "founded", "deal": "alliance", "deals": "alliance",
    "partnership": "alliance", "partnerships": "alliance", "pharma": "pharmaceutical", "big": "large",
    "spinoff": "spin", "spinoffs": "spin", "bankrupt": "insolvent", "csv": "download",
    "contradicts": "challenge", "contradict": "challenge", "against": "challenge",
}  # fmt: skip
"""What researchers say, and the word that questions here use for it."""
ENOUGH = 0.4
"""The share of a question's weight that an answer must hold to be offered."""


UNHEARD = 1.0
"""What a word weighs that stands in no answer: a name, a year."""
COMPETENCY = "competency question"
SECOND = 0.9
"""What a competency question counts for beside a ready question of the same words."""


@dataclass(frozen=True)
class Place:
    """A page that answers questions: how it reads, where it is, of what sort, and the words that lead to it."""

    title: str
    href: str
    sort: str
    words: str = ""


PAGES = (
    Place("What we do not know", "/data#coverage", "page", "coverage lacking unknown gaps missing silence not stated"),
    Place("Downloads of all tables and graphs", "/data#downloads", "page", "csv rdf turtle bulk export data files"),
    Place("The validation report", "/data/report", "page", "shacl quality errors checked"),
    Place("How to cite", "/data#cite", "page", "citation bibtex reference licence"),
    Place("Every criterion and how sure its answer is", "/pictures/intervals", "picture", "interval verdict"),
    Place("Do their alliances explain it? H2 with evidence for and against", "/hypotheses/H2", "hypothesis",
          "h2 alliances large pharma value contradicts challenge counter evidence answered"),
    Place("Did regional systems found firms? H1 with evidence for and against", "/hypotheses/H1", "hypothesis",
          "h1 regional innovation systems policy foundings contradicts challenge counter evidence answered"),
    Place("Are they integrated companies? H3 with evidence for and against", "/hypotheses/H3", "hypothesis",
          "h3 business models fully integrated contradicts challenge counter evidence answered"),
    Place("Do they apply open innovation? H4 with evidence for and against", "/hypotheses/H4", "hypothesis",
          "h4 open innovation contradicts challenge counter evidence answered"),
)  # fmt: skip


LISTED = {
    "organization": "firms companies universities investors partners large pharmaceutical alliances spin off founded",
    "alliance": "firms partners large pharmaceutical licences sources years",
    "policy": "measures support incentives years launched",
}
"""Words that lead to a list besides the names of its facets."""
REGIONS = "flanders wallonia brussels"


def places() -> Iterator[Place]:
    """Everything that answers questions, those of the catalogue first."""
    for query in catalogue().values():
        yield Place(query.question, f"/query/{query.name}", "ready question", f"{query.title} {query.name}")
    for query in competency().values():
        yield Place(query.question, f"/query/{query.name}", COMPETENCY, query.title)
    for example in examples():
        yield Place(example.title, example.asked.address, "example query")
    for name, picture in pictures().items():
        yield Place(picture.title, f"/pictures/{name}", "picture", picture.about)
    for name, kind in kinds().items():
        words = f"explore filter download {LISTED.get(name, '')} {' '.join(branches(kind))}"
        yield Place(f"A list of all: {kind.title.lower()}, to narrow down", f"/explore?kind={name}", "list", words)
    yield from PAGES


def answering(text: str, *, limit: int = 6) -> list[Place]:
    """The places that fit the question *text* best: those that hold the most of its rarer words."""
    wanted = _asked(text)
    if not wanted:
        return []
    held, index = _index()
    scores: dict[str, float] = defaultdict(float)
    weight = 0.0
    for word in wanted:
        entries = {n for like in index.words_like(word)[0] for n in index.postings[like]}
        worth = math.log((1 + len(held)) / (1 + len(entries))) if entries else UNHEARD
        weight += worth
        for href in {index.entries[n].iri for n in entries}:
            scores[href] += worth
    for href in scores:
        scores[href] *= SECOND if held[href].sort == COMPETENCY else 1.0
    ranked = sorted(scores.items(), key=lambda item: (-round(item[1], 6), len(held[item[0]].title), item[0]))
    return [held[href] for href, score in ranked if score >= ENOUGH * weight][:limit]


def _asked(text: str) -> list[str]:
    words = (word for word in folded(text).split() if word not in LITTLE)
    return list(dict.fromkeys(_stem(SAME.get(word, word)) for word in words))


def _stem(word: str) -> str:
    """*word* without the ending of its plural; words that begin with what is left are found.

    >>> [_stem(word) for word in ("universities", "university", "alliances", "gas")]
    ['universit', 'universit', 'alliance', 'gas']
    """
    ending = next((end for end in ("ies", "y", "s") if word.endswith(end)), "")
    return word.removesuffix(ending) if len(word) - len(ending) > 3 else word


def _index() -> tuple[dict[str, Place], WordIndex]:
    memory = kept("questions")
    if not memory:
        memory["places"] = {place.href: place for place in places()}
        memory["index"] = WordIndex.of(_entries(memory["places"].values()))
    return memory["places"], memory["index"]


def _entries(found: Iterable[Place]) -> Iterator[Entry]:
    for place in found:
        words = f"{place.title} {place.words}"
        words += f" {REGIONS}" if "region" in words else ""
        yield Entry(place.href, words, folded(words), True)
