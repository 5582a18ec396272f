"""Reaching another server: only exact origins that are allowed, no redirects, capped in time and size."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from biokg.errors import QueryRefused, RemoteEngineError, UsageError

MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """A whole answer: HTTP status, media type and body."""

    status: int
    media_type: str
    body: bytes


def origin(address: str) -> str:
    """``scheme://host:port`` of *address*, the port always said.

    >>> origin("https://Query.Wikidata.org/sparql")
    'https://query.wikidata.org:443'
    """
    parts = _split(address)
    return f"{parts.scheme}://{parts.hostname}:{_port(parts)}"


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (raises when it is no number)
    except ValueError:
        raise UsageError(f"{address!r} is no valid address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise UsageError(f"{address!r} is no plain http(s) address", fix="for instance https://query.wikidata.org")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


@dataclass(frozen=True)
class Reach:
    """What may be reached: exact origins, for *seconds* each, *max_bytes* each."""

    allowed: tuple[str, ...] = ()
    seconds: float = 30.0
    max_bytes: int = MAX_BYTES

    def check(self, address: str) -> SplitResult:
        """The parts of *address*, if its origin is allowed; :class:`QueryRefused` if not."""
        if origin(address) not in {origin(allowed) for allowed in self.allowed}:
            raise QueryRefused(
                f"{origin(address)} may not be reached", fix="allow its exact origin with --federate, if you trust it"
            )
        return _split(address)

    def send(
        self, address: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask *address* once. The address that was checked is the one connected to; nothing is followed.

        Raises :class:`QueryRefused` if it is not allowed, :class:`RemoteEngineError` if it fails, redirects, takes
        too long or answers too much.
        """
        parts = self.check(address)
        deadline = time.monotonic() + self.seconds
        connection = _Pinned(parts, self._resolve(parts), self.seconds)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, path, body=body, headers={"User-Agent": "biokg", **(headers or {})})
            response = connection.getresponse()
            if 300 <= response.status < 400:
                raise RemoteEngineError(f"{address} redirects, which is not followed", fix="give its final address")
            content = self._read(response, address, deadline)
            return Answer(response.status, response.headers.get_content_type(), content)
        except (OSError, http.client.HTTPException) as error:
            raise RemoteEngineError(f"{origin(address)} could not be asked: {error}") from None
        finally:
            connection.close()

    def _read(self, response: http.client.HTTPResponse, address: str, deadline: float) -> bytes:
        received = bytearray()
        if (response.length or 0) > self.max_bytes:
            raise self._too_much(address)
        while chunk := response.read1(_CHUNK):
            received += chunk
            if len(received) > self.max_bytes:
                raise self._too_much(address)
            if time.monotonic() > deadline:
                raise RemoteEngineError(
                    f"{origin(address)} took longer than {self.seconds:g} s", fix="narrow the query"
                )
        if state := response.headers.get("X-SQL-State"):
            raise RemoteEngineError(f"{origin(address)} cut its answer (X-SQL-State: {state})", fix="narrow the query")
        return bytes(received)

    def _too_much(self, address: str) -> RemoteEngineError:
        return RemoteEngineError(f"{origin(address)} answered more than {self.max_bytes} bytes", fix="add LIMIT")

    def _resolve(self, parts: SplitResult) -> str:
        """One address of the host. A name must not lead into this machine or its network; a literal address may."""
        host = str(parts.hostname)
        try:
            found = socket.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
        except OSError as error:
            raise RemoteEngineError(f"{host} has no address: {error}") from None
        address = str(found[0][4][0])
        if host != "localhost" and not _is_literal(host) and not ipaddress.ip_address(address).is_global:
            raise QueryRefused(f"{host} leads to {address}, an address of this network", fix="allow the address itself")
        return address


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Pinned(http.client.HTTPConnection):
    """A connection to a fixed address, whatever the name resolves to by then."""

    def __init__(self, parts: SplitResult, address: str, seconds: float) -> None:
        super().__init__(str(parts.hostname), _port(parts), timeout=seconds)
        self._address = address
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        """Connect to the checked address; with https, the certificate must be the host's."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
