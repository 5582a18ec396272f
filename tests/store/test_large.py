"""A large store is asked in as few graphs as its views allow, and answers as the graphs one by one do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from biokg.execution.dataset import DiskDataset, Options
from biokg.rdf.fingerprint import DatasetHash
from biokg.store import disk, local
from biokg.store.disk import DiskStore
from biokg.store.folder import StoreFolder
from biokg.store.memory import MemoryStore
from biokg.terms import VIEWS, layer_graph

QUERY = "SELECT DISTINCT ?s ?o WHERE { ?s <http://e/p> ?o } ORDER BY ?s ?o"


class Watched:
    """An engine that remembers with which options it was asked."""

    def __init__(self, engine: ox.Store) -> None:
        self._engine = engine
        self.asked: list[dict[str, Any]] = []

    def query(self, text: str, **options: Any) -> Any:
        self.asked.append(options)
        return self._engine.query(text, **options)

    def __len__(self) -> int:
        return len(self._engine)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    monkeypatch.setattr(local, "COPY_UP_TO", 0)
    held = MemoryStore()
    held._own = Watched(held.engine)  # type: ignore[assignment]
    held.load_nquads(
        b"".join(
            f"<http://e/{name}> <http://e/p> <http://e/o> <{layer_graph(name)}> .\n".encode()
            for name in ("dissertation", "public-to-2016", "public-after-2016")
        )
    )
    return held


def answered(store: MemoryStore, view: str) -> tuple[set[str], dict[str, Any]]:
    rows = store.select(QUERY, default_graphs=VIEWS[view].graphs).rows
    watched: Any = store.engine
    return {str(row[0])[len("<http://e/") : -1] for row in rows}, watched.asked[-1]


def test_a_view_of_every_graph_is_the_union_which_is_looked_up_once(store: MemoryStore) -> None:
    found, options = answered(store, "all")
    assert found == {"dissertation", "public-to-2016", "public-after-2016"}
    assert options == {"use_default_graph_as_union": True}


def test_the_union_of_all_graphs_is_asked_as_such(store: MemoryStore) -> None:
    rows = list(store.select(QUERY).rows)
    watched: Any = store.engine
    assert len(rows) == 3
    assert watched.asked[-1] == {"use_default_graph_as_union": True}


def test_a_narrower_view_asks_only_the_graphs_that_are_here(store: MemoryStore) -> None:
    found, options = answered(store, "to-2016")
    assert found == {"dissertation", "public-to-2016"}
    assert options == {"default_graph": [ox.NamedNode(layer_graph(name)) for name in sorted(found)]}


@pytest.mark.parametrize("graph", ["<http://e/other>", ""])
def test_a_graph_outside_the_view_is_not_read_once_it_is_written(store: MemoryStore, graph: str) -> None:
    answered(store, "all")
    store.load_nquads(f"<http://e/stray> <http://e/p> <http://e/o> {graph} .\n".encode())
    found, options = answered(store, "all")
    assert "stray" not in found
    assert len(options["default_graph"]) == 3


def test_a_reader_of_a_folder_takes_the_number_of_quads_from_the_folder_and_counts_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "COPY_UP_TO", 5)
    folder = StoreFolder(tmp_path)
    draft = folder.draft()
    store = DiskStore(draft)
    store.add([ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("1"))])
    store.engine.flush()
    del store
    folder.commit(draft, DatasetHash(0, quads=6))
    assert folder.reader().is_large()
    dataset = DiskDataset(Options(union=False), folder)
    dataset.adopt()
    assert dataset.reader().is_large()


@pytest.fixture
def on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskStore:
    monkeypatch.setattr(disk, "COPY_UP_TO", 0)
    store = DiskStore(tmp_path / "store")
    store.load_nquads(b"".join(f'<http://e/{n}> <http://e/p> "{n}" <http://e/g{n % 2}> .\n'.encode() for n in range(9)))
    return store


def counted(store: DiskStore) -> str:
    ((found,),) = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows
    assert isinstance(found, ox.Literal)
    return found.value


def test_a_store_on_disk_whose_graphs_share_nothing_is_never_copied(on_disk: DiskStore) -> None:
    assert counted(on_disk) == "9"
    assert len(list(on_disk.select(QUERY).rows)) == 9
    assert on_disk._views == {}


def test_what_counts_triples_counts_those_of_two_graphs_once_on_disk_too(on_disk: DiskStore) -> None:
    assert counted(on_disk) == "9"
    on_disk.load_nquads(
        b'<http://e/1> <http://e/p> "1" <http://e/g0> .\n<http://e/new> <http://e/p> "1" <http://e/g0> .\n'
    )
    assert counted(on_disk) == "10"


def test_a_question_that_counts_no_repeats_is_not_copied_for_on_disk(on_disk: DiskStore) -> None:
    on_disk.load_nquads(b'<http://e/1> <http://e/p> "1" <http://e/g0> .\n')
    found = list(on_disk.select(QUERY, default_graphs=["http://e/g0", "http://e/g1"]).rows)
    assert len(found) == len(set(found)) == 9
    assert on_disk._views == {}
