"""What the two Oxigraph stores share: asking, writing, and views as merged default graphs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from biokg.errors import NotFound, QuerySyntaxError, StoreError, UsageError
from biokg.sparql.binding import bind
from biokg.sparql.dataset import dataset_clause
from biokg.sparql.tokens import may_say, tokens
from biokg.store.answering import Answering

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.base import Parameter

UNION = ("*",)
"""Key of the view whose default graph is the merge of every graph."""


COPY_UP_TO = 2_000_000
"""Quads up to which a view is a copy; above, it would take too much memory and time."""


class LocalStore(Answering):
    """An Oxigraph store in this process.

    The engine's own union of graphs yields a triple once per graph that holds it, which breaks counts.
    A view is therefore a store of its own, made when first asked for: its default graph is the merge of
    the view's graphs, and where a query says GRAPH the named graphs are there too. A write drops the views.
    Above :data:`COPY_UP_TO` quads nothing is copied: there the engine's union answers, and a triple that
    stands in two graphs of a view counts twice unless the query says DISTINCT. On disk less is copied.
    """

    kind = "local"

    def __init__(self, engine: ox.Store, quads: int | None = None) -> None:
        self._own = engine
        self._views: dict[tuple[tuple[str, ...], bool], ox.Store] = {}
        self._lock = threading.Lock()
        self._narrowed: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._number = quads
        self._writes = 0

    @property
    def engine(self) -> ox.Store:
        """The pyoxigraph store underneath, with the graphs as they were loaded."""
        return self._own

    def query(
        self,
        text: str,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
        *,
        named_graphs: Sequence[str] | None = None,
        base_iri: str | None = None,
        names_graphs: bool | None = None,
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """The engine's own answer. A dataset given here goes before the one that FROM names in *text*.

        *named_graphs* are those that GRAPH may reach, all of them for ``None``; *names_graphs* says whether *text*
        has GRAPH or FROM, where that is known.
        """
        text = bind(text, bindings or {})
        options: dict[str, Any] = {} if base_iri is None else {"base_iri": base_iri}
        if default_graphs is None and named_graphs is None and names_graphs is not False:
            clause = dataset_clause(text, base_iri)
            if clause is not None:
                default_graphs, named_graphs = clause.default, clause.named
        engine, more = self._chosen(text, default_graphs, named_graphs, union_default_graph, names_graphs)
        options |= more
        try:
            return engine.query(text, **options)
        except SyntaxError as error:
            raise _syntax_error(error) from None
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the store could not answer: {error}") from None

    def _chosen(
        self,
        text: str,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
        union: bool,
        names_graphs: bool | None,
    ) -> tuple[ox.Store, dict[str, Any]]:
        """The engine that has the dataset asked for as its own, and the options that say the rest."""
        import pyoxigraph as ox

        options: dict[str, Any] = {}
        given = default_graphs is not None or named_graphs is not None
        graphs = tuple(default_graphs or ()) if given else UNION if union else None
        if named_graphs is not None:
            options["named_graphs"] = [ox.NamedNode(graph) for graph in named_graphs]
        if graphs is not None and (self.is_large() or self._needs_no_copy(text, graphs)):
            return self.engine, options | _engine_view(self._narrowest(graphs))
        if graphs is None:
            return self.engine, options
        with_named = reads_named_graphs(text) if names_graphs is None else names_graphs
        if given:
            options["default_graph"] = ox.DefaultGraph()
        return self._view(graphs, with_named), options

    def dump(self, output: IO[bytes] | Any, form: str, graph: str | None, *, union: bool = False) -> None:
        """Write a graph (``""`` is the default graph), or the whole dataset for ``None``, as the RDF format *form*.

        Raises :class:`NotFound` when there is no such graph.
        """
        import pyoxigraph as ox

        written = getattr(ox.RdfFormat, form)
        if graph is None:
            self.engine.dump(output, written)
        elif graph == "":
            engine = self.view(None, "") if union else self.engine
            engine.dump(output, written, from_graph=ox.DefaultGraph())
        else:
            name = ox.NamedNode(graph)
            if not self.engine.contains_named_graph(name):
                raise NotFound(f"there is no graph <{graph}>", fix="see the graphs in the service description")
            self.engine.dump(output, written, from_graph=name)

    def empty_graphs(self) -> list[str]:
        """The IRIs of the graphs that were made and hold nothing."""
        import pyoxigraph as ox

        names = (name for name in self.engine.named_graphs() if isinstance(name, ox.NamedNode))
        return [name.value for name in names if not any(self.engine.quads_for_pattern(None, None, None, name))]

    def is_large(self) -> bool:
        """Whether there are more than :data:`COPY_UP_TO` quads, so that views are not copied."""
        return self._size() > COPY_UP_TO

    def _size(self) -> int:
        """How many quads there are, counted once after each change."""
        if self._number is None:
            self._number = len(self.engine)
        return self._number

    def _needs_no_copy(self, _text: str, _graphs: tuple[str, ...]) -> bool:
        """Whether the engine's own union of the graphs gives the right answer, and sooner than a copy would."""
        return False

    def _narrowest(self, graphs: tuple[str, ...]) -> tuple[str, ...]:
        """Those of *graphs* that are here, or :data:`UNION` where there are no others.

        The engine looks a pattern up once in every graph that it is given, but only once in the union of all.
        """
        import pyoxigraph as ox

        held = graphs if graphs == UNION else self._narrowed.get(graphs)
        if held is None:
            unnamed = next(self.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()), None)
            whole = unnamed is None and all(str(name)[1:-1] in graphs for name in self.engine.named_graphs())
            here = tuple(name for name in graphs if self.engine.contains_named_graph(ox.NamedNode(name)))
            held = self._narrowed[graphs] = UNION if whole else here
        return held

    def view(self, default_graphs: Sequence[str] | None, text: str) -> ox.Store:
        """The store whose default graph merges *default_graphs* (all graphs for ``None``), for *text*."""
        return self._view(UNION if default_graphs is None else tuple(default_graphs), reads_named_graphs(text))

    def _view(self, graphs: tuple[str, ...], with_named: bool) -> ox.Store:
        key = _key(graphs, with_named)
        held = self._views.get(key)
        if held is None:
            with self._lock:
                held = self._views.get(key)
                if held is None:
                    held = self._views[key] = self._merged(*key)
        return held

    def nested(self, views: Sequence[Sequence[str]]) -> Iterator[LocalStore]:
        """A store for each of *views*, each of which holds the one before; good until the next is asked for.

        A view is made by adding to the one before, so all take the time of the widest. Raises ``ValueError``
        where one does not hold the one before.
        """
        if self.is_large() or all(_key(graphs) in self._views for graphs in views):
            yield from (self for _ in views)
            return
        yield from self._growing(views)

    def _growing(self, views: Sequence[Sequence[str]]) -> Iterator[LocalStore]:
        import pyoxigraph as ox

        grown, before, writes = ox.Store(), frozenset[str](), self._writes
        for graphs in views:
            if not before <= set(graphs):
                raise ValueError(f"the graphs {sorted(before - set(graphs))} are missing in the wider view")
            load(grown, self._triples([name for name in dict.fromkeys(graphs) if name not in before]))
            before = frozenset(graphs)
            yield _OneView(self, graphs, grown)
        with self._lock:
            if views and writes == self._writes:
                self._views.setdefault(_key(views[-1]), grown)

    def prepare(self) -> None:
        """Make the views of the union at once, one a thread, so that no query waits for them."""
        from concurrent.futures import ThreadPoolExecutor

        with self._lock, ThreadPoolExecutor(2) as threads:
            for with_named, view in zip(
                (False, True), threads.map(self._merged, (UNION, UNION), (False, True)), strict=True
            ):
                self._views[UNION, with_named] = view

    def _merged(self, graphs: tuple[str, ...], with_named: bool) -> ox.Store:
        import pyoxigraph as ox

        if with_named and graphs != UNION:
            return self._beside_named(graphs)
        view = ox.Store()
        load(view, self._triples(graphs) + (self._quads() if with_named else b""))
        for name in self.engine.named_graphs() if with_named else ():
            view.add_graph(name)
        return view

    def _triples(self, graphs: Sequence[str]) -> bytes:
        """The triples of *graphs*, or of every graph for :data:`UNION`, as lines of N-Triples."""
        import pyoxigraph as ox

        document = BytesIO()
        if graphs == UNION:
            self.engine.dump(document, ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        for name in self.engine.named_graphs() if graphs == UNION else map(ox.NamedNode, graphs):
            self.engine.dump(document, ox.RdfFormat.N_TRIPLES, from_graph=name)
        return document.getvalue()

    def _quads(self) -> bytes:
        """Every quad as a line of N-Quads."""
        import pyoxigraph as ox

        document = BytesIO()
        self.engine.dump(document, ox.RdfFormat.N_QUADS)
        return document.getvalue()

    def _beside_named(self, graphs: tuple[str, ...]) -> ox.Store:
        """The merge of *graphs* as default graph beside every named graph, without the store's own default graph."""
        import pyoxigraph as ox

        view = ox.Store()
        for graph in graphs:
            found = self.engine.quads_for_pattern(None, None, None, ox.NamedNode(graph))
            view.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in found)
        for name in self.engine.named_graphs():
            view.add_graph(name)
            view.bulk_extend(self.engine.quads_for_pattern(None, None, None, name))
        return view

    def drop_views(self) -> None:
        """Forget the views, since the graphs under them changed."""
        with self._lock:
            self._views.clear()
            self._narrowed.clear()
            self._number = None
            self._writes += 1

    def update(self, text: str, *, base_iri: str | None = None) -> None:
        """Run a SPARQL update; all of it or nothing."""
        try:
            self.engine.update(text, base_iri=base_iri)
        except SyntaxError as error:
            raise _syntax_error(error) from None
        except RuntimeError as error:
            raise UsageError(f"the update was not made: {error}") from None
        except OSError as error:
            raise StoreError(f"the update was not made: {error}") from None
        finally:
            self.drop_views()

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add *quads*; those already there stay as they are."""
        self.engine.extend(quads)
        self.drop_views()

    def remove(self, quads: Iterable[ox.Quad]) -> None:
        """Remove *quads*; those not there are passed over."""
        for quad in quads:
            self.engine.remove(quad)
        self.drop_views()

    def load_nquads(self, data: bytes) -> None:
        """Add a whole N-Quads document, or nothing if it has an error."""
        import pyoxigraph as ox

        try:
            self.engine.bulk_load(data, ox.RdfFormat.N_QUADS)
        except SyntaxError as error:
            raise StoreError(f"the N-Quads could not be read: {error}") from None
        except OSError as error:
            raise StoreError(f"the store could not be written: {error}") from None
        finally:
            self.drop_views()

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """All quads, or those of one named graph."""
        import pyoxigraph as ox

        pattern = None if graph is None else ox.NamedNode(graph)
        return self.engine.quads_for_pattern(None, None, None, pattern)

    def graphs(self) -> Sequence[str]:
        """IRIs of the named graphs, sorted."""
        return sorted(name.value for name in self.engine.named_graphs() if hasattr(name, "value"))

    def __len__(self) -> int:
        return len(self.engine)

    def close(self) -> None:
        """Let go of the views; the engine follows with its last reference."""
        self.drop_views()


class _OneView(LocalStore):
    """*whole* with one view made beforehand; whatever asks for another dataset is answered by *whole*."""

    def __init__(self, whole: LocalStore, graphs: Sequence[str], view: ox.Store) -> None:
        super().__init__(view)
        self._whole, self._graphs = whole, _key(graphs)

    @property
    def engine(self) -> ox.Store:
        """The engine of the whole."""
        return self._whole.engine

    def _chosen(
        self,
        text: str,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
        union: bool,
        names_graphs: bool | None,
    ) -> tuple[ox.Store, dict[str, Any]]:
        import pyoxigraph as ox

        with_named = reads_named_graphs(text) if names_graphs is None else names_graphs
        if named_graphs is None and default_graphs is not None and _key(default_graphs, with_named) == self._graphs:
            return self._own, {"default_graph": ox.DefaultGraph()}
        return self._whole._chosen(text, default_graphs, named_graphs, union, names_graphs)


def _key(graphs: Sequence[str], with_named: bool = False) -> tuple[tuple[str, ...], bool]:
    return tuple(sorted(set(graphs))), with_named


def load(engine: ox.Store, lines: bytes) -> None:
    """Add *lines* of N-Quads that were checked when they were written; raises StoreError for what is none."""
    import pyoxigraph as ox

    try:
        engine.bulk_load(lines, ox.RdfFormat.N_QUADS, lenient=True)
    except SyntaxError as error:
        raise StoreError(f"the N-Quads could not be read: {error}") from None


def _engine_view(graphs: tuple[str, ...]) -> dict[str, Any]:
    """Options with which the engine itself makes the union of *graphs*."""
    import pyoxigraph as ox

    if graphs == UNION:
        return {"use_default_graph_as_union": True}
    return {"default_graph": [ox.NamedNode(graph) for graph in graphs] or ox.NamedNode("urn:x-biokg:no-graph")}


_HEADER = re.compile(r"(?:#[^\r\n]*[\r\n]+)+")


def reads_named_graphs(text: str) -> bool:
    """Whether a query reads named graphs: it says GRAPH, FROM or FROM NAMED."""
    header = _HEADER.match(text)
    text = text[header.end() :] if header else text
    if not may_say(text, "GRAPH", "FROM"):
        return False
    return any(token.word in ("GRAPH", "FROM") for token in tokens(text))


def _syntax_error(error: SyntaxError) -> QuerySyntaxError:
    message = str(error.msg or error)
    place = re.match(r"error at (\d+):(\d+)", message)
    line, column = (int(place[1]), int(place[2])) if place else (error.lineno, error.offset)
    return QuerySyntaxError(_readable(message), line=line, column=column)


def _readable(message: str) -> str:
    """The engine's message with at most eight of the tokens it expected, without its character classes."""
    place, listed, rest = message.partition(": expected one of ")
    if not listed:
        return message
    found = re.findall(r'"[^"\s]{1,12}"|\b[A-Z]{2,}\b', rest)
    expected = [token for token in found if "\\" not in token and not re.fullmatch(r"[A-F]{4}", token)]
    shown = ", ".join(expected[:8]) + (" …" if len(expected) > 8 else "")
    return f"{place}: expected one of {shown}" if shown else place
