"""Checking again after a change: the changed nodes, the nodes that refer to them, and rules that reach further."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode

from biokg.shapes import compiler
from biokg.shapes.compiler import Focus
from biokg.shapes.delegate import judge
from biokg.shapes.embed import chain, patterns, subjects
from biokg.shapes.engine import Engine
from biokg.shapes.index import Node
from biokg.shapes.model import (
    FOCUS_COMPONENTS,
    PAIR_COMPONENTS,
    VALUE_COMPONENTS,
    Constraint,
    Shape,
    Shapes,
    SparqlQuery,
)
from biokg.shapes.paths import Path
from biokg.shapes.report import Delegated, Result, ValidationReport
from biokg.shapes.vocabulary import RDF, display
from biokg.store.base import Store

_MOST_VALUES = 500
_ALONE = {*VALUE_COMPONENTS.values(), *FOCUS_COMPONENTS.values(), *PAIR_COMPONENTS.values()} - {"Class"}
"""Constraints that look at nothing of a value node but the node."""


class _Links:
    """Which nodes refer to each of the changed *nodes*, by the property that they do it with."""

    def __init__(self, nodes: Sequence[NamedNode]) -> None:
        self.nodes = nodes
        self.by_property: dict[str, dict[Node, list[NamedNode]]] = {}

    def add(self, name: str, node: Node, referring: NamedNode) -> None:
        """*referring* has *node* as a value of the property *name*."""
        self.by_property.setdefault(name, defaultdict(list))[node].append(referring)

    def may_end(self, path: Path) -> bool:
        """Whether one of the nodes may be at the end of *path*."""
        return not path.last or not path.last.isdisjoint(self.by_property)

    def referring(self, properties: Iterable[str], nodes: Sequence[NamedNode]) -> list[NamedNode]:
        """The nodes that refer to one of *nodes* by one of *properties*."""
        held = [self.by_property[name] for name in properties if name in self.by_property]
        return list(dict.fromkeys(found for by_node in held for node in nodes for found in by_node.get(node, ())))


class Revalidation:
    """Checks changed nodes of one store again and again; keeps the class hierarchy and the names between checks.

    Make a new one when the ontology or the shapes change. Give the subjects *and* the objects of the triples that
    were added or removed as the changed nodes.
    """

    def __init__(self, store: Store, shapes: Shapes, graphs: Sequence[str] | None = None) -> None:
        self.engine = Engine(store, shapes, graphs, keep_names=True)
        self.shapes = shapes
        self._patterns: dict[Constraint, tuple[tuple[str, str, str], ...]] = {}
        self._classes: dict[Node, frozenset[str]] = {}
        self._looking = {shape.id: _looking_on(shape) for shape in shapes.by_node.values()}
        self._reasons = {shape.id: shapes.why_not_compiled(shape.id) for shape in shapes.targeted}

    def check(self, nodes: Iterable[Node]) -> ValidationReport:
        """The results that the changed *nodes* have a part in, whether these were there before the change or not."""
        changed = [node for node in dict.fromkeys(nodes) if isinstance(node, NamedNode)]
        self.engine.forget(changed)
        types = self._types(changed)
        links = self._links(changed)
        self.engine.held = held = self._held(changed)
        results: dict[Result, None] = {}
        delegated: list[Delegated] = []
        for shape in self.shapes.targeted:
            focus = self._focus(shape, changed, types)
            reason = self._reasons[shape.id]
            if reason:
                referring = self._typed(links.referring(links.by_property, links.nodes), types)
                near = [*focus, *self._focus(shape, referring, types)]
                delegated += [Delegated(display(shape.id), reason)] if near else []
                found = judge(self.engine.store, self.shapes, shape, self.engine.graphs) if near else ()
                results |= {result: None for result in found if result.focus in set(near)}
                continue
            for chunk in _chunks(focus + self._namesakes(shape, focus)):
                results |= dict.fromkeys(self.engine.validate(shape, _known(chunk, held)))
            results |= dict.fromkeys(self._near(shape, links, types))
            results |= dict.fromkeys(self._far(shape, changed))
        return ValidationReport(tuple(results), tuple(delegated))

    def _links(self, nodes: Sequence[NamedNode]) -> _Links:
        """The nodes that refer to *nodes*."""
        links = _Links(nodes)
        for chunk in _chunks(nodes):
            for row in self.engine.rows(compiler.referring_query(chunk)):
                if isinstance(row["this"], NamedNode) and row["property"].value != f"{RDF}type":
                    links.add(row["property"].value, row["node"], row["this"])
        return links

    def _types(self, nodes: Sequence[NamedNode]) -> dict[Node, set[str]]:
        types: dict[Node, set[str]] = {node: set() for node in nodes}
        for chunk in _chunks(nodes):
            for row in self.engine.rows(compiler.types_query(chunk)):
                types[row["this"]].add(row["type"].value)
        return types

    def _typed(self, nodes: Sequence[NamedNode], types: dict[Node, set[str]]) -> Sequence[NamedNode]:
        """*nodes*, whose types are then among *types*."""
        types |= self._types([node for node in nodes if node not in types])
        return nodes

    def _held(self, nodes: Sequence[NamedNode]) -> dict[Node, dict[str, int]]:
        """How many values each of *nodes* has of each of its properties."""
        held: dict[Node, dict[str, int]] = {node: {} for node in nodes}
        for chunk in _chunks(nodes):
            for row in self.engine.rows(compiler.held_query(chunk)):
                held[row["this"]][row["property"].value] = int(row["count"].value)
        return held

    def _target_classes(self, shape: Shape) -> frozenset[str]:
        if shape.id not in self._classes:
            terms = (t.term for t in shape.targets if t.kind == "targetClass")
            below = (c for term in terms if isinstance(term, NamedNode) for c in self.engine.subclasses(term.value))
            self._classes[shape.id] = frozenset(below)
        return self._classes[shape.id]

    def _focus(self, shape: Shape, nodes: Sequence[NamedNode], types: dict[Node, set[str]]) -> list[NamedNode]:
        """The *nodes* that the shape targets."""
        classes = self._target_classes(shape)
        found = dict.fromkeys(node for node in nodes if not classes.isdisjoint(types[node]))
        if any(target.kind != "targetClass" for target in shape.targets):
            other = replace(shape, targets=tuple(t for t in shape.targets if t.kind != "targetClass"))
            held = set(self.engine.focus_nodes(other))
            found |= dict.fromkeys(node for node in nodes if node in held)
        return list(found)

    def _namesakes(self, shape: Shape, focus: Sequence[NamedNode]) -> list[NamedNode]:
        """Nodes that share a name with one of *focus*, where the shape forbids that."""
        classes = [c.parameter for c in shape.constraints if c.component == "UniqueName" and focus]
        found = (n for c in classes if isinstance(c, NamedNode) for n in self.engine.namesakes(c.value, focus))
        return [node for node in dict.fromkeys(found) if isinstance(node, NamedNode) and node not in focus]

    def _near(self, shape: Shape, links: _Links, types: dict[Node, set[str]]) -> Iterator[Result]:
        """Nodes that refer to a changed one, checked by the constraints that look at what they refer to."""
        members = [shape] if shape.path else [self.shapes.by_node[node] for node in shape.properties]
        for member in members:
            looking = self._looking.get(member.id)
            if member.path is None or looking is None:
                continue
            doubtful = [node for node in links.nodes if not self._fits(looking, types[node])]
            referring = self._leading(member.path, _judges_values(looking), doubtful, links)
            for chunk in _chunks(self._focus(shape, self._typed(referring, types), types)):
                yield from self.engine.validate(looking, _values(chunk))

    def _leading(self, path: Path, to_values: bool, nodes: Sequence[NamedNode], links: _Links) -> Sequence[NamedNode]:
        """The nodes from which *path* leads over one of *nodes*, or *to_values* ends in one."""
        ways = path.stations if to_values else path.stations[:-1]
        found = dict.fromkeys(links.referring([way.iri for way in ways], nodes))
        longer = [way for way in ways if way.kind != "predicate" and links.may_end(way)]
        for text in (compiler.leading_query(longer, chunk) for chunk in _chunks(nodes) if longer):
            rows = self.engine.rows(text)
            found |= dict.fromkeys(row["this"] for row in rows if isinstance(row["this"], NamedNode))
        return list(found)

    def _fits(self, shape: Shape, types: set[str]) -> bool:
        """Whether a value node of these *types* is known to be what *shape* wants of its value nodes."""
        return not shape.properties and all(self._meets(constraint, types) for constraint in shape.constraints)

    def _meets(self, constraint: Constraint, types: set[str]) -> bool:
        wanted, component = constraint.parameter, constraint.component
        if component == "Class" and isinstance(wanted, NamedNode):
            return not types.isdisjoint(self.engine.subclasses(wanted.value))
        if component not in {"Node", "And", "Or"}:
            return False
        inner = [self._fits(self.shapes.by_node[node], types) for node in constraint.shapes]
        return any(inner) if component == "Or" else all(inner)

    def _far(self, shape: Shape, changed: Sequence[NamedNode]) -> Iterator[Result]:
        """Rules in SPARQL reach further than one step: a changed node may stand for any of their subjects."""
        for constraint in shape.constraints:
            if constraint.query is None:
                continue
            for variable, asked in subjects(self._patterns_of(constraint)).items():
                if variable == "?this":
                    continue
                for chunk in _chunks(self._fitting(constraint.query, asked, changed)):
                    for joined in self._joined(constraint, variable, chunk):
                        yield from self._with(shape, constraint, joined)

    def _patterns_of(self, constraint: Constraint) -> tuple[tuple[str, str, str], ...]:
        if constraint not in self._patterns:
            self._patterns[constraint] = patterns(constraint.query.text) if constraint.query else ()
        return self._patterns[constraint]

    def _fitting(self, query: SparqlQuery, asked: Iterable[str], nodes: Sequence[NamedNode]) -> list[NamedNode]:
        """The nodes that have every property which the rule asks of the variable."""
        kept: list[NamedNode] = list(nodes)
        for wanted in sorted(asked):
            if kept:
                text = compiler.having_query(kept, wanted)
                held = {row["this"] for row in self.engine.rows(query.prologue + text)}
                kept = [node for node in kept if node in held]
        return kept

    def _joined(self, constraint: Constraint, variable: str, nodes: Sequence[NamedNode]) -> Iterator[str]:
        """Patterns that give *nodes* to the variable, with the focus nodes they lead to where that is seen.

        Left to itself an engine may begin with every focus node that the target selects.
        """
        way = chain(self._patterns_of(constraint), variable, "?this")
        if way is None or constraint.query is None:
            yield f"{compiler.listed(variable, nodes)} "
            return
        text = compiler.joined_query(variable, nodes, way)
        name = variable.removeprefix("?")
        found = ((row["this"], row[name]) for row in self.engine.rows(constraint.query.prologue + text))
        pairs = [f"({this} {node})" for this, node in found if isinstance(this, NamedNode)]
        for start in range(0, len(pairs), _MOST_VALUES):
            yield f"VALUES (?this {variable}) {{ {' '.join(pairs[start : start + _MOST_VALUES])} }} "

    def _with(self, shape: Shape, constraint: Constraint, listed: str) -> Iterator[Result]:
        focus = self.engine.targets(shape)
        alone = replace(shape, constraints=(constraint,), properties=())
        yield from self.engine.validate(alone, Focus(listed + focus.base))


def _looking_on(shape: Shape) -> Shape | None:
    """The part of the shape whose judgement depends on more of a value node than its being there, if any does."""
    if shape.path is None or shape.path.kind != "predicate":
        return shape
    looking = tuple(c for c in shape.constraints if c.component not in _ALONE)
    return replace(shape, constraints=looking) if looking or shape.properties else None


def _judges_values(shape: Shape) -> bool:
    """Whether it matters what else is said of a value node."""
    return bool(shape.properties) or any(constraint.component not in _ALONE for constraint in shape.constraints)


def validate_nodes(
    store: Store, nodes: Iterable[Node], *, shapes: Shapes | None = None, graphs: Sequence[str] | None = None
) -> ValidationReport:
    """Check changed *nodes* and the nodes that refer to them; for repeated checks keep a :class:`Revalidation`."""
    from biokg.shapes.validation import load_shapes

    return Revalidation(store, load_shapes() if shapes is None else shapes, graphs).check(nodes)


def _values(nodes: Sequence[NamedNode]) -> Focus:
    return Focus(compiler.listed("%this%", nodes))


def _known(nodes: Sequence[NamedNode], held: Mapping[Node, Mapping[str, int]]) -> Focus:
    """The focus nodes, named as such where it is known what all of them hold."""
    return replace(_values(nodes), nodes=tuple(nodes)) if all(node in held for node in nodes) else _values(nodes)


def _chunks(nodes: Sequence[NamedNode]) -> Iterator[Sequence[NamedNode]]:
    for start in range(0, len(nodes), _MOST_VALUES):
        yield nodes[start : start + _MOST_VALUES]
