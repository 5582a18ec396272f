"""What the graph offers to reconcile with: things, types, properties, facts and identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from biokg.linking.names import fold
from biokg.linking.registry import Entity, graph_entities
from biokg.terms import BASE, ONTOLOGY, PREFIXES, RDF_TYPE, SCHEME, VIEWS

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode

    from biokg.store.base import Store

ORGANIZATION = "Organization"
IDENTIFIER = "identifier:"
"""Property ids that start so give identifiers in a registry: ``identifier:ror``."""

_CONCEPT = PREFIXES["skos"] + "Concept"


@dataclass(frozen=True, slots=True)
class Named:
    """A type or property: its short id and its name."""

    id: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a property. ``iri`` is set for resources, ``datatype`` for literals."""

    property: str
    text: str
    iri: str = ""
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True)
class Lexicon:
    """The names in the graph, read once per version; facts are asked when needed."""

    store: Store
    things: Mapping[str, tuple[Entity, ...]]
    types_of: Mapping[str, tuple[str, ...]]
    types: Mapping[str, Named]
    graphs: Sequence[str] = field(default=VIEWS["all"].graphs)

    @classmethod
    def of(cls, store: Store) -> Lexicon:
        """Read the names of all things from *store*."""
        graphs = VIEWS["all"].graphs
        names = {short_type(_text(row[0])): row for row in store.select(query("types"), default_graphs=graphs).rows}
        things: dict[str, tuple[Entity, ...]] = {ORGANIZATION: tuple(graph_entities(store, default_graphs=graphs))}
        types_of: dict[str, list[str]] = {entity.id: [ORGANIZATION] for entity in things[ORGANIZATION]}
        found: dict[str, dict[str, list[str]]] = {}
        for thing, kind, label, name in store.select(query("things"), default_graphs=graphs).rows:
            short = short_type(_text(kind))
            found.setdefault(short, {}).setdefault(_text(thing), [_text(label)]).append(_text(name))
        for short, held in found.items():
            for iri in held:
                types_of.setdefault(iri, []).append(short)
            things[short] = tuple(
                Entity(iri, all_[0], tuple(dict.fromkeys(all_))) for iri, all_ in sorted(held.items())
            )
        types = {
            short: Named(short, _text(names[short][1]), _text(names[short][2])) if short in names
            else Named(short, short.lower())
            for short in things
        }  # fmt: skip
        return cls(store, things, {iri: tuple(kinds) for iri, kinds in types_of.items()}, types, graphs)

    def facts(self, iri: str) -> list[Fact]:
        """What is said of *iri* directly, its identifiers in registries included."""
        found = []
        bindings = _bind("entity", iri)
        for prop, value, label in self.store.select(query("facts"), default_graphs=self.graphs, bindings=bindings).rows:
            found.append(_fact(short_property(_text(prop)), value, _text(label)))
        for row in self.store.select(query("identifiers"), default_graphs=self.graphs, bindings=bindings).rows:
            registry, identifier, record = _text(row[1]).rsplit("/", 1)[-1], _text(row[2]), _text(row[3])
            found.append(Fact(IDENTIFIER + registry, record or identifier))
        return _one_language(found)

    def properties(self, type_id: str | None) -> Iterator[Named]:
        """Properties that things of a type have, the commonest first, then identifiers in registries."""
        bindings = _bind("type", long_type(type_id)) if type_id else _bind("type", long_type(ORGANIZATION))
        rows = self.store.select(query("properties"), default_graphs=self.graphs, bindings=bindings).rows
        for prop, label, _ in rows:
            iri = _text(prop)
            if iri != RDF_TYPE:
                yield Named(short_property(iri), _text(label) or _words(short_property(iri)))
        if type_id in (None, ORGANIZATION):
            for registry in ("ror", "wikidata", "isni", "grid", "fundref", "lei"):
                yield Named(IDENTIFIER + registry, f"identifier in {registry.upper()}")

    def describe(self, entity: Entity) -> str:
        """A line that helps to tell namesakes apart."""
        kinds = ", ".join(self.types[kind].name for kind in self.types_of.get(entity.id, ()) if kind in self.types)
        return ", ".join(part for part in (kinds, entity.kind.replace("-", " "), entity.country) if part)


def query(name: str) -> str:
    """The text of one of this package's queries."""
    return (files("biokg.linking") / f"{name}.rq").read_text(encoding="utf-8")


def short_id(iri: str) -> str:
    """The id of a thing of ours as clients see it.

    >>> short_id("https://w3id.org/biokg/id/organization/vib")
    'id/organization/vib'
    """
    return iri.removeprefix(BASE)


def long_id(short: str) -> str:
    """The IRI of an id that a client sends, be it short or long."""
    return short if short.startswith(("http://", "https://")) else BASE + short.lstrip("/")


def short_type(iri: str) -> str:
    """``Organization`` for ``bkg:Organization``, ``Concept`` for ``skos:Concept``."""
    return "Concept" if iri == _CONCEPT else iri.removeprefix(ONTOLOGY)


def long_type(short: str) -> str:
    """The class that a short type id stands for."""
    if short == "Concept":
        return _CONCEPT
    return short if short.startswith("http") else ONTOLOGY + short


def short_property(iri: str) -> str:
    """``country`` for our own, ``rdfs:label`` for a well-known, the IRI for any other property."""
    if iri.startswith(ONTOLOGY):
        return iri[len(ONTOLOGY) :]
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def same_text(one: str, other: str) -> bool:
    """Whether two values read the same but for case, accents and punctuation."""
    return fold(one) == fold(other)


def _fact(prop: str, value: object | None, label: str) -> Fact:
    from pyoxigraph import NamedNode

    if isinstance(value, NamedNode):
        return Fact(prop, label or _words(value.value), iri=value.value)
    datatype = str(getattr(getattr(value, "datatype", None), "value", ""))
    return Fact(prop, _text(value), datatype=datatype, language=str(getattr(value, "language", None) or ""))


def _one_language(facts: list[Fact]) -> list[Fact]:
    """Each resource once, under its first label; literals as they are."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for fact in facts:
        key = (fact.property, fact.iri or fact.text)
        if key not in seen:
            seen.add(key)
            kept.append(fact)
    return kept


def _bind(name: str, iri: str) -> dict[str, NamedNode | Literal]:
    from pyoxigraph import NamedNode

    from biokg.errors import UsageError

    try:
        return {name: NamedNode(iri)}
    except ValueError:
        raise UsageError(f"{iri!r} is no IRI") from None


def _words(name: str) -> str:
    import re

    last = re.split(r"[/#:]", name.rstrip("/"))[-1]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).replace("-", " ").lower()


def _text(term: object | None) -> str:
    return str(getattr(term, "value", term)) if term is not None else ""


SCHEMA_SPACE = ONTOLOGY
IDENTIFIER_SPACE = BASE
__all__ = ["IDENTIFIER", "IDENTIFIER_SPACE", "ORGANIZATION", "SCHEMA_SPACE", "SCHEME", "Fact", "Lexicon", "Named"]
