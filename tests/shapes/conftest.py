"""The synthetic world of the shapes' fixtures and the cases that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from biokg.shapes import Result
from biokg.shapes.index import GraphIndex
from biokg.store.memory import MemoryStore

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).resolve().parent / "fixtures"
SH = "http://www.w3.org/ns/shacl#"
CASE = "https://example.org/case/"
KEPT = {
    "http://www.w3.org/2000/01/rdf-schema#subClassOf",
    "http://www.w3.org/2004/02/skos/core#inScheme",
}

Key = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Case:
    """A change to the valid world and the results that must follow, and no others."""

    name: str
    module: str
    add: tuple[Triple, ...]
    remove: tuple[Triple, ...]
    expected: tuple[Key, ...]


def key(result: Result) -> Key:
    """What a case says about a result."""
    return (
        str(result.focus),
        str(result.shape),
        result.component,
        result.severity,
        "" if result.path is None else str(result.path),
        "" if result.value is None else str(result.value),
    )


def read_cases() -> list[Case]:
    """Every case of ``fixtures/invalid``, in file order."""
    return [case for file in sorted((FIXTURES / "invalid").glob("*.trig")) for case in _cases(file)]


def _cases(file: Path) -> Iterator[Case]:
    graphs: dict[str, list[Triple]] = {}
    said: list[Triple] = []
    for quad in parse(path=file, format=RdfFormat.TRIG):
        if isinstance(quad.graph_name, DefaultGraph):
            said.append(quad.triple)
        else:
            graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    index = GraphIndex(said)
    for node in index.subjects(SH + "result"):
        expected = tuple(sorted(_expected(index, result) for result in index.objects(node, SH + "result")))
        add, remove = (tuple(graphs.get(f"{node.value}/{part}", ())) for part in ("add", "remove"))
        yield Case(node.value.removeprefix(CASE), file.stem, add, remove, expected)


def _expected(index: GraphIndex, node: object) -> Key:
    def get(name: str) -> str:
        value = index.value(node, SH + name)  # type: ignore[arg-type]
        if name in {"resultPath", "sourceConstraintComponent", "resultSeverity"}:
            return "" if value is None else value.value.removeprefix(SH) if name == "resultSeverity" else value.value
        return "" if value is None else str(value)

    names = ("focusNode", "sourceShape", "sourceConstraintComponent", "resultSeverity", "resultPath", "value")
    focus, shape, component, severity, path, value = map(get, names)
    return (focus, shape, component, severity, path, value)


def vocabulary() -> Iterator[Quad]:
    """What the shapes need of the ontology and the schemes: class hierarchy and scheme membership."""
    folder = ROOT / "ontology"
    for file in [*sorted(folder.glob("*.ttl")), *sorted((folder / "schemes").glob("*.ttl"))]:
        for quad in parse(path=file, format=RdfFormat.TURTLE):
            if quad.predicate.value in KEPT and isinstance(quad.object, NamedNode):
                yield quad


@pytest.fixture(scope="session")
def world_quads() -> list[Quad]:
    """The valid world with the vocabulary it needs."""
    return [*vocabulary(), *parse(path=FIXTURES / "valid.ttl", format=RdfFormat.TURTLE)]


@pytest.fixture(scope="session")
def world(world_quads: list[Quad]) -> MemoryStore:
    """The valid world in memory; change it only through ``broken``."""
    store = MemoryStore()
    store.add(world_quads)
    return store


@pytest.fixture(scope="session")
def broken(world: MemoryStore) -> Callable[[Case], AbstractContextManager[MemoryStore]]:
    """``with broken(case) as store:`` gives the world with the case's change, undone at the end."""

    @contextmanager
    def change(case: Case) -> Iterator[MemoryStore]:
        removed = [Quad(*t) for t in case.remove]
        added = [Quad(*t) for t in case.add if Quad(*t) not in world.engine]
        missing = [quad for quad in removed if quad not in world.engine]
        assert not missing, f"{case.name} takes out what is not there: {missing}"
        world.remove(removed)
        world.add(added)
        try:
            yield world
        finally:
            world.remove(added)
            world.add(removed)

    return change


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    """All cases."""
    return read_cases()


@pytest.fixture(scope="session")
def result_key() -> Callable[[Result], Key]:
    """The function that says what a case says about a result."""
    return key


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``case`` once per case."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", read_cases(), ids=lambda case: f"{case.module}/{case.name}")
