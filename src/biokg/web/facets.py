"""Facets over the things of one kind: counts, selections, and what is not stated."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from biokg.errors import DeadlineExceeded, NotFound
from biokg.terms import LAYERS, ONTOLOGY
from biokg.web.asking import Value, header_of, kept, labels, terms, terms_of, value_of
from biokg.web.describe import SHORT, layer_of
from biokg.web.links import words
from biokg.web.searching import index, thing_of
from biokg.web.wordindex import folded

_FACET = re.compile(r'BIND\("([^"]+)" AS \?facet\)')
NOT_STATED = "not-stated"
ABSENCE = "stated absence of"
RANGE = re.compile(r"(\d{4})?\.\.(\d{4})?")
"""Years from and to, as the key of a choice."""
LIMIT = 400_000
"""Things, and values of a facet, that are read at most; beyond it the page says so."""
SECONDS = 1.5
"""Seconds of one request after which no further facet is begun; the page says which wait."""
COUNTING = 0.5
"""Seconds of processor time that counting may take in one request."""


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


@dataclass
class Held:
    """Everything of one kind: for each thing and facet the keys of its values; things in the order of their names.

    ``waiting`` are the facets that the time budget left out so far; the next request goes on with them.
    """

    things: dict[str, str]
    values: dict[str, dict[str, frozenset[str]]]
    names: dict[str, str]
    waiting: list[str] = field(default_factory=list)
    cut: bool = False
    """Whether there are more things or values than are read."""


@cache
def kinds() -> dict[str, Kind]:
    """All kinds, most asked-for first."""
    order = ("organization", "alliance", "policy", "cluster", "event", "practice", "observation", "evidence")
    found = {}
    for file in (files("biokg.web") / "queries" / "explore").iterdir():
        text = file.read_text(encoding="utf-8")
        header = header_of(text)
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


def held(kind: Kind, needed: Collection[str] = ()) -> Held:
    """The facet values of *kind*, read once per version and language, within :data:`SECONDS` at a time.

    The facets *needed* are read however long that takes.
    """
    from biokg.web.asking import language

    memory = kept("facets")
    key = (kind.name, language())
    if key not in memory:
        memory[key] = _things(kind)
    found: Held = memory[key]
    if found.waiting:
        _go_on(kind, found, needed)
    return found


def ready(kind: Kind) -> Held:
    """The facet values of *kind*, all of them, however long that takes."""
    return held(kind, branches(kind))


def _things(kind: Kind) -> Held:
    layers: dict[str, set[str]] = defaultdict(set)
    found = terms("members", kind=kind.class_iri, page=(LIMIT + 1, 0))
    for row in found[:LIMIT]:
        layer = layer_of(row["graph"].value)
        layers[row["thing"].value].update({layer.name} if layer and not layer.inferred else ())
    labelled = labels(layers)
    names = {thing: labelled.get(thing) or words(thing) for thing in layers}
    ordered = dict(sorted(names.items(), key=lambda item: (folded(item[1]), item[0])))
    values = {"layer": {t: frozenset(v) for t, v in layers.items() if v}}
    shown = {"true": "yes", "false": "no", **SHORT}
    return Held(ordered, values, shown, list(branches(kind)), len(found) > LIMIT)


def branches(kind: Kind) -> dict[str, str]:
    """For each facet of *kind* the query of it alone: the branches of its UNION, in order."""
    head, _, body = kind.text.partition("WHERE {\n")
    found: dict[str, str] = {}
    for line in body.splitlines():
        facet = _FACET.search(line)
        if facet is not None:
            part = line.strip().removeprefix("UNION ")
            before = found.get(facet[1])
            found[facet[1]] = f"{before}\n  UNION {part}" if before else part
    return {name: f"{head}WHERE {{ {part} }}\nLIMIT {LIMIT + 1}" for name, part in found.items()}


def _go_on(kind: Kind, found: Held, needed: Collection[str]) -> None:
    """Read the facets that wait, those *needed* first and all of them, others until the time is up."""
    began = time.monotonic()
    queries = branches(kind)
    for name in sorted(found.waiting, key=lambda name: name not in needed):
        if name not in needed and time.monotonic() - began > SECONDS:
            return
        try:
            values = _values(found, queries[name])
        except DeadlineExceeded:
            values = {}
            found.cut = True
        every = {**found.values, name: values} if values else found.values
        found.values = {f: every[f] for f in (*queries, "layer") if f in every}
        found.waiting = [waiting for waiting in found.waiting if waiting != name]


def _values(found: Held, query: str) -> dict[str, frozenset[str]]:
    raw: dict[str, Any] = {}
    values: dict[str, set[str]] = defaultdict(set)
    rows = terms_of(query, view=None, bindings={})
    for row in rows[:LIMIT]:
        key = row["value"].value
        raw[key] = row["value"]
        values[row["thing"].value].add(key)
    found.cut = found.cut or len(rows) > LIMIT
    names = labels(k for k, term in raw.items() if not hasattr(term, "datatype"))
    shown = {key: (value_of(term, names) or Value(key)).text for key, term in raw.items()}
    found.names = {**shown, **found.names}
    return {thing: frozenset(keys) for thing, keys in values.items()}


def select(of: Held, chosen: Mapping[str, list[str]], text: str = "") -> list[str]:
    """The things that have every chosen value (any of several of one facet) and fit *text*, in the order of names."""
    among = matching(of, text)
    having = [(of.values.get(facet, {}), keys) for facet, keys in _within(of, chosen).items()]
    things = of.things if among is None else among
    return [t for t in things if all(_has(own.get(t), keys) for own, keys in having)]


def matching(of: Held, text: str) -> list[str] | None:
    """The things that *text* finds by name or description, typing errors forgiven; ``None`` without a text."""
    wanted = folded(text).split()
    if not wanted:
        return None
    hits = {thing_of(iri) for iri in index().holding(wanted)[0]}
    if not hits & of.things.keys():
        hits = {thing_of(iri) for iri in index().holding(wanted, nearly=True)[0]}
    return [thing for thing in of.things if thing in hits]


def _within(of: Held, chosen: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """*chosen* with every range of years (``1997..2004``, either end may be open) as the years there are in it."""
    return {name: [key for given in keys for key in _years(of, name, given)] for name, keys in chosen.items()}


def _years(of: Held, name: str, given: str) -> list[str]:
    ends = RANGE.fullmatch(given)
    if ends is None:
        return [given]
    low, high = int(ends[1] or 0), int(ends[2] or 9999)
    known = {key for own in of.values.get(name, {}).values() for key in own if key.isdigit()}
    return sorted(key for key in known if low <= int(key) <= high) or [given]


def _has(own: frozenset[str] | None, keys: list[str]) -> bool:
    return any((key == NOT_STATED and not own) or (own is not None and key in own) for key in keys)


def facets(of: Held, chosen: Mapping[str, list[str]], text: str = "") -> tuple[list[Facet], bool]:
    """Every facet with counts under the other facets' choices, so that a count is what a click brings.

    Also whether all things were counted: counting ends after :data:`COUNTING` seconds of the processor.
    """
    counts, whole = _counted(of, _within(of, chosen), matching(of, text))
    made = []
    for name in of.values:
        own = counts[name]
        keys = [key for key in own if own[key] or key in chosen.get(name, ())]
        timed = bool(keys) and all(k.isdigit() for k in keys if k != NOT_STATED)
        choices = [
            Choice(k, "not stated" if k == NOT_STATED else of.names.get(k, k), own[k], k in chosen.get(name, ()))
            for k in sorted(keys, key=lambda k: _order(k, own[k], of.names.get(k) or k, timed))
        ]
        if choices:
            made.append(Facet(name, choices, timed))
    return made, whole


def _counted(
    of: Held, chosen: Mapping[str, list[str]], among: list[str] | None
) -> tuple[dict[str, Counter[str]], bool]:
    """One pass over the things: what fails no choice counts everywhere, what fails one facet counts for that one."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in of.values}
    own = {name: of.values[name] for name in of.values}
    wanted = [(name, own.get(name, {}), keys) for name, keys in chosen.items()]
    began = time.thread_time()
    for number, thing in enumerate(of.things if among is None else among):
        if number % 512 == 511 and time.thread_time() - began > COUNTING:
            return counts, False
        failed = [name for name, values, keys in wanted if not _has(values.get(thing), keys)]
        if len(failed) < 2:
            for name in failed or own:
                if name in counts:
                    counts[name].update(own[name].get(thing) or (() if name == ABSENCE else (NOT_STATED,)))
    return counts, True


def _order(key: str, count: int, text: str, timed: bool) -> tuple[Any, ...]:
    if key == NOT_STATED:
        return (1, 0, "")
    if key in LAYERS:
        return (0, LAYERS.index(key), "")
    return (0, int(key), "") if timed else (0, -count, text)
