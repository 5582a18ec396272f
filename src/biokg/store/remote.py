"""A store in another SPARQL 1.1 engine, asked through SPARQLWrapper."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from biokg.errors import QuerySyntaxError, RemoteEngineError, UsageError
from biokg.sparql.binding import bind
from biokg.sparql.dataset import dataset_clause
from biokg.sparql.tokens import GRAPH_FORMS, query_form
from biokg.store.answering import Answering, store_query
from biokg.store.local import reads_named_graphs

if TYPE_CHECKING:
    import pyoxigraph as ox
    from SPARQLWrapper import SPARQLWrapper

    from biokg.store.base import Parameter, Term

BATCH = 500
"""Quads per INSERT DATA or DELETE DATA; engines bound the length of an update."""
GRAPHS_AS = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
SOLUTIONS_AS = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
NO_GRAPH = "urn:x-biokg:no-graph"
"""Names a graph that no engine has: an empty dataset."""
GRAPHS_KNOWN_FOR = 60.0
"""Seconds for which the list of an engine's graphs is believed."""
MAX_ANSWER_BYTES = 256 * 1024 * 1024
VIRTUOSO_ASK = "__ASK_RETVAL"
"""Virtuoso 7.2 answers ASK as a SELECT of this variable: one row for true, none for false."""
_VIRTUOSO_BOOLEAN = re.compile(
    rb'("datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": )"([01])"'
    rb'|(?<=\s)"([01])"(?=\^\^(?:<http://www.w3.org/2001/XMLSchema#boolean>|xsd:boolean))'
)
"""Virtuoso keeps booleans as numbers: its JSON and its N-Triples write 1 and 0."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the address given is the one asked."""


@dataclass(frozen=True)
class _Sent:
    """An answer; ``most_rows`` is the engine's own limit, where it names one."""

    media_type: str
    body: bytes
    most_rows: int | None


_DISTINCT = re.compile(r"(?:\s|#[^\n]*\n|(?:PREFIX|BASE)[^\n>]*>)*SELECT\s+DISTINCT\b", re.IGNORECASE)


def _once(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Each row once: Virtuoso's own DISTINCT keeps rows apart that differ only in which graph a long string is from."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        if row not in seen:
            seen.add(row)
            yield row


def _yes_or_no(rows: ox.QuerySolutions) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """The boolean that Virtuoso wrote as *rows*."""
    import pyoxigraph as ox

    if [variable.value for variable in rows.variables] != [VIRTUOSO_ASK]:
        raise ValueError("rows where yes or no was asked for")
    said = json.dumps({"head": {}, "boolean": any(True for _ in rows)})
    return ox.parse_query_results(said, ox.QueryResultsFormat.JSON)


class RemoteStore(Answering):
    """The engine at *address*, an http(s) SPARQL endpoint.

    *update_address* is where updates go; by default ``…/update`` beside ``…/query``, else the same address.
    *auth_file* holds ``USER:PASSWORD`` (sent as Basic or Digest, as the engine asks) or a bearer token; it is sent
    to these two addresses only. *timeout* is in seconds. Redirects are not followed, proxies of the environment not
    used, answers above 256 MB refused. An answer the engine marks as cut (``X-SQL-State``) is an error.
    Every method may raise :class:`RemoteEngineError`.
    """

    kind = "remote"

    def __init__(
        self,
        address: str,
        *,
        update_address: str | None = None,
        auth_file: Path | None = None,
        timeout: float = 30.0,
    ) -> None:
        if urlsplit(address).scheme not in ("http", "https"):
            raise UsageError(
                f"{address!r} is no http(s) address", fix="for instance --engine http://127.0.0.1:8890/sparql"
            )
        self.address = address
        beside = address.removesuffix("/query") + "/update" if address.endswith("/query") else address
        self.update_address = update_address or beside
        self.timeout = timeout
        auth, self._authorization = authorisation(auth_file, address, self.update_address)
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}), *auth)
        self._graphs: list[str] | None = None
        self._graphs_known = 0.0

    def _rows(self, text: str, solutions: ox.QuerySolutions) -> Iterable[tuple[Term | None, ...]]:
        rows = super()._rows(text, solutions)
        return _once(rows) if _DISTINCT.match(text) else rows

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
    ) -> ox.QuerySolutions | ox.QueryBoolean | Iterator[ox.Triple]:
        """The engine's answer, whole, in pyoxigraph's terms."""
        import pyoxigraph as ox

        wrapper = self._wrapper()
        wrapper.setQuery((f"BASE <{base_iri}>\n" if base_iri else "") + bind(text, bindings or {}))
        wrapper.setMethod("POST")
        for name, graph in self._dataset(text, default_graphs, named_graphs, union_default_graph, names_graphs):
            wrapper.addParameter(name, graph)
        form = query_form(text)
        is_graph = form in GRAPH_FORMS
        wrapper.queryType = form
        wrapper.addCustomHttpHeader("Accept", GRAPHS_AS if is_graph else SOLUTIONS_AS)
        if is_graph:
            wrapper.setReturnFormat("turtle")
        sent = self._send(wrapper)
        try:
            if is_graph:
                known = ox.RdfFormat.from_media_type(sent.media_type) or ox.RdfFormat.N_TRIPLES
                return (quad.triple for quad in list(ox.parse(sent.body, known)))
            results = ox.QueryResultsFormat.from_media_type(sent.media_type) or ox.QueryResultsFormat.JSON
            found = ox.parse_query_results(sent.body, results)
            if form == "ASK" and isinstance(found, ox.QuerySolutions):
                return _yes_or_no(found)
            if sent.most_rows is not None and isinstance(found, ox.QuerySolutions):
                self._refuse_cut(found, sent.most_rows)
                return ox.parse_query_results(sent.body, results)
            return found
        except (SyntaxError, ValueError) as error:
            raise RemoteEngineError(f"{self.address} answered what cannot be read: {error}") from None

    def _dataset(
        self,
        text: str,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
        union: bool,
        names_graphs: bool | None,
    ) -> Iterator[tuple[str, str]]:
        """The parameters of the protocol that name the dataset; none where the engine's own, or that of FROM, holds.

        With a default graph named, an engine lets GRAPH reach only what is named too: all graphs, unless given.
        """
        if default_graphs is None and named_graphs is None and (not union or dataset_clause(text) is not None):
            return
        given = default_graphs is not None or named_graphs is not None
        graphs = (default_graphs or (NO_GRAPH,)) if given else self.graphs()
        yield from (("default-graph-uri", graph) for graph in graphs)
        if named_graphs is None and (reads_named_graphs(text) if names_graphs is None else names_graphs):
            named_graphs = self.graphs()
        yield from (("named-graph-uri", graph) for graph in named_graphs or ())

    def dump(self, output: IO[bytes] | Any, form: str, graph: str | None, *, union: bool = False) -> None:
        """Write a named graph, or the whole dataset for ``None`` or ``""``, as the RDF format *form*."""
        import pyoxigraph as ox

        found: Iterator[Any] = self.quads(graph or None)
        if graph is not None:
            found = (quad.triple for quad in found)
        ox.serialize(found, output, getattr(ox.RdfFormat, form))

    def _wrapper(self) -> SPARQLWrapper:
        from SPARQLWrapper import JSON, SPARQLWrapper

        return SPARQLWrapper(self.address, updateEndpoint=self.update_address, returnFormat=JSON, agent="biokg")

    def _refuse_cut(self, found: Iterable[object], most: int) -> None:
        """Virtuoso names its limit of rows with every answer that has no LIMIT, and cuts there without a word."""
        if sum(1 for _ in found) >= most:
            raise RemoteEngineError(
                f"{self.address} cut its answer at {most} rows",
                fix="raise ResultSetMaxRows of the engine, or add LIMIT",
            )

    def _send(self, wrapper: SPARQLWrapper) -> _Sent:
        """Send what *wrapper* holds with an opener that follows nothing."""
        request = wrapper._createRequest()
        for name, value in wrapper.customHttpHeaders.items():
            request.add_header(name, value)
        if self._authorization:
            request.add_header("Authorization", self._authorization)
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                body = response.read(MAX_ANSWER_BYTES + 1)
                state = response.headers.get("X-SQL-State")
                content_type = response.headers.get_content_type()
                most_rows = response.headers.get("X-SPARQL-MaxRows", "")
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise RemoteEngineError(f"{self.address} could not be asked: {reason}", fix="check --engine") from None
        if state:
            raise RemoteEngineError(
                f"{self.address} cut its answer (X-SQL-State: {state})", fix="narrow the query or raise its time limit"
            )
        if len(body) > MAX_ANSWER_BYTES:
            raise RemoteEngineError(f"{self.address} answered more than {MAX_ANSWER_BYTES} bytes", fix="add LIMIT")
        body = _VIRTUOSO_BOOLEAN.sub(_boolean, body) if b"#boolean" in body else body
        return _Sent(content_type, body, int(most_rows) if most_rows.isdecimal() else None)

    def _refusal(self, error: urllib.error.HTTPError) -> RemoteEngineError | QuerySyntaxError:
        said, fix = _explained(error)
        if error.code in (401, 403):
            return RemoteEngineError(f"{self.address} wants other credentials: {said}", fix="see --engine-auth-file")
        if error.code == 400:
            return QuerySyntaxError(f"the remote engine refused the query: {said}", fix=fix)
        if 300 <= error.code < 400:
            return RemoteEngineError(f"{self.address} redirects, which is not followed", fix="give its final address")
        return RemoteEngineError(f"{self.address} answered {error.code}: {said}", fix=fix)

    def update(self, text: str) -> None:
        """Run a SPARQL update; atomic where the engine is."""
        wrapper = self._wrapper()
        wrapper.setQuery(text)
        wrapper.queryType = "INSERT"
        wrapper.setMethod("POST")
        self._send(wrapper)
        self._graphs = None

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add *quads* in batches; a failure leaves the earlier batches in place."""
        self._write("INSERT DATA", quads)

    def remove(self, quads: Iterable[ox.Quad]) -> None:
        """Remove *quads* in batches."""
        self._write("DELETE DATA", quads)

    def _write(self, operation: str, quads: Iterable[ox.Quad]) -> None:
        for batch in batched_quads(quads):
            self.update(f"{operation} {{\n{batch}\n}}")

    def load_nquads(self, data: bytes) -> None:
        """Add an N-Quads document, parsed whole before the first batch is sent."""
        import pyoxigraph as ox

        try:
            quads = list(ox.parse(data, ox.RdfFormat.N_QUADS))
        except SyntaxError as error:
            raise UsageError(f"the N-Quads could not be read: {error}") from None
        self.add(quads)

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """All quads, or those of one named graph."""
        import pyoxigraph as ox

        bindings = {} if graph is None else {"g": ox.NamedNode(graph)}
        found = self.select(store_query("quads"), bindings=bindings, union_default_graph=False)
        for subject, predicate, value, name in found.rows:
            yield ox.Quad(subject, predicate, value, name)  # type: ignore[arg-type]

    def graphs(self) -> Sequence[str]:
        """IRIs of the named graphs, sorted; asked anew after a write through this store, and once a minute."""
        if self._graphs is None or time.monotonic() - self._graphs_known > GRAPHS_KNOWN_FOR:
            self._graphs_known = time.monotonic()
            rows = self.select(store_query("graphs"), union_default_graph=False).rows
            self._graphs = [str(getattr(row[0], "value", "")) for row in rows]
        return self._graphs

    def close(self) -> None:
        """Nothing is held open."""


def _explained(error: urllib.error.HTTPError) -> tuple[str, str | None]:
    """What an engine said went wrong, and what it advises: of a problem document (RFC 9457), else its first line."""
    body = error.read(4000).decode("utf-8", "replace").strip()
    try:
        document = json.loads(body)
        fix = document.get("fix")
        return str(document.get("detail") or document["title"])[:300], str(fix)[:300] if fix else None
    except (ValueError, KeyError, AttributeError):
        first = body.splitlines()
        return (first[0][:300] if first else str(error.reason)), None


def _boolean(found: re.Match[bytes]) -> bytes:
    before, in_json, in_rdf = found.groups()
    return (before or b"") + (b'"true"' if (in_json or in_rdf) == b"1" else b'"false"')


def authorisation(file: Path | None, *addresses: str) -> tuple[list[urllib.request.BaseHandler], str | None]:
    """Handlers that answer an engine's challenge, and the header of a bearer token, from what *file* holds."""
    if file is None:
        return [], None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--engine-auth-file {file} cannot be read: {error}") from None
    user, colon, password = secret.partition(":")
    if not colon:
        return [], f"Bearer {secret}"
    known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    for address in addresses:
        known.add_password(None, address, user, password)
    return [urllib.request.HTTPDigestAuthHandler(known), urllib.request.HTTPBasicAuthHandler(known)], None


def batched_quads(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """SPARQL's quad syntax for *quads*, :data:`BATCH` at a time, grouped by graph."""
    import pyoxigraph as ox

    iterator = iter(quads)
    while batch := list(islice(iterator, BATCH)):
        by_graph: dict[str, list[str]] = {}
        for quad in batch:
            graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
            by_graph.setdefault(graph, []).append(f"{quad.subject} {quad.predicate} {quad.object} .")
        texts = {graph: "\n".join(lines) for graph, lines in by_graph.items()}
        yield "\n".join(f"GRAPH {graph} {{\n{text}\n}}" if graph else text for graph, text in texts.items())
