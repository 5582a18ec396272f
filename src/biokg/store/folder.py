"""A store's folder: the data, the generations that readers open, the journal, and the version."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biokg.errors import StoreError
from biokg.rdf.fingerprint import DatasetHash
from biokg.store.disk import DiskStore


def write_durably(path: Path, data: bytes) -> None:
    """Replace *path* with *data* so that after a crash it is the old or the new file, whole."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Generation:
    """One whole state of the data: the folder RocksDB has for it, and its hash."""

    path: Path
    version: DatasetHash


@dataclass(frozen=True)
class StoreFolder:
    """The folder *path* of an on-disk store.

    ``generations/<n>/`` are RocksDB folders that nobody writes to once ``current.json`` names them. A write
    makes a new one out of the current one (table files are hard links) and then replaces ``current.json``:
    that one rename is the commit, so a crash leaves the state before the write or the one after it, whole.
    """

    path: Path

    @property
    def journal(self) -> Path:
        """One JSON line per write."""
        return self.path / "journal.jsonl"

    def lock(self) -> int:
        """Be the only writer, until the descriptor returned is closed. Raises :class:`StoreError` if another is."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise StoreError(
                f"another process writes to the store in {self.path}", fix="stop it, or choose another folder"
            ) from None
        return descriptor

    def current(self) -> Generation | None:
        """The generation that is served; ``None`` in a new folder."""
        try:
            document = json.loads((self.path / "current.json").read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StoreError(f"the store in {self.path} cannot be read: {error}", fix="restore a backup") from None
        version = DatasetHash.from_state(document["state"], document["quads"])
        return Generation(self.path / "generations" / document["generation"], version)

    def served(self) -> Generation:
        """The generation that is served. Raises :class:`StoreError` in a folder that has none."""
        found = self.current()
        if found is None:
            raise StoreError(f"there is no store in {self.path}", fix="make one with biokg serve --store")
        return found

    def reader(self) -> DiskStore:
        """The current generation, for reading."""
        served = self.served()
        return DiskStore(served.path, read_only=True, quads=served.version.quads)

    def draft(self) -> Path:
        """The folder of a new generation, a copy of the current one, for a write to work on."""
        generations = self.path / "generations"
        generations.mkdir(parents=True, exist_ok=True)
        numbers = [int(entry.name) for entry in generations.iterdir() if entry.name.isdigit()]
        target = generations / str(max(numbers, default=0) + 1)
        found = self.current()
        if found is None:
            return target
        target.mkdir()
        for entry in found.path.iterdir():
            if entry.suffix == ".sst":
                os.link(entry, target / entry.name)
            elif entry.name != "LOCK":
                shutil.copyfile(entry, target / entry.name)
        return target

    def commit(self, draft: Path, version: DatasetHash) -> Generation:
        """Make *draft*, closed by now, the current generation."""
        _sync_folder(draft)
        document = {
            "generation": draft.name,
            "version": version.version,
            "state": version.state,
            "quads": version.quads,
        }
        write_durably(self.path / "current.json", json.dumps(document).encode())
        return Generation(draft, version)

    def change(self, do: Callable[[DiskStore, DatasetHash], object]) -> Generation:
        """Let *do* change a copy of the current generation and its hash; compact it and make it current.

        Raises :class:`StoreError` in a folder that has none, or that another process writes to. An error of *do*
        leaves the folder as it was.
        """
        lock = self.lock()
        try:
            version = self.served().version
            draft = self.draft()
            store = DiskStore(draft)
            do(store, version)
            store.compact()
            store.engine.flush()
            del store
            done = self.commit(draft, version)
            self.drop_others(done.path)
            return done
        finally:
            os.close(lock)

    def drop_others(self, keep: Path) -> None:
        """Remove every generation but *keep*: old ones nobody reads, and drafts that a crash left. At start only."""
        for entry in (self.path / "generations").iterdir():
            if entry != keep:
                shutil.rmtree(entry, ignore_errors=True)

    def drop_before(self, keep: Path) -> None:
        """Remove every generation older than *keep*: a newer one is a write under way, or just committed."""
        for entry in (self.path / "generations").iterdir():
            if entry.name.isdigit() and int(entry.name) < int(keep.name):
                shutil.rmtree(entry, ignore_errors=True)

    def record(self, entry: dict[str, Any]) -> None:
        """Add one line to the journal, durably."""
        with self.journal.open("ab") as file:
            file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> Iterator[dict[str, Any]]:
        """The journal's lines in order; a last line that a crash cut is passed over."""
        return read_journal(self.journal)


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Lines of the journal *path* in order; none where it does not exist."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                if line.endswith(b"\n"):
                    raise StoreError(f"the journal {path} is damaged", fix="restore a backup") from None


def writes_up_to(entries: Iterator[dict[str, Any]], version: str) -> list[dict[str, Any]]:
    """The chain of *entries* that ends in *version*: a write that a crash kept from its commit is not in it."""
    by_version = {entry["version"]: entry for entry in entries}
    chain: list[dict[str, Any]] = []
    while version in by_version and len(chain) < len(by_version):
        chain.append(by_version[version])
        version = chain[-1]["before"]
    return chain[::-1]
