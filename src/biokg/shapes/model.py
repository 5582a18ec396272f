"""Shapes as values: read once from a shapes graph, then compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from biokg.shapes.index import GraphIndex, Node
from biokg.shapes.paths import Path, read_path
from biokg.shapes.vocabulary import OWL, RDF, RDFS, SH, XSD
from biokg.terms import SHAPE

VALUE_COMPONENTS = {
    "class": "Class",
    "datatype": "Datatype",
    "nodeKind": "NodeKind",
    "minExclusive": "MinExclusive",
    "minInclusive": "MinInclusive",
    "maxExclusive": "MaxExclusive",
    "maxInclusive": "MaxInclusive",
    "minLength": "MinLength",
    "maxLength": "MaxLength",
    "pattern": "Pattern",
    "languageIn": "LanguageIn",
    "in": "In",
}
"""Constraints on one value node alone: parameter → component."""
PAIR_COMPONENTS = {
    "equals": "Equals",
    "disjoint": "Disjoint",
    "lessThan": "LessThan",
    "lessThanOrEquals": "LessThanOrEquals",
}
FOCUS_COMPONENTS = {"minCount": "MinCount", "maxCount": "MaxCount", "uniqueLang": "UniqueLang", "hasValue": "HasValue"}
SHAPE_COMPONENTS = {"node": "Node", "not": "Not"}
LIST_COMPONENTS = {"and": "And", "or": "Or", "xone": "Xone"}
OWN_COMPONENTS = {"uniqueNameIn": "UniqueName"}
"""Constraint components of this project (ontology/shapes/core.ttl) that are compiled; others are left to pyshacl."""
TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_FOREIGN = ("js", "expression", "target", "values")


@dataclass(frozen=True)
class SparqlQuery:
    """A SPARQL-based constraint: the SELECT text with its prefixes, and its own messages."""

    text: str
    messages: tuple[Literal, ...]
    prologue: str = ""


@dataclass(frozen=True)
class Constraint:
    """One constraint of a shape; which fields count depends on ``component``."""

    component: str
    parameter: Node | None = None
    items: tuple[Node, ...] = ()
    shapes: tuple[Node, ...] = ()
    flags: str = ""
    minimum: int | None = None
    maximum: int | None = None
    siblings: tuple[Node, ...] = ()
    query: SparqlQuery | None = None

    @property
    def iri(self) -> str:
        """IRI of the constraint component, as it stands in a report."""
        return f"{SHAPE if self.component in OWN_COMPONENTS.values() else SH}{self.component}ConstraintComponent"


@dataclass(frozen=True)
class Target:
    """One way in which a shape finds its focus nodes; ``kind`` is the local name of the SHACL property."""

    kind: str
    term: Node


@dataclass(frozen=True)
class Shape:
    """A node shape (``path`` is None) or a property shape."""

    id: Node
    path: Path | None
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]
    properties: tuple[Node, ...]
    severity: str
    messages: tuple[Literal, ...]
    foreign: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[Node, ...]:
        """Shapes that this one points at."""
        return (*self.properties, *(node for c in self.constraints for node in (*c.shapes, *c.siblings)))


@dataclass(frozen=True)
class Shapes:
    """Every shape of a shapes graph by its node, and that graph."""

    by_node: dict[Node, Shape]
    index: GraphIndex = field(repr=False)

    @property
    def targeted(self) -> tuple[Shape, ...]:
        """Shapes with a target, in document order."""
        return tuple(shape for shape in self.by_node.values() if shape.targets)

    def why_not_compiled(self, node: Node, above: tuple[Node, ...] = ()) -> str | None:
        """The first thing under the shape that is not compiled to SPARQL, in words, or ``None``."""
        if node in above:
            return "a shape that refers to itself"
        shape = self.by_node.get(node)
        if shape is None:
            return None
        if shape.foreign:
            return ", ".join(shape.foreign)
        reasons = (self.why_not_compiled(other, (*above, node)) for other in shape.references)
        return next((reason for reason in reasons if reason), None)


def read_shapes(triples: Iterable[Quad | Triple]) -> Shapes:
    """Every active shape described by *triples*. Raises UsageError for a path that is none."""
    index = GraphIndex(triples)
    reader = _Reader(index)
    for node in reader.roots():
        reader.read(node)
    return Shapes(reader.shapes, index)


class _Reader:
    def __init__(self, index: GraphIndex) -> None:
        self.index = index
        self.shapes: dict[Node, Shape] = {}
        self.custom = self._custom_parameters()

    def roots(self) -> Iterator[Node]:
        for name in ("NodeShape", "PropertyShape"):
            yield from self.index.instances(SH + name)
        for name in TARGETS:
            yield from self.index.subjects(SH + name)

    def read(self, node: Node) -> None:
        if node in self.shapes:
            return
        path_node = self.index.value(node, SH + "path")
        inactive = self._flag(node, "deactivated")
        shape = Shape(
            id=node,
            path=None if path_node is None else read_path(self.index, path_node),
            targets=() if inactive else tuple(self._targets(node)),
            constraints=() if inactive else tuple(self._constraints(node)),
            properties=() if inactive else tuple(self.index.objects(node, SH + "property")),
            severity=self._severity(node),
            messages=self._messages(node),
            foreign=() if inactive else tuple(self._foreign(node)),
        )
        self.shapes[node] = shape
        for other in shape.references:
            self.read(other)

    def _targets(self, node: Node) -> Iterator[Target]:
        for kind in TARGETS:
            for term in self.index.objects(node, SH + kind):
                yield Target(kind, term)
        types = {o.value for o in self.index.objects(node, RDF + "type") if isinstance(o, NamedNode)}
        if isinstance(node, NamedNode) and types & {RDFS + "Class", OWL + "Class"} and self._is_shape(types):
            yield Target("targetClass", node)

    @staticmethod
    def _is_shape(types: set[str]) -> bool:
        return bool(types & {SH + "NodeShape", SH + "PropertyShape"})

    def _constraints(self, node: Node) -> Iterator[Constraint]:
        index = self.index
        for name, component in {**VALUE_COMPONENTS, **PAIR_COMPONENTS, **FOCUS_COMPONENTS}.items():
            for value in index.objects(node, SH + name):
                if component in {"In", "LanguageIn"}:
                    yield Constraint(component, items=tuple(index.items(value)))
                elif component == "UniqueLang":
                    if isinstance(value, Literal) and value.value == "true":
                        yield Constraint(component, value)
                else:
                    flags = index.value(node, SH + "flags") if name == "pattern" else None
                    yield Constraint(component, value, flags=flags.value if isinstance(flags, Literal) else "")
        for name, component in OWN_COMPONENTS.items():
            yield from (Constraint(component, value) for value in index.objects(node, SHAPE + name))
        for name, component in SHAPE_COMPONENTS.items():
            for value in index.objects(node, SH + name):
                yield Constraint(component, value, shapes=(value,))
        for name, component in LIST_COMPONENTS.items():
            for value in index.objects(node, SH + name):
                yield Constraint(component, value, shapes=tuple(index.items(value)))
        if self._flag(node, "closed"):
            yield Constraint("Closed", items=tuple(self._allowed(node)))
        yield from self._qualified(node)
        yield from self._sparql(node)

    def _allowed(self, node: Node) -> Iterator[Node]:
        for shape in self.index.objects(node, SH + "property"):
            path = self.index.value(shape, SH + "path")
            if isinstance(path, NamedNode):
                yield path
        for ignored in self.index.objects(node, SH + "ignoredProperties"):
            yield from self.index.items(ignored)

    def _qualified(self, node: Node) -> Iterator[Constraint]:
        index = self.index
        siblings: tuple[Node, ...] = ()
        if self._flag(node, "qualifiedValueShapesDisjoint"):
            parents = [s for s in index.subjects(SH + "property") if node in index.objects(s, SH + "property")]
            mine = set(index.objects(node, SH + "qualifiedValueShape"))
            others = (p for parent in parents for p in index.objects(parent, SH + "property"))
            found = dict.fromkeys(v for p in others for v in index.objects(p, SH + "qualifiedValueShape"))
            siblings = tuple(v for v in found if v not in mine)
        for value in index.objects(node, SH + "qualifiedValueShape"):
            for name, component in (
                ("qualifiedMinCount", "QualifiedMinCount"),
                ("qualifiedMaxCount", "QualifiedMaxCount"),
            ):
                count = index.value(node, SH + name)
                if isinstance(count, Literal):
                    low, high = (int(count.value), None) if name.endswith("MinCount") else (None, int(count.value))
                    yield Constraint(component, value, shapes=(value,), siblings=siblings, minimum=low, maximum=high)

    def _sparql(self, node: Node) -> Iterator[Constraint]:
        for query in self.index.objects(node, SH + "sparql"):
            text = self.index.value(query, SH + "select")
            if isinstance(text, Literal) and not self._flag(query, "deactivated"):
                prologue = self._prefixes(query)
                held = SparqlQuery(prologue + text.value, self._messages(query), prologue)
                yield Constraint("SPARQL", query, query=held)

    def _prefixes(self, query: Node) -> str:
        declared: dict[str, str] = {}
        for source in self.index.objects(query, SH + "prefixes"):
            for declaration in self.index.objects(source, SH + "declare"):
                prefix = self.index.value(declaration, SH + "prefix")
                namespace = self.index.value(declaration, SH + "namespace")
                if isinstance(prefix, Literal) and isinstance(namespace, Literal):
                    declared[prefix.value] = namespace.value
        return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in declared.items())

    def _foreign(self, node: Node) -> Iterator[str]:
        from biokg.shapes.embed import why_not_embeddable

        for name in _FOREIGN:
            if self.index.objects(node, SH + name):
                yield f"sh:{name}"
        for iri in self.custom:
            if self.index.objects(node, iri):
                yield f"the custom constraint <{iri}>"
        for query in self.index.objects(node, SH + "sparql"):
            text = self.index.value(query, SH + "select")
            reason = why_not_embeddable(text.value) if isinstance(text, Literal) else "sh:sparql without sh:select"
            if reason:
                yield f"sh:sparql ({reason})"

    def _custom_parameters(self) -> tuple[str, ...]:
        found = []
        for component in self.index.subjects(SH + "parameter"):
            for parameter in self.index.objects(component, SH + "parameter"):
                path = self.index.value(parameter, SH + "path")
                if isinstance(path, NamedNode) and path.value.removeprefix(SHAPE) not in OWN_COMPONENTS:
                    found.append(path.value)
        return tuple(found)

    def _flag(self, node: Node, name: str) -> bool:
        return any(_is_true(value) for value in self.index.objects(node, SH + name))

    def _severity(self, node: Node) -> str:
        value = self.index.value(node, SH + "severity")
        return value.value if isinstance(value, NamedNode) else SH + "Violation"

    def _messages(self, node: Node) -> tuple[Literal, ...]:
        return tuple(m for m in self.index.objects(node, SH + "message") if isinstance(m, Literal))


def _is_true(value: Node) -> bool:
    return isinstance(value, Literal) and value.datatype.value == XSD + "boolean" and value.value in {"true", "1"}


__all__ = ["BlankNode", "Constraint", "Shape", "Shapes", "SparqlQuery", "Target", "read_shapes"]
