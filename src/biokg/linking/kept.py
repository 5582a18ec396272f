"""One kept connection to a SPARQL endpoint that the user names, for many requests after one another."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from biokg.errors import RemoteEngineError, UsageError

MAX_ANSWER = 256 * 1024 * 1024


@dataclass(frozen=True)
class Sent:
    """A whole answer: HTTP status, the engine's word that it cut the answer (or empty), body."""

    status: int
    cut: str
    body: bytes


class KeptConnection:
    """A connection to *address*, opened when first needed and kept; *timeout* in seconds."""

    def __init__(self, address: str, *, timeout: float = 300.0) -> None:
        parts = urlsplit(address)
        if parts.scheme != "http" or not parts.hostname:
            raise UsageError(f"{address!r} is no http address", fix="for instance http://127.0.0.1:7878/query")
        self.address = address
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)

    def query(self, text: str) -> Sent:
        """Post a query, asking for SPARQL JSON; raises :class:`RemoteEngineError` if no whole answer comes."""
        headers = {"Accept": "application/sparql-results+json", "Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", self._path, urlencode({"query": text}).encode(), headers)

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Sent:
        """Any request on the same connection."""
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            content = response.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise RemoteEngineError(f"{self.address}: {error}") from None
        if len(content) > MAX_ANSWER:
            self._connection.close()
            raise RemoteEngineError(f"{self.address} answered more than {MAX_ANSWER} bytes", fix="add LIMIT")
        return Sent(response.status, response.headers.get("X-SQL-State", ""), content)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
