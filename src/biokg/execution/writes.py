"""A write as a value, and what it does to a store: SPARQL updates and whole graphs."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from biokg.errors import NotFound, QuerySyntaxError, ReachesOutside, StoreError, UsageError
from biokg.rdf.fingerprint import DatasetHash
from biokg.rdf.parse import DATASET_FORMATS, format_name, parse_rdf

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.local import LocalStore

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
class Written:
    """What a write did: the new version, and whether the graph was there before."""

    version: DatasetHash
    created: bool


def hash_of(store: LocalStore) -> DatasetHash:
    """The dataset's hash, by reading all of it (about 12 µs a quad)."""
    return DatasetHash().add(store.quads())


def apply(
    write: Write,
    store: LocalStore,
    version: DatasetHash,
    *,
    max_bytes: int,
    check: Callable[[LocalStore], None] | None = None,
) -> Written:
    """Do *write* on *store*, whose hash is *version*; *check* may refuse the result.

    The caller works on a copy or in a transaction of its own: on an error the store is not to be used.
    """
    if write.operation == "refuse":
        _refuse(write)
    before = set(_touched(write, store))
    created = False
    if write.operation == "update":
        store.update(write.body, base_iri=write.base)
    else:
        created = _graph(write, store, max_bytes)
    store.drop_views()
    if check is not None:
        check(store)
    after = set(_touched(write, store))
    return Written(version.remove(before - after).add(after - before), created)


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


def _touched(write: Write, store: LocalStore) -> Iterator[ox.Quad]:
    """The quads that *write* may change."""
    import pyoxigraph as ox

    if write.operation == "update" or write.graph is None:
        return store.quads()
    target = ox.DefaultGraph() if write.graph == DEFAULT_GRAPH else ox.NamedNode(write.graph)
    return store.engine.quads_for_pattern(None, None, None, target)


def _graph(write: Write, store: LocalStore, max_bytes: int) -> bool:
    """Do a Graph Store Protocol operation; whether the graph was created by it."""
    quads = [quad for media_type, data in write.parts for quad in _placed(write, media_type, data, max_bytes)]
    if write.graph is None:
        if write.operation in ("put", "delete"):
            store.engine.clear()
        store.engine.extend(quads)
        return False
    import pyoxigraph as ox

    target = ox.DefaultGraph() if write.graph == DEFAULT_GRAPH else ox.NamedNode(write.graph)
    exists = isinstance(target, ox.DefaultGraph) or store.engine.contains_named_graph(target)
    if write.operation == "delete":
        if not exists:
            raise NotFound(f"there is no graph <{write.graph}>")
        store.engine.remove_graph(target)
        return False
    if write.operation == "put":
        store.engine.clear_graph(target)
    if isinstance(target, ox.NamedNode):
        store.engine.add_graph(target)
    store.engine.extend(quads)
    return not exists


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
