"""Facets over the things of one kind: counts, selections, and what is not stated."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from biokg.errors import NotFound
from biokg.terms import LAYERS, ONTOLOGY
from biokg.web.asking import Value, kept, labels, terms, terms_of, value_of
from biokg.web.describe import SHORT, layer_of
from biokg.web.searching import folded

_FACET = re.compile(r'BIND\("([^"]+)" AS \?facet\)')
NOT_STATED = "not-stated"
ABSENCE = "stated absence of"
LIMIT = 400_000
"""Facet values counted at most; beyond it the page says that counting stopped."""


@dataclass(frozen=True)
class Kind:
    """One kind of thing to explore, from the header of `queries/explore/<name>.rq`."""

    name: str
    title: str
    class_iri: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One value of a facet: its key in addresses, how it reads, how many things have it."""

    key: str
    text: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One facet with its choices; a facet of years is kept in time order."""

    name: str
    choices: list[Choice]
    timed: bool


@dataclass(frozen=True)
class Held:
    """Everything of one kind: for each thing and facet the keys of its values."""

    things: dict[str, str]
    values: dict[str, dict[str, frozenset[str]]]
    names: dict[str, str]
    stopped: bool


@cache
def kinds() -> dict[str, Kind]:
    """All kinds, most asked-for first."""
    order = ("organization", "alliance", "policy", "cluster", "event", "practice", "observation", "evidence")
    found = {}
    for file in (files("biokg.web") / "queries" / "explore").iterdir():
        text = file.read_text(encoding="utf-8")
        header = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
        name = file.name.removesuffix(".rq")
        found[name] = Kind(name, header["title"], ONTOLOGY + header["class"], text)
    rank = {name: at for at, name in enumerate(order)}
    return dict(sorted(found.items(), key=lambda item: (rank.get(item[0], 99), item[0])))


def kind_named(name: str) -> Kind:
    """The kind called *name*; raises NotFound listing them."""
    found = kinds().get(name)
    if found is None:
        raise NotFound(f"there is no kind {name!r} to explore", fix="the kinds are " + ", ".join(kinds()))
    return found


def held(kind: Kind) -> Held:
    """The facet values of *kind*, read once per version and language."""
    from biokg.web.asking import language

    memory = kept("facets")
    key = (kind.name, language())
    if key not in memory:
        memory[key] = _read(kind)
    found: Held = memory[key]
    return found


def _read(kind: Kind) -> Held:
    things: dict[str, set[str]] = defaultdict(set)
    for row in terms("members", kind=kind.class_iri):
        layer = layer_of(row["graph"].value)
        things[row["thing"].value].update({layer.name} if layer and not layer.inferred else ())
    values: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in _FACET.findall(kind.text)}
    found = terms_of(kind.text, view=None, bindings={})
    raw: dict[str, Any] = {}
    for row in found[:LIMIT]:
        key = row["value"].value
        raw[key] = row["value"]
        values[row["facet"].value][row["thing"].value].add(key)
    names = labels([*things, *(k for k, term in raw.items() if not hasattr(term, "datatype"))])
    shown = {key: (value_of(term, names) or Value(key)).text for key, term in raw.items()}
    shown |= {"true": "yes", "false": "no", **SHORT}
    frozen = {f: {t: frozenset(v) for t, v in of.items()} for f, of in values.items() if of}
    frozen["layer"] = {t: frozenset(v) for t, v in things.items() if v}
    from biokg.web.links import words

    return Held({t: names.get(t) or words(t) for t in things}, frozen, shown, len(found) > LIMIT)


def select(of: Held, chosen: Mapping[str, list[str]], text: str = "") -> list[str]:
    """The things that have every chosen value (any of several of one facet) and *text* in their name."""
    wanted = folded(text)
    things = [t for t, name in of.things.items() if not wanted or wanted in folded(name)]
    for facet, keys in chosen.items():
        having = of.values.get(facet, {})
        things = [t for t in things if _has(having.get(t), keys)]
    return sorted(things, key=lambda t: (folded(of.things[t]), t))


def _has(own: frozenset[str] | None, keys: list[str]) -> bool:
    return any((key == NOT_STATED and not own) or (own is not None and key in own) for key in keys)


def facets(of: Held, chosen: Mapping[str, list[str]], text: str = "") -> list[Facet]:
    """Every facet with counts under the other facets' choices, so that a count is what a click brings."""
    made = []
    for name in of.values:
        others = {f: keys for f, keys in chosen.items() if f != name}
        counts: Counter[str] = Counter()
        for thing in select(of, others, text):
            counts.update(of.values[name].get(thing) or ([] if name == ABSENCE else [NOT_STATED]))
        keys = [key for key in counts if counts[key] or key in chosen.get(name, ())]
        timed = bool(keys) and all(k.isdigit() for k in keys if k != NOT_STATED)
        choices = [
            Choice(k, "not stated" if k == NOT_STATED else of.names.get(k, k), counts[k], k in chosen.get(name, ()))
            for k in sorted(keys, key=lambda k: _order(k, counts[k], of.names.get(k) or k, timed))
        ]
        if choices:
            made.append(Facet(name, choices, timed))
    return made


def _order(key: str, count: int, text: str, timed: bool) -> tuple[Any, ...]:
    if key == NOT_STATED:
        return (1, 0, "")
    if key in LAYERS:
        return (0, LAYERS.index(key), "")
    return (0, int(key), "") if timed else (0, -count, text)
