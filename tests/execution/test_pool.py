from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from selectors import SelectorKey
from typing import Any

import pytest

from biokg import errors
from biokg.execution import holder
from biokg.execution.board import QUICK, SLOTS, Slots, VersionBoard
from biokg.execution.dataset import MemoryDataset, Options
from biokg.execution.holder import Doors, Holder
from biokg.execution.lines import WorkQueue
from biokg.execution.pool import Job, WorkerPool
from biokg.execution.worker import Post, _Worker
from biokg.execution.writes import Write, hash_of
from biokg.rdf.fingerprint import DatasetHash
from biokg.settings import Settings
from biokg.store.folder import StoreFolder
from biokg.store.memory import MemoryStore

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i) }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def nquads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pool") / "data.nq"
    path.write_text(
        "\n".join(f"<http://e/s{i}> <http://e/p{i % 5}> <http://e/s{i % 97}> ." for i in range(3000)) + "\n"
    )
    return path


@pytest.fixture(scope="module")
def pool(nquads: Path) -> Iterator[WorkerPool]:
    held = WorkerPool.start(Settings(deadline=1.0, memory=64, quota=0.0), nquads=nquads)
    yield held
    held.close()


def csv(pool: WorkerPool, text: str = COUNT) -> str:
    return pool.run(Job(text, "text/csv", union=pool.settings.union)).read().decode().split()[-1]


def pids(pool: WorkerPool) -> set[int]:
    """Process ids of the workers: the children of the holder."""
    holder = pool._holder
    assert holder is not None
    return {int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _parent(entry) == holder.pid}


def _parent(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def until(condition: object, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


def test_an_answer_is_whole_in_the_format_asked_for(pool: WorkerPool) -> None:
    assert csv(pool) == "3000"
    answer = pool.run(Job("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples"))
    assert len(answer.read().splitlines()) == 3000


def test_a_query_is_stopped_at_its_deadline_and_its_worker_replaced(pool: WorkerPool) -> None:
    before = pids(pool)
    begun = time.monotonic()
    with pytest.raises(errors.DeadlineExceeded):
        pool.run(Job(ENDLESS))
    assert time.monotonic() - begun < 3
    assert until(lambda: len(pids(pool)) == len(before) and len(pids(pool) - before) == 1)
    assert csv(pool) == "3000"


def test_a_query_is_stopped_at_its_memory_ceiling(pool: WorkerPool) -> None:
    with pytest.raises((errors.MemoryExceeded, errors.DeadlineExceeded)) as caught:
        pool.run(Job(HUNGRY, deadline=20)).read()
    assert caught.type is errors.MemoryExceeded


def test_a_client_that_leaves_frees_its_worker(pool: WorkerPool) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.ClientGone):
        pool.run(Job(ENDLESS, deadline=30, gone=lambda: time.monotonic() - begun > 0.3))
    assert time.monotonic() - begun < 5


def test_a_worker_that_is_dear_to_replace_is_left_to_end_a_short_query_of_a_client_that_leaves(
    pool: WorkerPool,
) -> None:
    rows = [slot for slot in range(SLOTS) if pool.slots.row(slot).pid]
    for slot in rows:
        pool.slots.occupy(slot, pool.slots.row(slot).pid, 64 * 2**30)

    def leaves_once_begun() -> bool:
        return any(pool.slots.row(slot).began for slot in rows)

    with pytest.raises(errors.DeadlineExceeded):
        pool.run(Job(ENDLESS, deadline=1.5, gone=leaves_once_begun))
    assert csv(pool) == "3000"


def test_a_reader_that_stops_early_frees_its_worker(pool: WorkerPool) -> None:
    answer = pool.run(Job("SELECT * { ?a ?b ?c . ?d ?e ?f }"))
    assert not answer.complete
    next(iter(answer))
    answer.close()
    assert csv(pool) == "3000"


def test_an_answer_cut_in_the_middle_raises_and_never_ends(pool: WorkerPool) -> None:
    answer = pool.run(Job("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"))
    with pytest.raises(errors.DeadlineExceeded):
        for _ in answer:
            pass


def test_a_worker_that_dies_in_the_middle_is_a_typed_error(pool: WorkerPool) -> None:
    answer = pool.run(Job("SELECT * { ?a ?b ?c . ?d ?e ?f }", deadline=30))
    for pid in pids(pool):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with pytest.raises(errors.WorkerDied):
        answer.read()
    assert csv(pool) == "3000"


def test_a_text_too_deep_for_the_engine_ends_at_most_its_worker(pool: WorkerPool) -> None:
    with pytest.raises((errors.WorkerDied, errors.MemoryExceeded, errors.DeadlineExceeded)):
        pool.run(Job("ASK " + "{" * 400_000 + "}" * 400_000)).read()
    assert csv(pool) == "3000"


def test_errors_of_the_query_come_with_their_place(pool: WorkerPool) -> None:
    with pytest.raises(errors.QuerySyntaxError) as caught:
        pool.run(Job("SELECT * {\n ?s ?p }"))
    assert caught.value.line == 2
    with pytest.raises(errors.NotAcceptable):
        pool.run(Job(COUNT, "text/turtle")).read()


def test_more_than_may_wait_are_told_to_come_back(nquads: Path) -> None:
    pool = WorkerPool.start(Settings(workers=1, queue=0, deadline=2.0, quota=0.0), nquads=nquads)
    try:
        assert pool.waiting.acquire(blocking=False)
        with pytest.raises(errors.Busy) as caught:
            pool.run(Job(COUNT))
        assert caught.value.retry_after >= 1
        pool.waiting.release()
        assert csv(pool) == "3000"
    finally:
        pool.close()


def test_a_client_pays_for_its_time(nquads: Path) -> None:
    pool = WorkerPool.start(Settings(deadline=1.0, quota=0.5), nquads=nquads)
    try:
        with pytest.raises(errors.DeadlineExceeded):
            pool.run(Job(ENDLESS, client="10.0.0.1"))
        with pytest.raises(errors.QuotaExceeded) as caught:
            pool.run(Job(COUNT, client="10.0.0.1"))
        assert caught.value.retry_after > 1
        assert pool.run(Job(COUNT, "text/csv", client="10.0.0.2")).read().split()[-1] == b"3000"
    finally:
        pool.close()


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_a_write_is_a_new_version_seen_by_the_next_query(kind: str, nquads: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store" if kind == "disk" else None
    pool = WorkerPool.start(Settings(quota=0.0, union_default_graph=True), nquads=nquads, folder=folder)
    try:
        store = MemoryStore()
        store.load_nquads(nquads.read_bytes())
        for number in range(3):
            text = f"INSERT DATA {{ <http://e/new> <http://e/n> {number} }}"
            store.update(text)
            done = pool.write(Write("update", text))
            assert csv(pool) == str(3001 + number)
            assert done["version"] == pool.version == hash_of(store).version
        with pytest.raises(errors.QuerySyntaxError):
            pool.write(Write("update", "INSERT DATA { oops"))
        with pytest.raises(errors.UsageError):
            pool.write(Write("put", graph="http://e/g", parts=(("text/turtle", b"<a> <b>"),)))
        assert (csv(pool), pool.version) == ("3003", hash_of(store).version)
    finally:
        pool.close()
    if folder is not None:
        current = StoreFolder(folder).current()
        assert current is not None
        assert current.version.version == hash_of(store).version
        assert len(list(StoreFolder(folder).entries())) == 3


def test_a_write_is_stopped_at_the_longest_deadline(nquads: Path) -> None:
    pool = WorkerPool.start(Settings(max_deadline=1.0, memory=4096, quota=0.0), nquads=nquads)
    endless = f"INSERT {{ <e:x> <e:n> ?n }} WHERE {{ {ENDLESS} }}"
    try:
        before = pool.version
        with pytest.raises((errors.DeadlineExceeded, errors.MemoryExceeded)):
            pool.write(Write("update", endless))
        assert (pool.version, csv(pool)) == (before, "3000")
        assert pool.write(Write("update", "INSERT DATA { <e:a> <e:b> 1 }"))["quads"] == 3001
    finally:
        pool.close()


def test_the_journal_is_replayed_over_the_same_version(nquads: Path, tmp_path: Path) -> None:
    journal = tmp_path / "writes" / "journal.jsonl"
    settings = Settings(quota=0.0)
    first = WorkerPool.start(settings, nquads=nquads, journal=journal)
    try:
        first.write(Write("update", "INSERT DATA { <e:a> <e:b> 1 }"))
        last = first.write(Write("post", graph="e:g", parts=(("text/turtle", b"<e:a> <e:b> 2 ."),)))
    finally:
        first.close()
    again = WorkerPool.start(settings, nquads=nquads, journal=journal)
    try:
        assert (again.version, csv(again)) == (last["version"], "3002")
    finally:
        again.close()


def test_the_hash_goes_on_from_its_state_without_reading_the_rest() -> None:
    store = MemoryStore()
    store.update("INSERT DATA { <e:a> <e:b> 1, 2, 3 }")
    held = hash_of(store)
    store.update("INSERT DATA { <e:a> <e:b> 4 } ; DELETE DATA { <e:a> <e:b> 1 }")
    whole = hash_of(store)
    stepwise = DatasetHash.from_state(held.state, held.quads)
    removed = MemoryStore()
    removed.update("INSERT DATA { <e:a> <e:b> 1 }")
    added = [quad for quad in store.quads() if quad.object.value == "4"]
    assert stepwise.remove(removed.quads()).add(added).version == whole.version != held.version


def test_nothing_is_left_running_after_close(nquads: Path) -> None:
    pool = WorkerPool.start(Settings(quota=0.0), nquads=nquads)
    workers = pids(pool)
    assert len(workers) == 2
    pool.close()
    assert until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))


def test_whoever_comes_after_a_write_is_never_greeted_by_a_worker_of_the_version_before(tmp_path: Path) -> None:
    board = VersionBoard(tmp_path / "version")
    board.publish("before")
    near, far = socket.socketpair()
    post = Post(tmp_path, WorkQueue.make(), near, near, Slots(tmp_path / "slots"), 0, board, "before", board.count())
    worker = _Worker(post, MemoryStore())
    board.publish("after")
    near.shutdown(socket.SHUT_WR)
    worker._converse(far)
    assert near.recv(1) == b""
    near.close()


def test_a_worker_goes_by_the_version_that_it_was_forked_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = VersionBoard(tmp_path / "version")
    board.publish("before")
    born: list[Post] = []

    def fork_while_a_write_is_published() -> int:
        board.publish("after")
        return 0

    monkeypatch.setattr(os, "fork", fork_while_a_write_is_published)
    monkeypatch.setattr(holder, "serve_queries", lambda _reader, post: born.append(post))
    dataset = MemoryDataset(Options())
    dataset.version = "before"
    doors = Doors.open(tmp_path)
    try:
        Holder(doors, dataset, board, Slots(tmp_path / "slots"), 1, 1.0, 1)._fork(QUICK)
    finally:
        doors.close()
    assert [(post.version, post.count) for post in born] == [("before", board.count() - 1)]


def test_the_child_of_a_write_goes_on_without_what_its_parent_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def fork_and_go_on_as_the_child() -> None:
        heard.append("write")
        monkeypatch.setattr(os, "getpid", lambda: -1)

    class Told:
        def __init__(self) -> None:
            keys = [(1, fork_and_go_on_as_the_child), (2, lambda: heard.append("for the parent"))]
            self.batches = [[SelectorKey(n, n, 0, do) for n, do in keys], [SelectorKey(0, 0, 0, None)]]

        def select(self, _timeout: float) -> list[tuple[SelectorKey, int]]:
            return [(key, 0) for key in self.batches.pop(0)]

    for name in ("_watch", "_fill", "_look_at_workers"):
        monkeypatch.setattr(Holder, name, lambda _self: None)
    doors = Doors.open(tmp_path)
    try:
        board, slots = VersionBoard(tmp_path / "version"), Slots(tmp_path / "slots")
        told: Any = Told()
        Holder(doors, MemoryDataset(Options()), board, slots, 1, 1.0, 1, selector=told).run()
    finally:
        doors.close()
    assert heard == ["write"]
