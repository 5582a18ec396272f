"""Each shape accepts the valid world and reports each broken one by the exact shape, path and value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Triple

from biokg.shapes import Result, Revalidation, load_shapes, validate
from biokg.shapes.engine import Engine
from biokg.shapes.index import Node
from biokg.shapes.model import (
    FOCUS_COMPONENTS,
    LIST_COMPONENTS,
    PAIR_COMPONENTS,
    SHAPE_COMPONENTS,
    VALUE_COMPONENTS,
    Shape,
    Shapes,
    read_shapes,
)
from biokg.store.memory import MemoryStore

SH = "http://www.w3.org/ns/shacl#"
PARAMETERS = {
    SH + name
    for table in (VALUE_COMPONENTS, PAIR_COMPONENTS, FOCUS_COMPONENTS, SHAPE_COMPONENTS, LIST_COMPONENTS)
    for name in table
} | {SH + "sparql", "https://w3id.org/biokg/shape/uniqueNameIn"}

Break = Callable[[Any], AbstractContextManager[MemoryStore]]


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes()


def test_the_valid_world_conforms_without_a_warning(world: MemoryStore, shapes: Shapes) -> None:
    report = validate(world, shapes=shapes)
    assert report.clean, report.text()
    assert not report.delegated


def test_the_valid_world_reaches_every_shape(world: MemoryStore, shapes: Shapes) -> None:
    engine = Engine(world, shapes)
    idle = [str(s.id) for s in shapes.targeted if not any(True for _ in engine.focus_nodes(s))]
    assert not idle


@pytest.fixture(scope="module")
def revalidation(world: MemoryStore, shapes: Shapes) -> Revalidation:
    return Revalidation(world, shapes)


def _changed(case: Any) -> list[Any]:
    return [node for triple in (*case.add, *case.remove) for node in (triple.subject, triple.object)]


def test_checking_the_changed_nodes_gives_exactly_the_expected_results(
    case: Any, broken: Break, revalidation: Revalidation, result_key: Callable[[Result], object]
) -> None:
    with broken(case):
        found = revalidation.check(_changed(case))
    assert revalidation.check(_changed(case)).clean
    assert sorted(map(result_key, found.results)) == list(case.expected)


def _whole_worlds(
    cases: list[Any], broken: Break, shapes: Shapes, key: Callable[[Result], Any]
) -> Iterator[tuple[str, list[Any], list[Any]]]:
    for case in cases:
        with broken(case) as store:
            found = sorted(map(key, validate(store, shapes=shapes).results))
        if found != list(case.expected):
            yield case.name, found, list(case.expected)


def test_checking_the_whole_world_gives_the_same_for_a_sample(
    cases: list[Any], broken: Break, shapes: Shapes, result_key: Callable[[Result], Any]
) -> None:
    assert not list(_whole_worlds(cases[::15], broken, shapes, result_key))


@pytest.mark.slow
def test_checking_the_whole_world_gives_the_same(
    cases: list[Any], broken: Break, shapes: Shapes, result_key: Callable[[Result], Any]
) -> None:
    assert not list(_whole_worlds(cases, broken, shapes, result_key))


def test_every_message_says_what_to_do(shapes: Shapes) -> None:
    mute = [
        str(shape.id)
        for shape in shapes.by_node.values()
        if isinstance(shape.id, NamedNode) and shape.constraints and not shape.messages
    ]
    assert not mute


def test_every_named_shape_chooses_its_severity(shapes: Shapes) -> None:
    silent = [
        str(s.id)
        for s in shapes.by_node.values()
        if isinstance(s.id, NamedNode) and s.constraints and not shapes.index.objects(s.id, SH + "severity")
    ]
    assert not silent


def _constraints(shapes: Shapes) -> list[Triple]:
    return [t for t in shapes.index if t.predicate.value in PARAMETERS]


def _above(shapes: Shapes, node: Node) -> set[Node]:
    """The shapes that use *node*, itself included."""
    found = {node}
    while True:
        more = {s.id for s in shapes.by_node.values() if set(s.references) & found} - found
        if not more:
            return found
        found |= more


def _notices(shape: Shape, case: Any, store: MemoryStore, mutant: Shapes, key: Callable[[Result], Any]) -> bool:
    """The mutated shape no longer reports what the case expects of it."""
    named = {str(shape.id), *map(str, shape.properties)}
    expected = sorted(k for k in case.expected if k[1] in named)
    found = sorted(k for k in map(key, Engine(store, mutant).validate(shape)) if k[1] in named)
    return found != expected


def _survivors(
    shapes: Shapes, constraints: list[Triple], cases: list[Any], broken: Break, key: Callable[[Result], Any]
) -> Iterator[str]:
    for removed in constraints:
        mutant = read_shapes(t for t in shapes.index if t != removed)
        above = _above(shapes, removed.subject)  # type: ignore[arg-type]
        names = {str(node) for node in above}
        suspects = [c for c in cases if names & {k[1] for k in c.expected}]
        roots = [mutant.by_node[node] for node in above if node in mutant.by_node and mutant.by_node[node].targets]
        for suspect in suspects:
            with broken(suspect) as store:
                if any(_notices(root, suspect, store, mutant, key) for root in roots):
                    break
        else:
            yield f"{removed.subject} {removed.predicate} {removed.object}"


def test_removing_a_constraint_is_noticed_for_a_sample(
    shapes: Shapes, cases: list[Any], broken: Break, result_key: Callable[[Result], Any]
) -> None:
    assert not list(_survivors(shapes, _constraints(shapes)[::12], cases, broken, result_key))


@pytest.mark.slow
def test_removing_any_constraint_is_noticed(
    shapes: Shapes, cases: list[Any], broken: Break, result_key: Callable[[Result], Any]
) -> None:
    assert not list(_survivors(shapes, _constraints(shapes), cases, broken, result_key))


def test_every_shapes_file_belongs_to_a_module_and_every_module_has_one(repository: Path) -> None:
    modules = {file.stem for file in (repository / "ontology").glob("*.ttl")} - {"biokg"}
    assert {file.stem for file in (repository / "ontology" / "shapes").glob("*.ttl")} == modules
