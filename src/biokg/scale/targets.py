"""What a benchmark asks: this process's own store, any SPARQL address, or rdflib."""

from __future__ import annotations

import hashlib
import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from biokg.errors import RemoteEngineError, UsageError
from biokg.scale.measuring import processor_time

if TYPE_CHECKING:
    from biokg.store.base import Store

MAX_ANSWER = 256 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """One answer: rows, a hash of them that does not depend on their order, and what it took."""

    rows: int
    digest: str
    seconds: float
    processor: float | None


class Target(Protocol):
    """Something that answers SELECT."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    def ask(self, text: str) -> Reply:
        """Ask and read the whole answer."""


def digest_of(rows: Sequence[tuple[str, ...]]) -> str:
    """Twelve hexadecimal digits that tell one bag of rows from another."""
    state = hashlib.sha256()
    for row in sorted(rows):
        state.update("\x1f".join(row).encode() + b"\x1e")
    return state.hexdigest()[:12]


def plain(term: object | None) -> str:
    """A term so that engines agree on it: the value, numbers without leading or trailing zeros."""
    if term is None:
        return ""
    value = str(getattr(term, "value", term))
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:.10g}"


@dataclass(frozen=True)
class OwnStore:
    """A store of ours, asked in this process. The default graph is the union of *graphs* (all for ``None``)."""

    name: str
    store: Store
    graphs: tuple[str, ...] | None = None

    def ask(self, text: str) -> Reply:
        """Ask and read the whole answer."""
        begun, used = time.perf_counter(), time.process_time()
        found = list(self.store.select(text, default_graphs=self.graphs).rows)
        seconds, processor = time.perf_counter() - begun, time.process_time() - used
        rows = [tuple(map(plain, row)) for row in found]
        return Reply(len(rows), digest_of(rows), seconds, processor)


@dataclass(frozen=True)
class RdflibStore:
    """Plain rdflib over N-Quads in memory."""

    name: str
    dataset: object

    @classmethod
    def of(cls, text: bytes) -> RdflibStore:
        """Parse *text*."""
        from rdflib import Dataset

        dataset = Dataset(default_union=True)
        dataset.parse(data=text, format="nquads")
        return cls("rdflib", dataset)

    def ask(self, text: str) -> Reply:
        """Ask and read the whole answer."""
        begun, used = time.perf_counter(), time.process_time()
        found = list(self.dataset.query(text))  # type: ignore[attr-defined]
        seconds, processor = time.perf_counter() - begun, time.process_time() - used
        rows = [tuple(plain(None if cell is None else str(cell)) for cell in row) for row in found]
        return Reply(len(rows), digest_of(rows), seconds, processor)


class Endpoint:
    """A SPARQL address, asked over one kept connection. *pid*: the server's process, to count its processor time."""

    def __init__(self, name: str, address: str, *, pid: int | None = None, timeout: float = 300.0) -> None:
        parts = urlsplit(address)
        if parts.scheme != "http" or not parts.hostname:
            raise UsageError(f"{address!r} is no http address", fix="for instance http://127.0.0.1:7878/query")
        self.name, self.address, self.pid = name, address, pid
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)

    def ask(self, text: str) -> Reply:
        """Ask and read the whole answer; raises :class:`RemoteEngineError` when it is refused, cut or too large."""
        from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

        headers = {"Accept": "application/sparql-results+json", "Content-Type": "application/x-www-form-urlencoded"}
        used = processor_time(self.pid) if self.pid else None
        begun = time.perf_counter()
        try:
            self._connection.request("POST", self._path, urlencode({"query": text}), headers)
            response = self._connection.getresponse()
            body = response.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise RemoteEngineError(f"{self.address}: {error}") from None
        seconds = time.perf_counter() - begun
        after = processor_time(self.pid) if self.pid else None
        if response.status != 200 or response.headers.get("X-SQL-State") or len(body) > MAX_ANSWER:
            said = response.headers.get("X-SQL-State") or body[:200].decode("utf-8", "replace")
            raise RemoteEngineError(f"{self.address} answered {response.status}: {said}")
        parsed = parse_query_results(body, QueryResultsFormat.JSON)
        if not isinstance(parsed, QuerySolutions):
            raise RemoteEngineError(f"{self.address} gave no table")
        names = [variable.value for variable in parsed.variables]
        rows = [tuple(plain(solution[name]) for name in sorted(names)) for solution in parsed]
        processor = None if used is None or after is None else after - used
        return Reply(len(rows), digest_of(rows), seconds, processor)
