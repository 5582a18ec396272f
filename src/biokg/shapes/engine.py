"""Running compiled shapes in a store: each constraint is one query, logic is done on sets of nodes."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions

from biokg.errors import UsageError
from biokg.shapes import compiler
from biokg.shapes.compiler import Dialect, Focus
from biokg.shapes.embed import embed
from biokg.shapes.index import Node
from biokg.shapes.model import (
    FOCUS_COMPONENTS,
    LIST_COMPONENTS,
    PAIR_COMPONENTS,
    SHAPE_COMPONENTS,
    VALUE_COMPONENTS,
    Constraint,
    Shape,
    Shapes,
)
from biokg.shapes.names import Holders, NameIndex
from biokg.shapes.paths import Path, predicate
from biokg.shapes.report import SEVERITIES, Result, default_message
from biokg.shapes.screening import Screen, restricted
from biokg.shapes.vocabulary import RDFS, SH, display
from biokg.store.base import Store
from biokg.store.local import LocalStore

_LOGIC = {*SHAPE_COMPONENTS.values(), *LIST_COMPONENTS.values()}
_OF_VALUES = {*_LOGIC, *VALUE_COMPONENTS.values(), "Closed", "UniqueName", "Disjoint", "LessThan", "LessThanOrEquals"}
"""Constraints that hold where there is no value node."""
_TERMS = (NamedNode, Literal, BlankNode)
_TEMPLATE = re.compile(r"\{[?$](\w+)\}")
_COUNTS = re.compile(r"\b(COUNT|SUM|AVG|SAMPLE|GROUP_CONCAT)\s*\((?!\s*DISTINCT)", re.IGNORECASE)
_SUBCLASSES = f"SELECT DISTINCT ?a ?b WHERE {{ ?a <{RDFS}subClassOf> ?b }}"


class Engine:
    """Validates the union of *graphs* of a store (``None``: everything in it) against shapes."""

    def __init__(
        self, store: Store, shapes: Shapes, graphs: Sequence[str] | None = None, *, keep_names: bool = False
    ) -> None:
        self.store = store
        self.shapes = shapes
        self.graphs = graphs
        self._below: dict[str, tuple[str, ...]] | None = None
        self._names = NameIndex(keep=keep_names)
        self._screen = Screen(self.rows) if isinstance(store, LocalStore) and not keep_names else None
        self.held: Mapping[Node, Mapping[str, int]] = {}
        """How many values changed nodes have, by property; the nodes of a :class:`Focus` are looked up here."""
        self._bad: dict[tuple[Node, Focus], frozenset[Node]] = {}
        self.dialect = Dialect(self.subclasses, shapes.by_node.__getitem__, widened_integers=store.kind != "remote")

    def rows(self, text: str, *, counting: bool = False) -> Iterator[Mapping[str, Node]]:
        """Solutions of a query over the validated graphs, unbound variables left out.

        Compiled queries give the same rows whether a triple counts once or once per graph that holds it, so a
        local store answers from its graphs as they are; a query that counts goes to their merge.
        """
        if isinstance(self.store, LocalStore) and not counting:
            names, found = self._unmerged(self.store, text)
        else:
            solutions = self.store.select(text, default_graphs=self.graphs)
            names, found = solutions.variables, solutions.rows
        for row in found:
            yield {name: term for name, term in zip(names, row, strict=True) if isinstance(term, _TERMS)}

    def _unmerged(self, store: LocalStore, text: str) -> tuple[tuple[str, ...], Iterable[Iterable[object]]]:
        graphs: list[NamedNode | BlankNode | DefaultGraph] | None = None
        if self.graphs is not None:
            graphs = [NamedNode(graph) for graph in self.graphs]
        found = store.engine.query(text, default_graph=graphs, use_default_graph_as_union=graphs is None)
        if not isinstance(found, QuerySolutions):
            raise UsageError("a SPARQL-based constraint holds a query that is no SELECT")
        return tuple(variable.value for variable in found.variables), found

    def subclasses(self, class_iri: str) -> tuple[str, ...]:
        """The class and everything below it in the data, in a fixed order."""
        if self._below is None:
            self._below = self._closure()
        return self._below.get(class_iri, (class_iri,))

    def _closure(self) -> dict[str, tuple[str, ...]]:
        below: dict[str, set[str]] = defaultdict(set)
        for row in self.rows(_SUBCLASSES):
            a, b = row.get("a"), row.get("b")
            if isinstance(a, NamedNode) and isinstance(b, NamedNode):
                below[b.value].add(a.value)
        closed = {}
        for top in below:
            seen, todo = {top}, [top]
            while todo:
                fresh = below.get(todo.pop(), set()) - seen
                seen |= fresh
                todo += fresh
            closed[top] = (top, *sorted(seen - {top}))
        return closed

    def targets(self, shape: Shape) -> Focus:
        """The focus nodes that the targets of *shape* select, as a pattern."""
        return compiler.target_focus(shape.targets, self.dialect)

    def forget(self, nodes: Sequence[NamedNode]) -> None:
        """Drop what is remembered of *nodes* that have changed: conformance to shapes, and their names."""
        self._bad.clear()
        self._names.refresh(nodes, lambda class_iri: self._names_of(class_iri, nodes))

    def _names_of(self, class_iri: str, nodes: Sequence[NamedNode]) -> Iterator[Mapping[str, Node]]:
        listed = f"VALUES ?this {{ {' '.join(map(str, nodes))} }} "
        return self.rows(compiler.names_query(class_iri, self.dialect).replace("{ ", "{ " + listed, 1))

    def focus_nodes(self, shape: Shape) -> Iterator[Node]:
        """The focus nodes that the targets of *shape* select, each once."""
        focus = self.targets(shape)
        return (row["this"] for row in self.rows(f"SELECT DISTINCT ?this WHERE {{ {focus.pattern()} }}"))

    def validate(self, shape: Shape, focus: Focus | None = None) -> Iterator[Result]:
        """Results of one shape and its property shapes at *focus* (by default its own targets)."""
        here = compiler.target_focus(shape.targets, self.dialect) if focus is None else focus
        seen: set[tuple[Node, Focus]] = set()
        yield from self._shape(shape, here, seen)

    def validate_all(self, shapes: Sequence[Shape]) -> Iterator[Sequence[Result]]:
        """The results of each shape, in their order; a local store answers them in parallel threads."""
        self.subclasses("")
        if not isinstance(self.store, LocalStore) or len(shapes) < 2:
            yield from (list(self.validate(shape)) for shape in shapes)
            return
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
            yield from threads.map(lambda shape: list(self.validate(shape)), shapes)

    def _shape(self, shape: Shape, focus: Focus, seen: set[tuple[Node, Focus]]) -> Iterator[Result]:
        yield from self._counts([shape], focus)
        yield from self._rest(shape, focus, seen)

    def _rest(self, shape: Shape, focus: Focus, seen: set[tuple[Node, Focus]]) -> Iterator[Result]:
        """Everything but the counts, which are asked for all properties of a shape at once."""
        if (shape.id, focus) in seen:
            return
        seen.add((shape.id, focus))
        if self._lacks(focus, shape.path):
            for constraint in shape.constraints:
                if constraint.component not in _OF_VALUES and compiler.count_test(shape, constraint) is None:
                    yield from self._constraint(shape, focus, constraint)
            return
        _, variable = compiler.values(focus, shape.path)
        tests = {c: compiler.inline(c, variable, self.dialect) for c in shape.constraints}
        alone = {c: test for c, test in tests.items() if test is not None}
        if alone:
            yield from self._values(shape, focus, alone)
        for constraint in shape.constraints:
            if constraint not in alone and compiler.count_test(shape, constraint) is None:
                yield from self._constraint(shape, focus, constraint)
        inner = focus.follow(shape.path)
        members = [self.shapes.by_node[node] for node in shape.properties]
        yield from self._counts(members, inner)
        for member in members:
            yield from self._rest(member, inner, seen)

    def _lacks(self, focus: Focus, path: Path | None) -> bool:
        """No focus node is known to have a value of the property *path*."""
        if path is None or path.kind != "predicate" or focus.nodes is None:
            return False
        return not any(path.iri in self.held[node] for node in focus.nodes)

    def _counts(self, shapes: Sequence[Shape], focus: Focus) -> Iterator[Result]:
        pairs = [(shape, c, compiler.count_test(shape, c)) for shape in shapes for c in shape.constraints]
        tests = [(shape, constraint, test) for shape, constraint, test in pairs if test is not None]
        if focus.nodes is not None:
            counted = [(shape, constraint) for shape, constraint, _ in tests if _is_count(shape, constraint)]
            tests = [found for found in tests if not _is_count(found[0], found[1])]
            yield from self._counted(counted, focus.nodes)
        rest = []
        for shape, constraint, test in tests:
            screened = self._screened_count(shape, constraint, focus)
            if screened is None:
                rest.append((shape, constraint, test))
            else:
                yield from (self._result(shape, constraint, node, None) for node in screened)
        if rest:
            for row in self.rows(compiler.counts_query(focus, [test for _, _, test in rest])):
                for i in _raised(row, len(rest)):
                    yield self._result(rest[i][0], rest[i][1], row["this"], None)

    def _screened_count(self, shape: Shape, constraint: Constraint, focus: Focus) -> Iterable[Node] | None:
        """The focus nodes that break a count, found by a scan of the property; ``None`` where that does not pay."""
        bound = constraint.parameter.value if constraint.parameter is not None else ""
        kind = (constraint.component, bound)
        if kind not in {("MinCount", "1"), ("MaxCount", "1")} or self._screen is None or shape.path is None:
            return None
        if not self._screen.pays(focus, shape.path):
            return None
        if kind == ("MinCount", "1"):
            return self._screen.missing(focus, shape.path)
        here = restricted(focus, compiler.THIS, self._screen.several(shape.path))
        test = compiler.count_test(shape, constraint)
        if here is None or test is None:
            return ()
        return None if here is focus else (row["this"] for row in self.rows(compiler.counts_query(here, [test])))

    def _counted(self, tests: Sequence[tuple[Shape, Constraint]], nodes: Sequence[Node]) -> Iterator[Result]:
        """Count tests on nodes of which it is known how many values they have."""
        for shape, constraint in tests:
            bound = int(constraint.parameter.value) if constraint.parameter is not None else 0
            for node in nodes:
                count = self.held[node].get(shape.path.iri, 0) if shape.path is not None else 0
                if count < bound if constraint.component == "MinCount" else count > bound:
                    yield self._result(shape, constraint, node, None)

    def _values(self, shape: Shape, focus: Focus, alone: Mapping[Constraint, str]) -> Iterator[Result]:
        constraints = list(alone)
        if self._screen is not None and shape.path is not None and self._screen.pays(focus, shape.path):
            here = restricted(focus, compiler.VALUE, self._screen.failing(shape.path, alone, self.dialect))
            if here is None:
                return
            focus = here
        for row in self.rows(compiler.value_query(focus, shape, list(alone.values()))):
            for i in _raised(row, len(constraints)):
                yield self._result(shape, constraints[i], row["this"], row.get("value", row["this"]))

    def _constraint(self, shape: Shape, focus: Focus, constraint: Constraint) -> Iterator[Result]:
        component = constraint.component
        if component in FOCUS_COMPONENTS.values():
            for row in self.rows(compiler.focus_query(focus, shape, constraint)):
                yield self._result(shape, constraint, row["this"], None)
        elif component in PAIR_COMPONENTS.values():
            for row in self.rows(compiler.pair_query(focus, shape, constraint)):
                yield self._result(shape, constraint, row["this"], row["found"])
        elif component == "UniqueName":
            for this, name in self._shared_names(shape, focus, constraint):
                yield self._result(shape, constraint, this, name)
        elif component == "Closed":
            for row in self.rows(compiler.closed_query(focus, constraint, shape)):
                name = row["predicate"]
                path = predicate(name.value) if isinstance(name, NamedNode) else None
                yield self._result(shape, constraint, row["this"], row["found"], path=path)
        elif component in _LOGIC:
            for this, value in self._broken_logic(shape, focus, constraint):
                yield self._result(shape, constraint, this, value)
        elif component.startswith("Qualified"):
            for this in self._broken_count(shape, focus, constraint):
                yield self._result(shape, constraint, this, None)
        else:
            yield from self._sparql(shape, focus, constraint)

    def _shared_names(self, shape: Shape, focus: Focus, constraint: Constraint) -> Iterator[tuple[Node, Node]]:
        """Focus nodes with the names that another member of the class has too."""
        if not isinstance(constraint.parameter, NamedNode):
            return
        holders = self._holders(constraint.parameter.value)
        for row in self.rows(compiler.member_query(focus, shape)):
            if holders.others(row["this"], row["found"].value):
                yield row["this"], row["found"]

    def _holders(self, class_iri: str) -> Holders:
        return self._names.of(class_iri, lambda: self.rows(compiler.names_query(class_iri, self.dialect)))

    def namesakes(self, class_iri: str, nodes: Iterable[Node]) -> Iterator[Node]:
        """Members of the class that share a name with one of *nodes*."""
        return self._holders(class_iri).namesakes(nodes)

    def _broken_logic(self, shape: Shape, focus: Focus, constraint: Constraint) -> Iterator[tuple[Node, Node]]:
        inner = focus.follow(shape.path)
        bad = [self.nonconforming(node, inner) for node in constraint.shapes]
        if not _can_break(constraint.component, bad):
            return
        for row in self.rows(compiler.member_query(focus, shape)):
            value = row["found"]
            met = sum(value not in group for group in bad)
            if _is_broken(constraint.component, met, len(bad)):
                yield row["this"], value

    def _broken_count(self, shape: Shape, focus: Focus, constraint: Constraint) -> Iterator[Node]:
        inner = focus.follow(shape.path)
        bad = self.nonconforming(constraint.shapes[0], inner)
        siblings = [self.nonconforming(node, inner) for node in constraint.siblings]
        counts: dict[Node, int] = defaultdict(int)
        for row in self.rows(compiler.member_query(focus, shape)):
            value = row["found"]
            if value not in bad and all(value in group for group in siblings):
                counts[row["this"]] += 1
        if constraint.maximum is not None:
            yield from (this for this, n in counts.items() if n > constraint.maximum)
        elif constraint.minimum:
            whole = f"SELECT DISTINCT {focus.names} WHERE {{ {focus.pattern()} }}"
            yield from (row["this"] for row in self.rows(whole) if counts.get(row["this"], 0) < constraint.minimum)

    def nonconforming(self, node: Node, focus: Focus) -> frozenset[Node]:
        """The nodes at *focus* that do not conform to the shape *node*."""
        key = (node, focus)
        if key not in self._bad:
            shape = self.shapes.by_node[node]
            self._bad[key] = frozenset(self._failing(shape, focus))
        return self._bad[key]

    def _failing(self, shape: Shape, focus: Focus) -> Iterator[Node]:
        for result in self._shape(replace(shape, properties=()), focus, set()):
            yield result.focus
        inner = focus.follow(shape.path)
        for node in shape.properties:
            bad = self.nonconforming(node, inner)
            if shape.path is None:
                yield from bad
            elif bad:
                members = self.rows(compiler.member_query(focus, shape))
                yield from (row["this"] for row in members if row["found"] in bad)

    def _sparql(self, shape: Shape, focus: Focus, constraint: Constraint) -> Iterator[Result]:
        if constraint.query is None:
            return
        step = shape.path.sparql() if shape.path else None
        seen = set()
        counting = _COUNTS.search(constraint.query.text) is not None
        for row in self.rows(embed(constraint.query.text, focus.pattern(), step), counting=counting):
            found = row.get("path")
            path = predicate(found.value) if isinstance(found, NamedNode) else shape.path
            value = row.get("value", row["this"] if shape.path is None else None)
            message = _fill(_message(constraint.query.messages or shape.messages, constraint), row)
            key = (row["this"], path, value, message)
            if key not in seen:
                seen.add(key)
                yield self._result(shape, constraint, row["this"], value, path=path, message=message)

    def _result(
        self,
        shape: Shape,
        constraint: Constraint,
        focus: Node,
        value: Node | None,
        *,
        path: Path | None = None,
        message: str | None = None,
    ) -> Result:
        severity = shape.severity.removeprefix(SH)
        return Result(
            focus=focus,
            path=path or shape.path,
            value=value,
            shape=shape.id,
            component=constraint.iri,
            severity=severity if severity in SEVERITIES else shape.severity,
            message=_message(shape.messages, constraint) if message is None else message,
        )


def _is_count(shape: Shape, constraint: Constraint) -> bool:
    """The constraint bounds the number of values of one property."""
    return (
        constraint.component in ("MinCount", "MaxCount") and shape.path is not None and shape.path.kind == "predicate"
    )


def _raised(row: Mapping[str, Node], count: int) -> Iterator[int]:
    """Which of the flags ``?c0`` … of a row are true."""
    for i in range(count):
        flag = row.get(f"c{i}")
        if isinstance(flag, Literal) and flag.value in {"true", "1"}:
            yield i


def _can_break(component: str, bad: Iterable[frozenset[Node]]) -> bool:
    groups = list(bad)
    if component in {"Node", "And"}:
        return any(groups)
    return component in {"Not", "Xone"} or all(groups)


def _is_broken(component: str, met: int, count: int) -> bool:
    if component in {"Node", "And"}:
        return met < count
    return {"Not": met > 0, "Or": met == 0, "Xone": met != 1}[component]


def _message(messages: Sequence[Literal], constraint: Constraint) -> str:
    if not messages:
        return default_message(constraint.iri, constraint.parameter)
    english = [m for m in messages if (m.language or "en").startswith("en")]
    return (english or list(messages))[0].value


def _fill(message: str, row: Mapping[str, Node]) -> str:
    return _TEMPLATE.sub(lambda m: display(row[m[1]]) if m[1] in row else m[0], message)
