"""The dataset as the holder keeps it: in its own memory, or as generations in a folder, or elsewhere."""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from biokg.errors import StoreError
from biokg.execution.writes import RELOAD, Changes, Check, Write, Written, apply, hash_of
from biokg.store.folder import StoreFolder, read_journal
from biokg.store.local import COPY_UP_TO
from biokg.store.memory import MemoryStore

if TYPE_CHECKING:
    from biokg.rdf.fingerprint import DatasetHash
    from biokg.store.local import LocalStore
    from biokg.store.remote import RemoteStore


@dataclass(frozen=True)
class Options:
    """What the holder is told about the dataset; all paths may be absent."""

    nquads: Path | None = None
    folder: Path | None = None
    engine: str | None = None
    engine_auth_file: Path | None = None
    version: str | None = None
    journal: Path | None = None
    check: str | None = None
    union: bool = True
    max_bytes: int = 10 * 1024 * 1024
    deadline: float = 10.0

    def checker(self) -> Check | None:
        """The function that ``check`` names as ``module:function``; it raises what refuses a write."""
        if self.check is None:
            return None
        module, _, name = self.check.partition(":")
        found: Check = getattr(importlib.import_module(module), name)
        return found


class Dataset(Protocol):
    """One dataset under the holder. ``moves`` says that the process that writes becomes the holder."""

    moves: bool
    version: str

    def open(self) -> None:
        """Make the current version ready for workers."""
        ...

    def reader(self) -> LocalStore | RemoteStore:
        """What a worker asks; called in the worker, after its fork."""
        ...

    def write(self, write: Write) -> Written:
        """Do *write* in a process of its own, durably."""
        ...

    def adopt(self) -> None:
        """Take over what the write left, in the process that goes on as holder."""
        ...

    def forget_old(self) -> None:
        """Let go of earlier versions, once no worker reads them."""
        ...


def _entry(write: Write, before: str, written: Written) -> dict[str, Any]:
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "before": before,
        "version": written.version.version,
        "quads": written.version.quads,
        "write": write.to_json(),
    }


@dataclass
class MemoryDataset:
    """The dataset in this process; forks share its memory. A journal, if any, is replayed when opened."""

    options: Options
    moves: bool = True
    version: str = ""
    _hash: DatasetHash | None = None
    _store: MemoryStore = field(default_factory=MemoryStore)

    def open(self) -> None:
        """Load the published file, then the writes journaled since."""
        options = self.options
        if options.nquads is not None:
            self._store.load_nquads(options.nquads.read_bytes())
        self.version = options.version or hash_of(self._store).version
        for entry in read_journal(options.journal) if options.journal else ():
            if entry["before"] == self.version:
                self._hash = self._redone(entry)
                self.version = self._hash.version
        self._prepare()

    def _redone(self, entry: dict[str, Any]) -> DatasetHash:
        """Do the write of *entry* again: the very quads, since an update may say NOW or make blank nodes."""
        if "changes" in entry:
            return Changes.from_json(entry["changes"]).redo(self._store, self._known())
        write = Write.from_json(entry["write"])
        return apply(write, self._store, self._known(), max_bytes=self.options.max_bytes).version

    def _known(self) -> DatasetHash:
        """The running hash; computed when the first write needs it."""
        if self._hash is None:
            self._hash = hash_of(self._store)
        return self._hash

    def _prepare(self) -> None:
        if self.options.union and not self._store.is_large():
            self._store.prepare()
        gc.collect()
        gc.freeze()

    def reader(self) -> LocalStore:
        """The store that was inherited."""
        return self._store

    def write(self, write: Write) -> Written:
        """Do *write* on this process's copy, and journal it."""
        if write.operation == RELOAD:
            return self._reload(write)
        options = self.options
        written = apply(write, self._store, self._known(), max_bytes=options.max_bytes, check=options.checker())
        if self.options.journal is not None:
            self.options.journal.parent.mkdir(parents=True, exist_ok=True)
            StoreFolder(self.options.journal.parent).record(
                _entry(write, self.version, written) | {"changes": written.changes.to_json()}
            )
        self.version, self._hash = written.version.version, written.version
        return written

    def _reload(self, write: Write) -> Written:
        """Hold the published version that *write* names, with its own journal, instead of the one held."""
        given = json.loads(write.body)
        journal = Path(given["journal"]) if given["journal"] else None
        options = replace(self.options, nquads=Path(given["nquads"]), version=given["version"], journal=journal)
        fresh = MemoryDataset(options)
        fresh.open()
        self.options, self._store, self.version = fresh.options, fresh._store, fresh.version
        self._hash = fresh._known()
        return Written(self._hash, created=False)

    def adopt(self) -> None:
        """Make the new version ready for workers."""
        self._prepare()

    def forget_old(self) -> None:
        """Nothing: earlier versions end with their process."""


@dataclass
class DiskDataset:
    """The dataset as generations in a folder; a worker opens the current one after its fork.

    Where the default graph is the union of all graphs and the data is not large, it is read into memory instead:
    a merge made once here is shared by all workers.
    """

    options: Options
    folder: StoreFolder
    moves: bool = False
    version: str = ""
    _current: Path = Path()
    _quads: int = 0
    _held: MemoryStore | None = None
    _lock: int = -1

    def open(self) -> None:
        """Make the first generation where there is none, from the published file if one is given.

        RocksDB starts threads, so it is opened in children only.
        """
        self._lock = self.folder.lock()
        if self.folder.current() is None:
            pid = os.fork()
            if pid == 0:
                self._first_generation()
                os._exit(0)
            os.waitpid(pid, 0)
            if self.folder.current() is None:
                raise StoreError(f"the store in {self.folder.path} could not be made", fix="is the disk full?")
        self.adopt()
        self.folder.drop_others(self._current)

    def _first_generation(self) -> None:
        from biokg.store.disk import DiskStore

        draft = self.folder.draft()
        store = DiskStore(draft)
        if self.options.nquads is not None:
            store.load_nquads(self.options.nquads.read_bytes())
        version = hash_of(store)
        store.engine.flush()
        del store
        gc.collect()
        self.folder.commit(draft, version)

    def reader(self) -> LocalStore:
        """The current generation."""
        from biokg.store.disk import DiskStore

        return self._held or DiskStore(self._current, read_only=True, quads=self._quads)

    def _into_memory(self) -> MemoryStore:
        """The current generation, written by a child (RocksDB starts threads) and read here."""
        from pyoxigraph import NamedNode

        from biokg.store.disk import DiskStore

        incoming, outgoing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(incoming)
            store = DiskStore(self._current, read_only=True)
            with os.fdopen(outgoing, "wb") as output:
                output.write(json.dumps(store.empty_graphs()).encode() + b"\n")
                store.dump(output, "N_QUADS", None)
            os._exit(0)
        os.close(outgoing)
        held = MemoryStore()
        with os.fdopen(incoming, "rb") as document:
            empty = json.loads(document.readline() or b"[]")
            held.load_nquads(document.read())
        for name in empty:
            held.engine.add_graph(NamedNode(name))
        os.waitpid(pid, 0)
        held.prepare()
        gc.collect()
        gc.freeze()
        return held

    def write(self, write: Write) -> Written:
        """Do *write* on a new generation and commit it."""
        from biokg.store.disk import DiskStore

        options, current = self.options, self.folder.served()
        draft = self.folder.draft()
        try:
            store = DiskStore(draft)
            written = apply(write, store, current.version, max_bytes=options.max_bytes, check=options.checker())
            store.engine.flush()
            del store
            gc.collect()
            self.folder.record(_entry(write, self.version, written))
            self.folder.commit(draft, written.version)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return written

    def adopt(self) -> None:
        """Serve the generation that the folder names."""
        found = self.folder.served()
        self._current, self.version, self._quads = found.path, found.version.version, found.version.quads
        small = self._quads <= COPY_UP_TO
        self._held = self._into_memory() if self.options.union and small else None

    def forget_old(self) -> None:
        """Remove the generations before the current one."""
        self.folder.drop_before(self._current)


@dataclass
class RemoteDataset:
    """A dataset in another engine, which has no versions that we could know."""

    options: Options
    engine: str
    moves: bool = False
    version: str = ""

    def open(self) -> None:
        """Nothing: the engine has it."""
        self.version = self.options.version or ""

    def reader(self) -> RemoteStore:
        """A client of the engine."""
        from biokg.store.remote import RemoteStore

        options = self.options
        return RemoteStore(self.engine, auth_file=options.engine_auth_file, timeout=options.deadline)

    def write(self, write: Write) -> Written:
        """Refused: whole graphs and updates go to the engine itself."""
        from biokg.errors import Forbidden

        raise Forbidden("writes go to the remote engine itself", fix=f"send them to {self.engine}")

    def adopt(self) -> None:
        """Nothing to take over."""

    def forget_old(self) -> None:
        """Nothing is kept."""


def dataset_of(options: Options) -> Dataset:
    """The dataset that *options* describe."""
    if options.engine is not None:
        return RemoteDataset(options, options.engine)
    return MemoryDataset(options) if options.folder is None else DiskDataset(options, StoreFolder(options.folder))


def options_from(document: str) -> Options:
    """Options from the JSON that :func:`options_to` wrote."""
    given = json.loads(document)
    for name in ("nquads", "folder", "journal", "engine_auth_file"):
        given[name] = Path(given[name]) if given.get(name) else None
    return Options(**given)


def options_to(options: Options) -> str:
    """*options* as JSON."""
    return json.dumps({name: str(v) if isinstance(v, Path) else v for name, v in vars(options).items()})
