"""What the pages of the ontology show: its modules as diagrams, its terms with use and questions, its changes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from biokg.terms import GRAPH, ONTOLOGY, PREFIXES
from biokg.web.asking import Row, Value, kept, language, rows, terms
from biokg.web.drawing.classes import Card, Diagram, Entry, layout

SKOS, RDFS, XSD = PREFIXES["skos"], PREFIXES["rdfs"], PREFIXES["xsd"]
STATUS = "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"
MODULE = ONTOLOGY + "module/"
ANYTHING = "anything"
KINDS = {
    XSD + "string": "text",
    XSD + "boolean": "true or false",
    XSD + "decimal": "number",
    XSD + "integer": "whole number",
    SKOS + "Concept": "a code",
}
"""How ranges read that are no class of ours."""
SAMPLE = 6


@dataclass(frozen=True)
class Property:
    """A property of the ontology with what it relates."""

    value: Value
    kind: str
    module: str
    domain: Value | None
    range: Value | None
    inverse: Value | None

    @property
    def leads_to(self) -> str:
        """What it leads to, in words."""
        if self.range is None:
            return "" if self.kind == "attribute" else ANYTHING
        return KINDS.get(self.range.iri or "") or name_of(self.range)


@dataclass
class Class:
    """A class of the ontology with its module, its parents and its children."""

    value: Value
    module: str
    parents: list[Value] = field(default_factory=list)
    children: list[Value] = field(default_factory=list)


def name_of(value: Value) -> str:
    """The name by which data calls the term in English, its label in the other languages."""
    iri = value.iri or ""
    return iri.removeprefix(ONTOLOGY) if iri.startswith(ONTOLOGY) and language() == "en" else value.text


def classes() -> dict[str, Class]:
    """All classes by IRI, with parents and children."""
    memory = kept("classes " + language())
    if not memory:
        for row in rows("ontology/classes"):
            value, module = row["class"], row["module"]
            if value is not None and value.iri is not None and module is not None:
                held = memory.setdefault(value.iri, Class(value, module.iri or ""))
                held.parents += [row["parent"]] if row["parent"] else []
        for held in list(memory.values()):
            for parent in held.parents:
                memory[parent.iri].children.append(held.value)
    return memory


def properties() -> dict[str, Property]:
    """All properties by IRI."""
    memory = kept("properties " + language())
    if not memory:
        for row in rows("ontology/properties"):
            value, kind, module = row["property"], row["kind"], row["module"]
            if value is not None and value.iri is not None and kind is not None and module is not None:
                found = Property(value, kind.text, module.iri or "", row["domain"], row["range"], row["inverse"])
                memory.setdefault(value.iri, found)
    return memory


def restrictions() -> list[Property]:
    """What every member of a class is related to, each as a property of just that class."""
    every = properties()
    found = []
    for row in rows("ontology/restrictions"):
        owner, prop, filler = row["class"], row["property"], row["filler"]
        if owner is not None and prop is not None and prop.iri in every and filler is not None:
            found.append(replace(every[prop.iri], domain=owner, range=filler))
    return found


def _card(value: Value, *, own: bool, parents: Iterable[Value] = ()) -> Card:
    return Card(
        value.iri or value.text, name_of(value), value.href, own=own, parents=tuple(p.iri for p in parents if p.iri)
    )


def _entry(held: Property) -> Entry:
    target = held.range.iri if held.range and held.range.iri in classes() else None
    return Entry(name_of(held.value), held.leads_to, held.value.href, target=target, faint=held.kind != "relation")


def _draw(own: Iterable[Class], shown: Iterable[Property]) -> Diagram:
    """Cards for *own* classes, for those that *shown* properties join, and one for what is said of anything."""
    known = classes()
    cards = {c.value.iri or "": _card(c.value, own=True, parents=c.parents) for c in own}

    def other(iri: str) -> Card:
        return cards.setdefault(iri, _card(known[iri].value, own=False))

    for key in [p for card in cards.values() for p in card.parents]:
        other(key)
    for held in sorted(shown, key=lambda p: (p.kind != "relation", (p.value.iri or "").lower())):
        domain = held.domain.iri if held.domain else None
        if domain in known:
            card = other(str(domain))
        else:
            card = cards.setdefault(ANYTHING, Card(ANYTHING, "said of things of several kinds", own=False))
        card.entries.append(_entry(held))
        if held.range and held.range.iri in known:
            other(held.range.iri or "")
    return layout(cards.values())


def module_diagram(module: str) -> Diagram:
    """The classes and properties of *module*; those of other modules that it touches are dashed."""
    own = [c for c in classes().values() if c.module == module]
    shown = [p for p in properties().values() if p.module == module]
    ends = {(p.domain.iri, p.value.iri) for p in shown if p.domain}
    inside = {c.value.iri for c in own}
    more = [
        p for p in restrictions() if p.domain and p.domain.iri in inside and (p.domain.iri, p.value.iri) not in ends
    ]
    return _drawn("module " + module, own, shown + more)


def relations_diagram() -> Diagram:
    """Every relation between two classes of the ontology, with the classes that it joins."""
    joined = class_relations()
    ties = {(p.domain.iri, p.value.iri) for p in joined if p.domain}
    known = classes()
    joined += [
        p
        for p in restrictions()
        if p.domain and p.range and p.range.iri in known and (p.domain.iri, p.value.iri) not in ties
    ]
    ends = {v.iri for p in joined for v in (p.domain, p.range) if v}
    return _drawn("relations", [c for iri, c in classes().items() if iri in ends], joined)


def _drawn(key: str, own: list[Class], shown: list[Property]) -> Diagram:
    memory = kept("diagrams " + language())
    if key not in memory:
        memory[key] = _draw(own, shown)
    found: Diagram = memory[key]
    return found


def class_relations() -> list[Property]:
    """The relations whose domain and range are both classes of the ontology."""
    known = classes()
    return [p for p in properties().values() if p.domain and p.range and p.domain.iri in known and p.range.iri in known]


def overview_diagram() -> Diagram:
    """The modules, each with how much it holds, and which builds on which."""
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for held in classes().values():
        count[held.module][0] += 1
    for prop in properties().values():
        count[prop.module][1] += 1
    built_on: dict[str, list[str]] = defaultdict(list)
    for row in terms("ontology/imports"):
        built_on[row["module"].value].append(row["imported"].value)
    cards = []
    for module, (n, m) in count.items():
        said = Entry(f"{n} classes, {m} properties", "", faint=True)
        nearest = {a for a in built_on[module] if not any(a in built_on[b] for b in built_on[module])}
        name = module.removeprefix(MODULE).replace("-", " ")
        cards.append(Card(module, name, Value(name, iri=module).href, entries=[said], parents=tuple(sorted(nearest))))
    return layout(cards)


@dataclass(frozen=True)
class Found:
    """A term that a search found."""

    value: Value
    sort: str
    definition: str


def search(text: str) -> list[Found]:
    """Terms, concepts and lists by name in any language or by definition, the best first."""
    wanted = re.sub(r"\s+", " ", text.strip().lower())
    ranked = []
    for row in rows("ontology/search"):
        term, sort, definition = row["term"], row["sort"], row["definition"]
        if term is None or term.iri is None or sort is None or not wanted:
            continue
        last = term.iri.rsplit("/", 1)[-1]
        names = [name.lower() for name in (row["names"].text if row["names"] else "").split("|")]
        names += [last.lower(), re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).lower().replace("-", " ")]
        said = definition.text if definition else ""
        rank = _rank(wanted.removeprefix("bkg:"), names, said.lower())
        if rank is not None:
            ranked.append(
                (rank, sort.text in ("concept", "list"), term.text.lower(), term.iri, Found(term, sort.text, said))
            )
    return [found for *_, found in sorted(ranked, key=lambda r: r[:4])]


def _rank(wanted: str, names: list[str], definition: str) -> int | None:
    tests = (
        any(wanted == name for name in names),
        any(name.startswith(wanted) for name in names),
        any(wanted in name for name in names),
        all(any(word in name for name in names) for word in wanted.split()),
        all(word in definition or any(word in name for name in names) for word in wanted.split()),
    )
    return next((rank for rank, held in enumerate(tests) if held), None)


@dataclass(frozen=True)
class Change:
    """One version in the change log: its heading and what it says, paragraph by paragraph."""

    version: str
    lines: tuple[str, ...]


def changes(ontology_folder: Path) -> list[Change]:
    """The versions that `CHANGES.md` tells of, newest first."""
    text = (ontology_folder / "CHANGES.md").read_text(encoding="utf-8")
    parts = re.split(r"^## +", text, flags=re.MULTILINE)[1:]
    return [Change(part.partition("\n")[0].strip(), _paragraphs(part.partition("\n")[2])) for part in parts]


def _paragraphs(text: str) -> tuple[str, ...]:
    blocks = re.split(r"\n\s*\n|\n(?=- )", text.strip())
    return tuple(" ".join(block.split()).removeprefix("- ") for block in blocks if block.strip())


@dataclass(frozen=True)
class Use:
    """How much of the data uses a term: in all and by graph, by kind of thing, and a few cases."""

    total: int
    by_graph: list[tuple[str, int]]
    groups: list[Row]
    values: list[Row]
    sample: list[Row]


def use_of(iri: str) -> Use:
    """The use of the class or property *iri* in the published graph."""
    a_class = iri in classes()
    total = int(terms("ontology/class_count" if a_class else "ontology/property_count", this=iri)[0]["count"].value)
    counted = terms("ontology/class_use" if a_class else "ontology/property_use", this=iri)
    by_graph = [
        (row["graph"].value.removeprefix(GRAPH), int((row.get("things") or row["statements"]).value)) for row in counted
    ]
    groups = rows("ontology/class_properties" if a_class else "ontology/property_subjects", this=iri)
    values = [] if a_class else rows("ontology/property_values", this=iri)
    sample = rows("ontology/class_things" if a_class else "ontology/property_statements", this=iri, page=(SAMPLE, 0))
    return Use(total, by_graph, groups, values, sample)
