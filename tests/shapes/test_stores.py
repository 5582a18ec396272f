"""Validation gives the same results whatever holds the triples: memory, disk, or anything that answers SPARQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad

from biokg.reasoning import materialise
from biokg.shapes import Revalidation, load_shapes, screening, validate
from biokg.shapes.model import Shapes
from biokg.store.base import Solutions
from biokg.store.disk import DiskStore
from biokg.store.memory import MemoryStore
from biokg.terms import inferred_graph, layer_graph


class OnlySparql:
    """A store of which nothing is known but that it answers SELECT, as a remote engine does."""

    kind = "remote"

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.asked = 0

    def select(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Any] | None = None,
        union_default_graph: bool = True,
    ) -> Solutions:
        self.asked += 1
        return self.store.select(
            text, default_graphs=default_graphs, bindings=bindings, union_default_graph=union_default_graph
        )


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes()


@pytest.fixture(scope="module")
def bad_quads(world_quads: list[Quad], cases: list[Any]) -> set[Quad]:
    quads = {*world_quads} - {Quad(*t) for case in cases[::3] for t in case.remove}
    return quads | {Quad(*t) for case in cases[::3] for t in case.add}


@pytest.fixture(scope="module")
def memory(bad_quads: set[Quad]) -> MemoryStore:
    store = MemoryStore()
    store.add(bad_quads)
    return store


def test_a_store_on_disk(memory: MemoryStore, bad_quads: set[Quad], shapes: Shapes, tmp_path: Path) -> None:
    disk = DiskStore(tmp_path / "store")
    disk.add(bad_quads)
    found = validate(disk, shapes=shapes).results
    disk.close()
    assert found == validate(memory, shapes=shapes).results
    assert len(found) > 100


def test_a_store_that_only_answers_sparql(memory: MemoryStore, shapes: Shapes) -> None:
    remote = OnlySparql(memory)
    assert validate(remote, shapes=shapes).results == validate(memory, shapes=shapes).results  # type: ignore[arg-type]
    assert 100 < remote.asked < 600


@pytest.mark.parametrize(("most", "dear"), [(1000, 10**9), (0, 10**9), (2, 10**9), (10**9, 10**9)])
def test_screening_changes_no_result(
    most: int, dear: int, memory: MemoryStore, bad_quads: set[Quad], shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeated = {Quad(q.subject, q.predicate, q.object, NamedNode("http://e/again")) for q in list(bad_quads)[::3]}
    store = MemoryStore()
    store.add(bad_quads | repeated)
    monkeypatch.setattr(screening, "DEAR", -1)
    plain = Counter(validate(store, shapes=shapes).results)
    monkeypatch.setattr(screening, "MOST", most)
    monkeypatch.setattr(screening, "DEAR", dear)
    assert Counter(validate(store, shapes=shapes).results) == plain == Counter(validate(memory, shapes=shapes).results)


def test_the_number_of_queries_does_not_grow_with_the_data(
    memory: MemoryStore, world: MemoryStore, shapes: Shapes
) -> None:
    few, many = OnlySparql(world), OnlySparql(memory)
    validate(few, shapes=shapes)  # type: ignore[arg-type]
    validate(many, shapes=shapes)  # type: ignore[arg-type]
    assert many.asked <= few.asked + 20


def test_a_recheck_asks_far_fewer_queries_than_a_whole_check(world: MemoryStore, shapes: Shapes) -> None:
    whole, part = OnlySparql(world), OnlySparql(world)
    validate(whole, shapes=shapes)  # type: ignore[arg-type]
    check = Revalidation(part, shapes)  # type: ignore[arg-type]
    nodes = [NamedNode("https://example.org/aerospace/upfront")]
    check.check(nodes)
    part.asked = 0
    check.check(nodes)
    assert part.asked < whole.asked / 4


def test_materialisation_on_disk_gives_the_graphs_of_memory(world_quads: list[Quad], tmp_path: Path) -> None:
    place = NamedNode(layer_graph("dissertation"))
    ontology = NamedNode("https://w3id.org/biokg/graph/ontology")
    kept = [Quad(*q.triple, ontology if "subClassOf" in q.predicate.value else place) for q in world_quads]
    held = MemoryStore()
    disk = DiskStore(tmp_path / "store")
    graphs = []
    for store in (held, disk):
        store.add(kept)
        assert materialise(store) > 20
        graphs.append({q.triple for q in store.quads(inferred_graph("dissertation"))})
    disk.close()
    assert graphs[0] == graphs[1]
