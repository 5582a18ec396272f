"""Checking again after a change: the changed nodes, the nodes that refer to them, and rules that reach further."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode

from biokg.shapes.compiler import Focus
from biokg.shapes.delegate import judge
from biokg.shapes.embed import subjects
from biokg.shapes.engine import Engine
from biokg.shapes.index import Node
from biokg.shapes.model import Constraint, Shape, Shapes
from biokg.shapes.report import Delegated, Result, ValidationReport
from biokg.shapes.vocabulary import RDF, display
from biokg.store.base import Store

_MOST_VALUES = 500


class Revalidation:
    """Checks changed nodes of one store again and again; keeps the class hierarchy and the names between checks.

    Make a new one when the ontology or the shapes change. Give the subjects *and* the objects of the triples that
    were added or removed as the changed nodes.
    """

    def __init__(self, store: Store, shapes: Shapes, graphs: Sequence[str] | None = None) -> None:
        self.engine = Engine(store, shapes, graphs, keep_names=True)
        self.shapes = shapes
        self._reasons = {shape.id: shapes.why_not_compiled(shape.id) for shape in shapes.targeted}

    def check(self, nodes: Iterable[Node]) -> ValidationReport:
        """The results that the changed *nodes* have a part in, whether these were there before the change or not."""
        changed = [node for node in dict.fromkeys(nodes) if isinstance(node, NamedNode)]
        self.engine.forget(changed)
        near = list(dict.fromkeys([*changed, *self._referrers(changed)]))
        types = self._types(near)
        results: dict[Result, None] = {}
        delegated: list[Delegated] = []
        for shape in self.shapes.targeted:
            focus = [node for node in near if types[node] & self._target_classes(shape)]
            focus += [node for node in self._other_targets(shape, near) if node not in focus]
            reason = self._reasons[shape.id]
            if reason:
                delegated += [Delegated(display(shape.id), reason)] if focus else []
                wanted = set(focus)
                found = judge(self.engine.store, self.shapes, shape, self.engine.graphs) if focus else ()
                results |= {result: None for result in found if result.focus in wanted}
                continue
            for chunk in _chunks(focus):
                results |= dict.fromkeys(self.engine.validate(shape, _values(chunk)))
            results |= dict.fromkeys(self._far(shape, changed, types))
        return ValidationReport(tuple(results), tuple(delegated))

    def _referrers(self, nodes: Sequence[NamedNode]) -> Iterator[NamedNode]:
        for chunk in _chunks(nodes):
            for row in self.engine.rows(
                f"SELECT DISTINCT ?this WHERE {{ {_listed('?node', chunk)} ?this ?any ?node }}"
            ):
                if isinstance(row["this"], NamedNode):
                    yield row["this"]

    def _types(self, nodes: Sequence[NamedNode]) -> dict[Node, set[str]]:
        types: dict[Node, set[str]] = defaultdict(set)
        for chunk in _chunks(nodes):
            text = f"SELECT DISTINCT ?this ?type WHERE {{ {_listed('?this', chunk)} ?this <{RDF}type> ?type }}"
            for row in self.engine.rows(text):
                types[row["this"]].add(row["type"].value)
        return types

    def _target_classes(self, shape: Shape) -> set[str]:
        named = (t.term.value for t in shape.targets if t.kind == "targetClass" and isinstance(t.term, NamedNode))
        return {below for name in named for below in self.engine.subclasses(name)}

    def _other_targets(self, shape: Shape, near: Sequence[NamedNode]) -> Iterator[NamedNode]:
        if all(target.kind == "targetClass" for target in shape.targets):
            return
        wanted = set(near)
        kept = replace(shape, targets=tuple(t for t in shape.targets if t.kind != "targetClass"))
        for node in self.engine.focus_nodes(kept):
            if isinstance(node, NamedNode) and node in wanted:
                yield node

    def _far(self, shape: Shape, changed: Sequence[NamedNode], types: dict[Node, set[str]]) -> Iterator[Result]:
        """Rules in SPARQL reach further than one step: a changed node may stand for any of their subjects."""
        classes = self._target_classes(shape)
        for constraint in shape.constraints:
            if constraint.query is None:
                continue
            for variable in subjects(constraint.query.text):
                nodes = changed if variable != "?this" else [n for n in changed if types[n] & classes]
                for chunk in _chunks(self._fitting(constraint, variable, nodes)):
                    yield from self._with(shape, constraint, f"{_listed(variable, chunk)} ")

    def _fitting(self, constraint: Constraint, variable: str, nodes: Sequence[NamedNode]) -> list[NamedNode]:
        """The nodes that have every property which the rule asks of the variable."""
        if variable == "?this" or constraint.query is None:
            return []
        kept: list[NamedNode] = list(nodes)
        wanted = subjects(constraint.query.text)[variable]
        for asked in sorted(wanted):
            if kept:
                text = f"SELECT DISTINCT ?this WHERE {{ {_listed('?this', kept)} ?this {asked} }}"
                held = {row["this"] for row in self.engine.rows(constraint.query.prologue + text)}
                kept = [node for node in kept if node in held]
        return kept

    def _with(self, shape: Shape, constraint: Constraint, listed: str) -> Iterator[Result]:
        focus = self.engine.targets(shape)
        alone = replace(shape, constraints=(constraint,), properties=())
        yield from self.engine.validate(alone, Focus(listed + focus.base))


def validate_nodes(
    store: Store, nodes: Iterable[Node], *, shapes: Shapes | None = None, graphs: Sequence[str] | None = None
) -> ValidationReport:
    """Check changed *nodes* and the nodes that refer to them; for repeated checks keep a :class:`Revalidation`."""
    from biokg.shapes.validation import load_shapes

    return Revalidation(store, load_shapes() if shapes is None else shapes, graphs).check(nodes)


def _listed(variable: str, nodes: Sequence[NamedNode]) -> str:
    return f"VALUES {variable} {{ {' '.join(map(str, nodes))} }}"


def _values(nodes: Sequence[NamedNode]) -> Focus:
    return Focus(_listed("%this%", nodes))


def _chunks(nodes: Sequence[NamedNode]) -> Iterator[Sequence[NamedNode]]:
    for start in range(0, len(nodes), _MOST_VALUES):
        yield nodes[start : start + _MOST_VALUES]
