"""What a write changes is known exactly, and nothing that was acknowledged is lost."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from biokg.errors import ValidationFailed
from biokg.execution.pool import Job, WorkerPool
from biokg.execution.writes import Changes, Write, apply, hash_of
from biokg.settings import Settings
from biokg.shapes.acceptance import require_conformance
from biokg.store.folder import StoreFolder
from biokg.store.memory import MemoryStore

TURTLE = "text/turtle"
WRITES = {
    "insert data": Write("update", "INSERT DATA { <e:a> <e:p> 1, 2, 'x'@en GRAPH <e:g> { <e:s> <e:p> <e:o> } }"),
    "delete data": Write("update", "DELETE DATA { <e:a> <e:b> 1 } ; INSERT DATA { <e:a> <e:b> 1 . <e:n> <e:b> 2 }"),
    "both ways": Write("update", "PREFIX e: <e:> INSERT DATA { e:q e:b 1 } ; DELETE DATA { e:q e:b 1 . e:a e:b 2 }"),
    "blank nodes": Write("update", "INSERT DATA { _:x <e:b> [ <e:b> 3 ] }"),
    "where": Write("update", "DELETE { ?s <e:b> ?o } INSERT { ?s <e:c> ?o } WHERE { ?s <e:b> ?o }"),
    "clear": Write("update", "CLEAR ALL"),
    "nothing": Write("update", ""),
    "post": Write("post", graph="", parts=((TURTLE, b"<e:a> <e:b> 1, 9 ."),)),
    "post dataset": Write("post", parts=(("application/n-quads", b"<e:a> <e:b> <e:c> <e:g> .\n"),)),
    "put": Write("put", graph="e:g", parts=((TURTLE, b"<e:s> <e:p> 5 ."),)),
    "put dataset": Write("put", parts=(("application/n-quads", b"<e:a> <e:b> <e:c> <e:g> .\n"),)),
    "put nothing": Write("put", graph="e:empty", parts=((TURTLE, b""),)),
    "create": Write("update", "CREATE GRAPH <e:empty>"),
    "empty": Write("update", "DELETE WHERE { GRAPH <e:g> { ?s ?p ?o } }"),
    "delete graph": Write("delete", graph="e:g"),
}


def _store() -> MemoryStore:
    store = MemoryStore()
    store.update("INSERT DATA { <e:a> <e:b> 1, 2, 3 GRAPH <e:g> { <e:s> <e:p> 4, <e:o> } }")
    return store


@pytest.mark.parametrize("name", WRITES)
def test_the_hash_and_the_changes_of_a_write_are_those_of_the_whole_store(name: str) -> None:
    store = _store()
    before, graphs = set(store.quads()), set(store.engine.named_graphs())
    written = apply(WRITES[name], store, hash_of(store), max_bytes=10_000)
    after = set(store.quads())
    assert (written.version.version, written.version.quads) == (hash_of(store).version, len(after))
    kept = frozenset(store.engine.named_graphs())
    assert written.changes == replace(Changes.between(before, after), made=kept - graphs, dropped=graphs - kept)
    again = _store()
    journaled = Changes.from_json(json.loads(json.dumps(written.changes.to_json())))
    assert journaled.redo(again, hash_of(again)).version == written.version.version == hash_of(again).version
    assert set(again.engine.named_graphs()) == kept


def test_a_journal_restores_what_differs_from_run_to_run(tmp_path: Path) -> None:
    nquads, journal = tmp_path / "data.nq", tmp_path / "writes" / "journal.jsonl"
    nquads.write_text("<e:a> <e:b> <e:c> .\n")
    first = WorkerPool.start(Settings(quota=0.0), nquads=nquads, journal=journal)
    try:
        first.write(
            Write("update", "INSERT { <e:a> <e:at> ?now, ?id } WHERE { BIND(NOW() AS ?now) BIND(UUID() AS ?id) }")
        )
        first.write(Write("update", "INSERT DATA { _:x <e:b> [ <e:b> 3 ] }"))
        first.write(Write("update", "CREATE GRAPH <e:empty>"))
        last = first.write(Write("update", "INSERT DATA { <e:a> <e:b> 1 }"))
    finally:
        first.close()
    again = WorkerPool.start(Settings(quota=0.0), nquads=nquads, journal=journal)
    try:
        assert (again.version, last["quads"]) == (last["version"], 6)
        again.write(Write("delete", graph="e:empty"))
    finally:
        again.close()


def test_a_reader_that_leaves_late_takes_no_write_with_it(tmp_path: Path) -> None:
    """The generations before are removed when their last reader has gone, maybe in the middle of a later write."""
    nquads, folder = tmp_path / "data.nq", tmp_path / "store"
    nquads.write_text("".join(f"<e:s{i}> <e:p> <e:o{i % 7}> .\n" for i in range(1200)))
    settings = Settings(quota=0.0, union_default_graph=False)
    pool = WorkerPool.start(settings, nquads=nquads, folder=folder)
    try:
        reader = pool.run(Job("SELECT * { ?a ?b ?c . ?d ?e ?f }", union=False, deadline=30))
        pool.write(Write("update", "INSERT DATA { <e:a> <e:n> 1 }"))
        counted = "SELECT (COUNT(*) AS ?n) { ?a <e:p> ?c . ?d <e:p> ?c . FILTER(?a != ?d) }"
        slow = f"INSERT {{ <e:a> <e:n> ?n }} WHERE {{ {counted} }}"
        done: list[str] = []
        thread = threading.Thread(target=lambda: done.append(pool.write(Write("update", slow))["version"]))
        thread.start()
        while len(list((folder / "generations").iterdir())) < 3:
            pass
        reader.close()
        thread.join()
        assert done == [pool.version]
    finally:
        pool.close()
    current = StoreFolder(folder).current()
    assert current is not None
    assert current.version.version == done[0] == hash_of(StoreFolder(folder).reader()).version


def test_a_small_change_is_judged_as_the_whole_graph_would_be() -> None:
    good = (
        "INSERT DATA { <https://w3id.org/biokg/id/organization/new> a <https://w3id.org/biokg/ontology/Organization> }"
    )
    store = MemoryStore()
    written = apply(Write("update", good), store, hash_of(store), max_bytes=1)
    with pytest.raises(ValidationFailed) as small:
        require_conformance(store, written.changes)
    extra = "INSERT DATA { [] <e:p> 1 }"
    blank = apply(Write("update", extra), store, hash_of(store), max_bytes=1)
    with pytest.raises(ValidationFailed) as whole:
        require_conformance(store, blank.changes)
    assert small.value.message == whole.value.message
