from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from biokg.errors import QuerySyntaxError, StoreError, UsageError
from biokg.settings import load_settings
from biokg.store import open_store
from biokg.store.base import Store
from biokg.store.disk import DiskStore
from biokg.store.folder import StoreFolder
from biokg.store.local import LocalStore
from biokg.store.memory import MemoryStore
from biokg.store.published import PublishedStore

DATA = b"""<e:a> <e:p> "x" <e:g1> .
<e:a> <e:p> "x" <e:g2> .
<e:a> <e:p> "y" <e:g1> .
<e:b> <e:p> "z" <e:g3> .
"""


@pytest.fixture(params=["memory", "disk", "published"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalStore]:
    if request.param == "published":
        held: LocalStore = PublishedStore(DATA)
    else:
        held = MemoryStore() if request.param == "memory" else DiskStore(tmp_path / "store")
        held.load_nquads(DATA)
    yield held
    held.close()


def count(store: Store, text: str, **options: object) -> int:
    return len(list(store.select(text, **options).rows))  # type: ignore[arg-type]


def test_it_is_a_store(store: LocalStore) -> None:
    assert isinstance(store, Store)


def test_a_triple_in_two_graphs_counts_once_in_the_union(store: LocalStore) -> None:
    assert count(store, "SELECT * { ?s ?p ?o }") == 3
    row = next(iter(store.select("SELECT (COUNT(*) AS ?n) { <e:a> <e:p> ?o }").rows))
    assert row[0] == ox.Literal("2", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))


def test_a_view_is_the_merge_of_its_graphs_and_of_no_other(store: LocalStore) -> None:
    assert count(store, "SELECT * { ?s ?p ?o }", default_graphs=["e:g1", "e:g2"]) == 2
    assert count(store, "SELECT * { ?s ?p ?o }", default_graphs=["e:g3"]) == 1
    assert count(store, "SELECT * { ?s ?p ?o }", default_graphs=[]) == 0


def test_named_graphs_stay_reachable_from_a_view(store: LocalStore) -> None:
    assert count(store, "SELECT * { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }", default_graphs=["e:g1"]) == 3


def test_a_blank_node_is_one_node_in_the_union_and_in_its_graph(store: LocalStore) -> None:
    store.update("INSERT DATA { GRAPH <e:g4> { _:b <e:q> 1 } }")
    assert count(store, "SELECT ?b WHERE { ?b <e:q> 1 . GRAPH <e:g4> { ?b <e:q> 1 } }") == 1


def test_views_prepared_answer_as_views_made_when_asked(store: LocalStore) -> None:
    plain, both = "SELECT * WHERE { ?s ?p ?o }", "SELECT * WHERE { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }"
    asked = count(store, plain), count(store, both)
    store.drop_views()
    store.prepare()
    assert (count(store, plain), count(store, both)) == asked == (3, 4)


def test_from_is_a_merge_too_and_a_dataset_given_goes_before_it(store: LocalStore) -> None:
    assert count(store, "SELECT * FROM <e:g1> FROM <e:g2> { ?s ?p ?o }") == 2
    given = store.query("SELECT * FROM <e:g1> { ?s ?p ?o }", ["e:g3"], named_graphs=[])
    assert isinstance(given, ox.QuerySolutions)
    assert [str(row["s"]) for row in given] == ["<e:b>"]
    named = store.query("SELECT ?g FROM NAMED <e:g2> { GRAPH ?g { ?s ?p ?o } }")
    assert isinstance(named, ox.QuerySolutions)
    assert [str(row["g"]) for row in named] == ["<e:g2>"]


def test_without_union_the_default_graph_is_its_own(store: LocalStore) -> None:
    assert count(store, "SELECT * { ?s ?p ?o }", union_default_graph=False) == 0


def test_a_write_is_seen_by_every_view(store: LocalStore) -> None:
    assert count(store, "SELECT * { ?s ?p ?o }", default_graphs=["e:g3"]) == 1
    store.update("INSERT DATA { GRAPH <e:g3> { <e:c> <e:p> 1 } }")
    assert count(store, "SELECT * { ?s ?p ?o }", default_graphs=["e:g3"]) == 2
    store.remove([ox.Quad(ox.NamedNode("e:b"), ox.NamedNode("e:p"), ox.Literal("z"), ox.NamedNode("e:g3"))])
    assert count(store, "SELECT * { ?s ?p ?o }", default_graphs=["e:g3"]) == 1
    assert store.graphs() == ["e:g1", "e:g2", "e:g3"]


def test_a_sequence_of_updates_is_done_whole_or_not_at_all(store: LocalStore) -> None:
    with pytest.raises(UsageError):
        store.update("INSERT DATA { <e:n> <e:p> 1 } ; DROP GRAPH <e:none>")
    assert len(store) == 4


def test_a_broken_document_is_not_half_loaded(store: LocalStore) -> None:
    with pytest.raises(StoreError, match="N-Quads"):
        store.load_nquads(b"<e:n> <e:p> <e:o> .\nthis is no quad\n")
    assert len(store) == 4


def test_what_is_asked_must_be_what_the_query_is(store: LocalStore) -> None:
    with pytest.raises(UsageError, match="no ASK"):
        store.ask("SELECT * { ?s ?p ?o }")
    with pytest.raises(QuerySyntaxError):
        store.select("SELECT * {")


def test_a_disk_store_has_one_writer_and_readers_that_see_their_time(tmp_path: Path) -> None:
    writer = DiskStore(tmp_path / "store")
    writer.load_nquads(DATA)
    with pytest.raises(StoreError, match="could not be opened"):
        DiskStore(tmp_path / "store")
    writer.backup(tmp_path / "copy")
    writer.update("CLEAR ALL")
    assert len(DiskStore(tmp_path / "copy", read_only=True)) == 4


def test_a_folder_without_a_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store") as caught:
        open_store(load_settings({"store": str(tmp_path / "none")}, environ={}))
    assert "biokg serve" in str(caught.value.fix)


def test_a_draft_is_nothing_until_it_is_committed(tmp_path: Path) -> None:
    from biokg.execution.writes import hash_of

    folder = StoreFolder(tmp_path / "store")
    first = folder.draft()
    store = DiskStore(first)
    store.load_nquads(DATA)
    version = hash_of(store)
    store.engine.flush()
    del store
    folder.commit(first, version)
    draft = folder.draft()
    changed = DiskStore(draft)
    changed.update("CLEAR ALL")
    del changed
    assert len(folder.reader()) == 4
    current = folder.current()
    assert current is not None
    assert current.version.version == version.version
    assert hash_of(folder.reader()).version == version.version


NESTED = (["e:g1"], ["e:g1", "e:g2"], ["e:g3", "e:g1", "e:g2"])
ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"


def test_views_grown_one_from_the_other_answer_as_views_made_alone(store: LocalStore) -> None:
    alone = [list(store.select(ALL, default_graphs=graphs).rows) for graphs in NESTED]
    store.drop_views()
    grown = [
        list(one.select(ALL, default_graphs=graphs).rows)
        for one, graphs in zip(store.nested(NESTED), NESTED, strict=True)
    ]
    assert grown == alone
    assert [len(rows) for rows in grown] == [2, 2, 3]


def test_a_grown_view_passes_on_what_is_asked_of_other_graphs(store: LocalStore) -> None:
    one = next(store.nested(NESTED))
    assert count(one, ALL, default_graphs=["e:g3"]) == 1
    assert count(one, ALL) == 3
    assert count(one, "SELECT * { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }", default_graphs=["e:g1"]) == 3


def test_a_view_that_does_not_hold_the_one_before_is_not_grown(store: LocalStore) -> None:
    with pytest.raises(ValueError, match="e:g1"):
        list(store.nested([["e:g1"], ["e:g2", "e:g3"]]))


def test_a_view_grown_before_a_write_is_not_kept(store: LocalStore) -> None:
    growing = store.nested(NESTED)
    for _ in NESTED:
        next(growing)
    store.update('INSERT DATA { GRAPH <e:g1> { <e:c> <e:p> "new" } }')
    assert next(growing, None) is None
    assert count(store, ALL, default_graphs=NESTED[-1]) == 4


def test_a_published_version_is_not_loaded_whole_for_its_views() -> None:
    broken = DATA + b"no quad <e:other> .\n"
    store = PublishedStore(broken)
    assert count(store, ALL, default_graphs=["e:g1", "e:g2"]) == 2
    with pytest.raises(StoreError, match="N-Quads"):
        store.graphs()
    with pytest.raises(StoreError, match="N-Quads"):
        count(store, ALL, default_graphs=["e:other"])
