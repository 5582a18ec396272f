"""SERVICE through a local forwarder: the engine reaches this process only, which holds the allow-list."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from biokg.errors import BioKGError, QueryRefused, RemoteEngineError, StoreError
from biokg.linking.reach import Reach
from biokg.sparql.guard import Guard, check_query
from biokg.sparql.tokens import Token, tokens

if TYPE_CHECKING:
    from biokg.store.base import Solutions, Store

_PASSED = ("Accept", "Content-Type")


class Forwarder:
    """Listens on loopback; each allowed endpoint has a path that cannot be guessed."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._paths: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Passes one query on."""

            def do_POST(self) -> None:
                """A query as the engine's SERVICE sends it."""
                outer._forward(self)

            def log_message(self, *_: object) -> None:
                """Nothing is written to stderr."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def address_for(self, endpoint: str) -> str:
        """The loopback address that stands for *endpoint*; :class:`QueryRefused` if it is not allowed."""
        self.reach.check(endpoint)
        path = next((path for path, known in self._paths.items() if known == endpoint), None)
        if path is None:
            path = f"/{secrets.token_urlsafe(24)}"
            self._paths[path] = endpoint
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def fault(self, error: StoreError) -> StoreError:
        """*error*, under the endpoint's own address where it is of an endpoint asked through this forwarder."""
        said = str(error)
        here = f"http://127.0.0.1:{self._server.server_address[1]}"
        if here not in said:
            return error
        for path, endpoint in self._paths.items():
            said = said.replace(here + path, endpoint)
        return RemoteEngineError(said.replace(here, "the forwarder"))

    def _forward(self, handler: BaseHTTPRequestHandler) -> None:
        endpoint = self._paths.get(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        if endpoint is None:
            handler.send_error(403)
            return
        headers = {name: handler.headers[name] for name in _PASSED if name in handler.headers}
        try:
            answer = self.reach.send(endpoint, method="POST", body=body, headers=headers)
        except BioKGError as error:
            handler.send_error(502, str(error).splitlines()[0][:200])
            return
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.media_type)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)


@contextmanager
def forwarder(reach: Reach) -> Iterator[Forwarder]:
    """A :class:`Forwarder` that stops at the end of the block."""
    held = Forwarder(reach)
    try:
        yield held
    finally:
        held.close()


def rewrite(text: str, held: Forwarder) -> str:
    """*text* with each ``SERVICE <endpoint>`` led through the forwarder.

    Raises :class:`QueryRefused` for an endpoint that is not allowed and for one that is a variable or a prefixed
    name: what is asked must be readable before it runs.
    """
    pieces: list[str] = []
    done = 0
    for _, target in _services(text):
        if target is None or target.kind != "iri":
            raise QueryRefused("SERVICE needs a full address in angle brackets", fix="write SERVICE <https://…>")
        pieces += [text[done : target.start], f"<{held.address_for(target.text[1:-1])}>"]
        done = target.end
    return "".join((*pieces, text[done:]))


def _services(text: str) -> Iterator[tuple[Token, Token | None]]:
    found: Token | None = None
    for token in tokens(text):
        if found is not None and token.word != "SILENT":
            yield found, token
            found = None
        elif token.word == "SERVICE":
            found = token
    if found is not None:
        yield found, None


def select_with_service(
    store: Store, text: str, reach: Reach, *, default_graphs: Sequence[str] | None = None, guard: Guard | None = None
) -> Solutions:
    """Run a SELECT that holds SERVICE; the rest of the text must pass the guard of any query.

    Raises :class:`QueryRefused` if an endpoint is not allowed.
    """
    from biokg.store.base import Solutions

    check_query(_without_service(text), guard or Guard())
    with forwarder(reach) as held:
        try:
            answer = store.select(rewrite(text, held), default_graphs=default_graphs)
            return Solutions(answer.variables, list(answer.rows))
        except StoreError as error:
            raise held.fault(error) from None


def _without_service(text: str) -> str:
    """*text* with each SERVICE call as a plain group, so that the guard can judge the rest."""
    pieces: list[str] = []
    done = 0
    for service, target in _services(text):
        pieces += [text[done : service.start], " "]
        done = target.end if target is not None else service.end
    return "".join((*pieces, text[done:]))
