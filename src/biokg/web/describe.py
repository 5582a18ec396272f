"""What a page about one thing says: statements with their sources, conflicts, incoming relations, panels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from biokg.terms import BASE, GRAPH, LAYERS, ONTOLOGY, PREFIXES, RDF_TYPE, RDFS_LABEL
from biokg.web.asking import Row, Value, header_of, kept, labelled, labels, rows, terms, terms_of, value_of
from biokg.web.links import words
from biokg.web.reading_order import in_reading_order

SKOS = PREFIXES["skos"]
UNNAMED = BASE + ".well-known/genid/"
RESTRICTIONS = {
    "someValuesFrom": "some",
    "allValuesFrom": "only",
    "hasValue": "is",
    "minCardinality": "at least",
    "maxCardinality": "at most",
    "cardinality": "exactly",
    "minQualifiedCardinality": "at least",
    "maxQualifiedCardinality": "at most",
    "qualifiedCardinality": "exactly",
}
"""How the parts of an OWL restriction read."""
HIDDEN = {RDFS_LABEL, RDF_TYPE, ONTOLOGY + "statedIn"}
SHOWN_BELOW = {
    ONTOLOGY + name
    for name in (
        "hasEvent",
        "hasState",
        "participatesIn",
        "playsRole",
        "hasParticipant",
        "allianceType",
        "hasRole",
        "hasPayment",
    )
}
"""What the panels show with more detail; the RDF formats hold it."""
IDENTITY = {
    PREFIXES["owl"] + "sameAs",
    *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
}


@dataclass(frozen=True)
class Layer:
    """Which graph says something, as a small mark."""

    name: str
    short: str
    title: str
    inferred: bool = False


@dataclass
class Statement:
    """One object of a property: the value, the layers that say it, the numbers of its sources."""

    value: Value
    layers: list[Layer] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A document that was read: its page here, and its own address where it has one on the web."""

    value: Value
    address: str | None

    @property
    def host(self) -> str:
        """The address without scheme, shortened in the middle of a long path."""
        bare = (self.address or "").split("://", 1)[-1].removeprefix("www.").rstrip("/")
        return bare if len(bare) < 64 else f"{bare[:44]}…{bare[-16:]}"


@dataclass(frozen=True)
class Source:
    """One source statement, numbered on the page like a footnote."""

    number: int
    statement: Value
    asserts: tuple[str, ...]
    kind: Value | None
    layer: Layer | None
    table: Value | None
    row: str | None
    locator: str | None
    note: str | None
    documents: tuple[Document, ...]
    works: tuple[Value, ...]


@dataclass(frozen=True)
class Panel:
    """A table about the thing, from one file of `queries/panels/<class>/`."""

    title: str
    note: str | None
    columns: tuple[str, ...]
    rows: list[Row]
    slug: str


@dataclass(frozen=True)
class Incoming:
    """The things that point here with one property."""

    property: Value
    count: int
    subjects: list[Value]
    page: int
    pages: int


SHORT = {"dissertation": "dissertation", "public-to-2016": "public, to 2016", "public-after-2016": "public, after 2016"}


def layer_of(graph: str) -> Layer | None:
    """The layer mark of a named graph; ``None`` for ontology, schemes and the like, which need none."""
    name = graph.removeprefix(GRAPH)
    inferred = name.startswith("inferred/")
    layer = name.removeprefix("inferred/")
    if layer not in LAYERS:
        return None
    title = f"inferred from the layers up to: {SHORT[layer]}" if inferred else f"stated in layer: {SHORT[layer]}"
    return Layer(layer, f"inferred · {SHORT[layer]}" if inferred else SHORT[layer], title, inferred)


def sources_of(iri: str) -> list[Source]:
    """The source statements of *iri*, numbered in the order of their table and row."""
    found: dict[str, dict[str, Any]] = {}
    for row in terms("sources", this=iri):
        held = found.setdefault(row["statement"].value, {**row, "properties": []})
        if row["asserts"] is not None:
            held["properties"].append(row["asserts"].value)
    iris: set[str] = set(found)
    for row in found.values():
        for key in ("documents", "works"):
            row[f"{key}_"] = row[key].value.split() if row[key] is not None else []
            iris.update(text.partition("|")[0] for text in row[f"{key}_"])
        iris.update(row[key].value for key in ("kind", "layer", "table") if row[key] is not None)
    names = labels(iris)
    return [_source(n, key, row, names) for n, (key, row) in enumerate(sorted(found.items()), start=1)]


def _source(number: int, iri: str, row: dict[str, Any], names: dict[str, str]) -> Source:
    def text(key: str) -> str | None:
        return row[key].value if row[key] is not None else None

    layer = text("layer")
    return Source(
        number=number,
        statement=Value(names.get(iri) or words(iri), iri=iri),
        asserts=tuple(row["properties"]),
        kind=value_of(row["kind"], names),
        layer=layer_of(GRAPH + layer.rsplit("/", 1)[-1]) if layer else None,
        table=value_of(row["table"], names),
        row=text("row"),
        locator=text("locator"),
        note=text("note"),
        documents=tuple(
            Document(Value(names.get(d) or words(d), iri=d), address if address.startswith("http") else None)
            for d, _, address in (pair.partition("|") for pair in row["documents_"])
        ),
        works=tuple(Value(names.get(w) or words(w), iri=w) for w in row["works_"]),
    )


def statements_of(
    iri: str, sources: list[Source]
) -> tuple[list[Value], list[tuple[Value, list[Statement]]], list[Row]]:
    """Types, statements by property in reading order, and identity links of *iri*."""
    found = terms("statements", this=iri)
    shown = labelled(found)
    types: dict[str, Value] = {}
    shown = [_readable(row) for row in shown]
    by_property: dict[str, tuple[Value, dict[tuple[Any, ...], Statement]]] = {}
    identity: list[Row] = []
    for raw, row in zip(found, shown, strict=True):
        prop, value = row["property"], row["object"]
        if prop is None or value is None or prop.iri is None:
            continue
        if prop.iri == RDF_TYPE and value.iri:
            types.setdefault(value.iri, value)
        if prop.iri in IDENTITY and value.outside:
            identity.append({"kind": prop, "link": value})
        elif prop.iri not in HIDDEN | SHOWN_BELOW:
            held = by_property.setdefault(prop.iri, (prop, {}))[1]
            statement = held.setdefault((value.iri, value.text, value.lang, value.datatype), Statement(value))
            layer = layer_of(raw["graph"].value)
            if layer and layer not in statement.layers:
                statement.layers.append(layer)
    grouped = []
    specific = _most_specific(types)
    classes = [c for v in specific if v.iri for c in (v.iri, *superclasses(v.iri))]
    for name in in_reading_order(by_property, classes):
        prop, held = by_property[name]
        for statement in held.values():
            _mark_statement(statement, name, sources)
        grouped.append((prop, list(held.values())))
    return specific, grouped, identity


def _readable(row: Row) -> Row:
    """*row* with a restriction of the ontology in words, where its object is one."""
    value = row["object"]
    if value is None or value.iri is None or not value.iri.startswith(UNNAMED):
        return row
    parts = {key: v for r in rows("restriction", this=value.iri) for key, v in r.items() if v is not None}
    if "property" not in parts:
        return {**row, "object": Value("an unnamed class or list", iri=value.iri)}
    how = RESTRICTIONS.get((parts["kind"].iri or "").rpartition("#")[2], "") if "kind" in parts else ""
    said = [parts["property"].text, how, parts["filler"].text if "filler" in parts else ""]
    said += [parts["of"].text] if "of" in parts else []
    return {**row, "object": Value(" ".join(filter(None, said)), iri=value.iri)}


def single_layer(grouped: list[tuple[Value, list[Statement]]]) -> Layer | None:
    """The layer that says everything on the page, if there is just one; then it need not stand at every line."""
    found = {layer for _, statements in grouped for s in statements for layer in s.layers}
    return found.pop() if len(found) == 1 else None


def _mark_statement(statement: Statement, prop: str, sources: list[Source]) -> None:
    stated = [layer for layer in statement.layers if not layer.inferred]
    if statement.layers and not stated:
        return
    if stated:
        statement.layers = [layer for layer in statement.layers if not layer.inferred]
    names = {layer.name for layer in stated}
    exact = [s for s in sources if prop in s.asserts]
    general = [s for s in sources if not s.asserts]
    candidates = exact or general
    same = [s for s in candidates if s.layer and s.layer.name in names]
    statement.marks = [s.number for s in (same or candidates)][:6]


def _most_specific(types: dict[str, Value]) -> list[Value]:
    ours = [v for iri, v in types.items() if iri.startswith(ONTOLOGY)]
    general = {iri for v in ours for iri in superclasses(v.iri or "")}
    return [v for v in ours if v.iri not in general] or list(types.values())


def superclasses(iri: str) -> list[str]:
    """The proper superclasses of *iri*, nearest first."""
    memory = kept("superclasses")
    if iri not in memory:
        memory[iri] = [row["super"].value for row in terms("superclasses", this=iri)]
    found: list[str] = memory[iri]
    return found


@cache
def _panel_files() -> dict[str, list[tuple[str, str]]]:
    root = files("biokg.web") / "queries" / "panels"
    return {
        folder.name: sorted((f.name, f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".rq"))
        for folder in root.iterdir()
        if folder.is_dir()
    }


def panels_of(iri: str, types: list[Value]) -> list[Panel]:
    """The tables that the classes of *iri* and their superclasses bring; empty tables are left out."""
    classes = dict.fromkeys(c for t in types if t.iri for c in (t.iri, *superclasses(t.iri)))
    shown = []
    for name in (c.removeprefix(ONTOLOGY) for c in classes):
        for filename, text in _panel_files().get(name, ()):
            found = labelled(terms_of(text, view=None, bindings={"this": iri}))
            if found:
                shown.append(_panel(filename, text, found))
    return shown


def _panel(filename: str, text: str, found: list[Row]) -> Panel:
    header = header_of(text)
    used = Counter(key for row in found for key, v in row.items() if v is not None)
    always = {"year", *header.get("always", "").split()}
    columns = tuple(key for key in found[0] if used[key] or key in always)
    merged: dict[tuple[Any, ...], Row] = {}
    for row in found:
        key = tuple((row[c].iri, row[c].text) if row[c] else None for c in columns if c != "source")  # type: ignore[union-attr]
        merged.setdefault(key, row)
    slug = filename.removesuffix(".rq").split("-", 1)[-1]
    return Panel(header.get("title", words(slug)), header.get("note"), columns, list(merged.values()), slug)


def incoming_of(iri: str, *, only: str | None, page: int, size: int = 25) -> list[Incoming]:
    """What points at *iri*, by property; *page* (from 1) turns the pages of property *only*."""
    groups = []
    for row in labelled(terms("incoming_groups", this=iri)):
        prop, n = row["property"], row["n"]
        if prop is None or n is None or prop.iri is None or prop.iri == ONTOLOGY + "statedIn":
            continue
        count = int(n.text)
        pages = -(-count // size)
        at = min(max(page, 1), pages) if only == prop.iri else 1
        found = rows("incoming", this=iri, property=prop.iri, page=(size, (at - 1) * size))
        groups.append(Incoming(prop, count, [r["subject"] for r in found if r["subject"]], at, pages))
    return groups


def conflicts_of(iri: str) -> list[Row]:
    """Events of one kind to which sources give different years; the preferred one is marked, none is hidden."""
    return rows("rivals", this=iri)
