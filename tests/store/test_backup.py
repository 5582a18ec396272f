from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from biokg.errors import StoreError
from biokg.execution.writes import hash_of
from biokg.store.backup import compact, restore_backup, write_backup
from biokg.store.folder import StoreFolder, writes_up_to
from biokg.store.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    held = MemoryStore()
    held.update("INSERT DATA { <e:a> <e:p> 'é\\n', 1.50, _:x GRAPH <e:g> { _:x <e:p> 'y'@nl-be } }")
    return held


def test_backup_and_restore_round_trip_by_hash(store: MemoryStore, tmp_path: Path) -> None:
    target, folder = tmp_path / "b.nq.gz", StoreFolder(tmp_path / "store")
    version = write_backup(store, target)
    generation = restore_backup(target, folder)
    assert generation.version.version == version.version == hash_of(folder.reader()).version == hash_of(store).version
    write_backup(folder.reader(), tmp_path / "again.nq.gz")
    compacted = compact(folder)
    assert compacted.version.version == version.version
    assert hash_of(folder.reader()).version == version.version
    assert [entry.name for entry in (tmp_path / "store" / "generations").iterdir()] == [compacted.path.name]


@pytest.mark.parametrize("damage", ["cut", "changed", "other"])
def test_a_damaged_backup_is_refused_and_the_store_stays(damage: str, store: MemoryStore, tmp_path: Path) -> None:
    good, bad, folder = tmp_path / "good.gz", tmp_path / "bad.gz", StoreFolder(tmp_path / "store")
    write_backup(store, good)
    restore_backup(good, folder)
    text = gzip.decompress(good.read_bytes())
    bad.write_bytes(
        {
            "cut": good.read_bytes()[:-30],
            "changed": gzip.compress(text.replace(b"nl-be", b"nl-nl")),
            "other": gzip.compress(b"<e:a> <e:b> <e:c> .\n"),
        }[damage]
    )
    with pytest.raises(StoreError):
        restore_backup(bad, folder)
    assert hash_of(folder.reader()).version == hash_of(store).version


def test_a_backup_replaces_no_file(store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(StoreError, match="exists"):
        write_backup(store, tmp_path / "b")
    assert (tmp_path / "b").read_text() == "mine"


def test_restore_waits_for_no_writer(store: MemoryStore, tmp_path: Path) -> None:
    import os

    write_backup(store, tmp_path / "b")
    lock = StoreFolder(tmp_path / "store").lock()
    with pytest.raises(StoreError, match="another process"):
        restore_backup(tmp_path / "b", StoreFolder(tmp_path / "store"))
    os.close(lock)


def test_the_log_is_the_chain_that_leads_to_the_current_version() -> None:
    entries = [
        {"before": "0", "version": "1"},
        {"before": "1", "version": "lost"},
        {"before": "1", "version": "2"},
    ]
    assert [entry["version"] for entry in writes_up_to(iter(entries), "2")] == ["1", "2"]
