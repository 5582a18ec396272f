"""What a benchmark asks: this process's own store, any SPARQL address, or rdflib."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from biokg.errors import RemoteEngineError
from biokg.linking.kept import KeptConnection
from biokg.queries.order import in_order, without_order
from biokg.scale.measuring import processor_time

if TYPE_CHECKING:
    from biokg.store.base import Store


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
    """A term so that engines agree on it: numbers without leading or trailing zeros, truth as 1 or 0."""
    if term is None:
        return ""
    value = str(getattr(term, "value", term))
    value = {"true": "1", "false": "0"}.get(value, value)
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:.10g}"


@dataclass(frozen=True)
class OwnStore:
    """A store of ours, asked in this process as canned queries are: rows are ordered after the answer.

    The default graph is the union of *graphs* (all for ``None``).
    """

    name: str
    store: Store
    graphs: tuple[str, ...] | None = None

    def ask(self, text: str) -> Reply:
        """Ask and read the whole answer."""
        begun, used = time.perf_counter(), time.process_time()
        text, keys = without_order(text)
        answer = self.store.select(text, default_graphs=self.graphs)
        found = in_order([tuple(row) for row in answer.rows], answer.variables, keys)
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
    """A SPARQL address, asked over one kept connection. *pid*: the server's process, to count its processor time.

    *by_name*: it answers canned queries under their names too. Each request ends in a comment of its own, so that no
    server can answer from a cache of texts.
    """

    def __init__(self, name: str, address: str, *, pid: int | None = None, timeout: float = 300.0) -> None:
        self.name, self.address, self.pid = name, address, pid
        self.by_name = False
        self._connection = KeptConnection(address, timeout=timeout)
        self._asked = 0

    def ask(self, text: str) -> Reply:
        """Ask and read the whole answer; raises :class:`RemoteEngineError` when it is refused, cut or too large."""
        from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

        self._asked += 1
        used = processor_time(self.pid) if self.pid else None
        begun = time.perf_counter()
        sent = self._connection.query(f"{text}\n# {self._asked}")
        seconds = time.perf_counter() - begun
        after = processor_time(self.pid) if self.pid else None
        if sent.status != 200 or sent.cut:
            said = sent.cut or sent.body[:200].decode("utf-8", "replace")
            raise RemoteEngineError(f"{self.address} answered {sent.status}: {said}")
        parsed = parse_query_results(sent.body, QueryResultsFormat.JSON)
        if not isinstance(parsed, QuerySolutions):
            raise RemoteEngineError(f"{self.address} gave no table")
        names = self._order(text, [variable.value for variable in parsed.variables])
        rows = [tuple(plain(solution[name]) for name in names) for solution in parsed]
        processor = None if used is None or after is None else after - used
        return Reply(len(rows), digest_of(rows), seconds, processor)

    @staticmethod
    def _order(text: str, names: list[str]) -> list[str]:
        """Engines may list the variables in another order: take that of the query text."""
        return sorted(names, key=lambda name: min(p for p in (text.find(f"?{name}"), len(text)) if p >= 0))
