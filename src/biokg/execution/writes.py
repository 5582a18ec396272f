"""A write as a value, and what it does to a store: SPARQL updates and whole graphs."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from biokg.errors import NotFound, QuerySyntaxError, ReachesOutside, StoreError, UsageError
from biokg.rdf.fingerprint import DatasetHash, for_each_block
from biokg.rdf.parse import DATASET_FORMATS, format_name, parse_rdf
from biokg.sparql.tokens import Token, tokens

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.local import LocalStore

    GraphName = ox.NamedNode | ox.BlankNode

DEFAULT_GRAPH = ""
"""How a write names the default graph."""

RELOAD = "reload"
"""Operation that puts another published version in place; only the server itself asks for it."""


@dataclass(frozen=True)
class Write:
    """One write. ``operation`` is ``update`` (``body`` is SPARQL), ``put``, ``post``, ``delete``, ``refuse``:
    an update that is only checked to be SPARQL and then refused, or :data:`RELOAD`.

    ``graph`` is an IRI, ``""`` for the default graph, or ``None`` for the whole dataset; ``parts`` are the
    documents of a multipart body as (media type, bytes).
    """

    operation: str
    body: str = ""
    graph: str | None = None
    parts: tuple[tuple[str, bytes], ...] = ()
    base: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON document, for the journal and between processes."""
        parts = [[media_type, base64.b64encode(data).decode("ascii")] for media_type, data in self.parts]
        return {"operation": self.operation, "body": self.body, "graph": self.graph, "parts": parts, "base": self.base}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Write:
        """The write that :meth:`to_json` wrote."""
        parts = tuple((media_type, base64.b64decode(data)) for media_type, data in document["parts"])
        return cls(document["operation"], document["body"], document["graph"], parts, document["base"])


@dataclass(frozen=True)
class Changes:
    """The quads that a write added and removed, and the named graphs it made and dropped; none is in both.

    A graph may be there without a quad, which is why its name is kept.
    """

    added: frozenset[ox.Quad] = frozenset()
    removed: frozenset[ox.Quad] = frozenset()
    made: frozenset[GraphName] = frozenset()
    dropped: frozenset[GraphName] = frozenset()

    @classmethod
    def between(cls, before: AbstractSet[ox.Quad], after: AbstractSet[ox.Quad]) -> Changes:
        """What leads from *before* to *after*."""
        return cls(frozenset(after - before), frozenset(before - after))

    def to_json(self) -> dict[str, list[str]]:
        """As lines of N-Quads and names of graphs as they stand there, for the journal."""
        quads = {"added": sorted(map(_line, self.added)), "removed": sorted(map(_line, self.removed))}
        return quads | {"made": sorted(map(str, self.made)), "dropped": sorted(map(str, self.dropped))}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Changes:
        """The changes that :meth:`to_json` wrote; older journals name no graphs."""
        made, dropped = (frozenset(map(_graph_name, document.get(name, ()))) for name in ("made", "dropped"))
        return cls(_parsed(document["added"]), _parsed(document["removed"]), made, dropped)

    def redo(self, store: LocalStore, version: DatasetHash) -> DatasetHash:
        """Make the same changes again on *store*, whose hash is *version*; the new hash."""
        for quad in self.removed:
            store.engine.remove(quad)
        for graph in self.dropped:
            store.engine.remove_graph(graph)
        for graph in self.made:
            store.engine.add_graph(graph)
        store.engine.extend(self.added)
        store.drop_views()
        return version.remove(self.removed).add(self.added)


def _line(quad: ox.Quad) -> str:
    return f"{quad} ."


def _parsed(lines: Iterable[str]) -> frozenset[ox.Quad]:
    import pyoxigraph as ox

    return frozenset(ox.parse("\n".join(lines), ox.RdfFormat.N_QUADS))


def _graph_name(written: str) -> GraphName:
    import pyoxigraph as ox

    return ox.BlankNode(written[2:]) if written.startswith("_:") else ox.NamedNode(written[1:-1])


@dataclass(frozen=True)
class Written:
    """What a write did: the new version, whether the graph was not there before, and which quads changed."""

    version: DatasetHash
    created: bool
    changes: Changes = field(default_factory=Changes)


Check = Callable[["LocalStore", Changes], None]
"""Raises what refuses a write, given the store after it and what it changed."""


def hash_of(store: LocalStore) -> DatasetHash:
    """The dataset's hash, by reading all of it (about 4 µs a quad)."""
    return DatasetHash().add_dump(store.engine)


def apply(
    write: Write, store: LocalStore, version: DatasetHash, *, max_bytes: int, check: Check | None = None
) -> Written:
    """Do *write* on *store*, whose hash is *version*; *check* may refuse the result.

    Cost follows what is written, but for updates with a WHERE or whole graphs, which are found out by comparing the
    store before and after. The caller works on a copy or in a transaction of its own: on an error the store is not
    to be used.
    """
    if write.operation == "refuse":
        _refuse(write)
    graphs = frozenset(store.engine.named_graphs())
    if write.operation == "update":
        created, changes = False, _updated(write, store)
    else:
        created, changes = _graph(write, store, max_bytes)
    kept = frozenset(store.engine.named_graphs())
    changes = replace(changes, made=kept - graphs, dropped=graphs - kept)
    store.drop_views()
    if check is not None:
        check(store, changes)
    return Written(version.remove(changes.removed).add(changes.added), created, changes)


def _updated(write: Write, store: LocalStore) -> Changes:
    """Run an update and tell what it changed."""
    named = _named_quads(write)
    if named is not None:
        before = {quad for quad in named if quad in store.engine}
        store.update(write.body, base_iri=write.base)
        return Changes.between(before, {quad for quad in named if quad in store.engine})
    lines = _lines(store)
    store.update(write.body, base_iri=write.base)
    after = _lines(store)
    return Changes(_parsed(line.decode() for line in after - lines), _parsed(line.decode() for line in lines - after))


def _lines(store: LocalStore) -> set[bytes]:
    found: set[bytes] = set()
    for_each_block(store.engine, lambda block: found.update(block.split(b"\n")[:-1]))
    return found


def _named_quads(write: Write) -> set[ox.Quad] | None:
    """Every quad that an update of INSERT DATA and DELETE DATA alone names; ``None`` for any other update.

    With INSERT for DELETE, an empty store holds them all.
    """
    from biokg.store.memory import MemoryStore

    held = list(tokens(write.body))
    words = {token.word for token in held} - {""}
    fresh = any(token.kind == "blank" or token.text in ("[", "<<") for token in held)
    if not words <= _DATA_WORDS or words.isdisjoint({"INSERT", "DELETE"}) or fresh:
        return None
    data = "".join(_as_insert(write.body, held))
    scratch = MemoryStore()
    try:
        scratch.update(data, base_iri=write.base)
    except UsageError:
        return None
    return set(scratch.quads())


_DATA_WORDS = frozenset({"PREFIX", "BASE", "INSERT", "DELETE", "DATA", "GRAPH", "A", "TRUE", "FALSE"})


def _as_insert(text: str, held: Sequence[Token]) -> Iterator[str]:
    position = 0
    for token in held:
        if token.word == "DELETE":
            yield text[position : token.start] + "INSERT"
            position = token.end
    yield text[position:]


def _refuse(write: Write) -> NoReturn:
    """Say what is wrong with an update that must not be done: its syntax, or else that it would fetch."""
    from biokg.store.memory import MemoryStore

    with contextlib.suppress(StoreError):
        try:
            MemoryStore().update(write.body, base_iri=write.base)
        except QuerySyntaxError:
            raise
        except UsageError:
            pass
    raise ReachesOutside("LOAD would fetch a document", fix="send the document itself to /rdf-graph-store")


def _graph(write: Write, store: LocalStore, max_bytes: int) -> tuple[bool, Changes]:
    """Do a Graph Store Protocol operation; whether the graph was created by it, and what changed."""
    import pyoxigraph as ox

    engine = store.engine
    given = {quad for media_type, data in write.parts for quad in _placed(write, media_type, data, max_bytes)}
    target: GraphName | ox.DefaultGraph | None = None
    if write.graph is not None:
        target = ox.DefaultGraph() if write.graph == DEFAULT_GRAPH else ox.NamedNode(write.graph)
    exists = not isinstance(target, ox.NamedNode) or engine.contains_named_graph(target)
    if write.operation == "delete" and not exists:
        raise NotFound(f"there is no graph <{write.graph}>")
    if write.operation == "post":
        changes = Changes(frozenset(quad for quad in given if quad not in engine))
    else:
        changes = Changes.between(set(engine.quads_for_pattern(None, None, None, target)), given)
        _clear(engine, target, removed=write.operation == "delete")
    if isinstance(target, ox.NamedNode) and write.operation != "delete":
        engine.add_graph(target)
    engine.extend(given)
    return not exists and target is not None, changes


def _clear(engine: ox.Store, target: GraphName | ox.DefaultGraph | None, *, removed: bool) -> None:
    """Empty one graph, or the whole store; a named graph that is to be *removed* is gone then."""
    if target is None:
        engine.clear()
    elif removed:
        engine.remove_graph(target)
    else:
        engine.clear_graph(target)


def _placed(write: Write, media_type: str, data: bytes, max_bytes: int) -> Iterable[ox.Quad]:
    """The quads of one document, in the graph that the write names."""
    import pyoxigraph as ox

    found = parse_rdf(data, media_type, base=write.base, max_bytes=max_bytes)
    if write.graph is None:
        yield from found
        return
    target = ox.DefaultGraph() if write.graph == DEFAULT_GRAPH else ox.NamedNode(write.graph)
    dataset = format_name(media_type) in DATASET_FORMATS
    for quad in found:
        if dataset and not isinstance(quad.graph_name, ox.DefaultGraph):
            raise UsageError("the document names graphs of its own", fix="send it to the store without graph=")
        yield ox.Quad(quad.subject, quad.predicate, quad.object, target)
