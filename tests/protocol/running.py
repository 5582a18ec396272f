"""A real server in a process of its own, for tests over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TOKEN = "a-token-for-tests-0123456789abcdef"
_START = """
import json, sys
from pathlib import Path
from biokg.settings import load_settings
from biokg.web.server import serve
given = json.loads(sys.argv[1])
nquads = given.pop("nquads", None)
pages = given.pop("pages", False)
serve(load_settings(given, environ={}), nquads=Path(nquads) if nquads else None, pages=pages)
"""


@dataclass
class Answered:
    """One response, whole; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A running server; requests go over a connection each."""

    port: int
    process: subprocess.Popen[bytes]
    token: str | None = None
    log: Path | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        *,
        timeout: float = 30,
        write: bool = False,
    ) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = dict(headers or {})
        if write:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
            response = connection.getresponse()
            data = response.read()
            return Answered(response.status, {k.lower(): v for k, v in response.getheaders()}, data)
        finally:
            connection.close()

    def query(self, text: str, accept: str = "application/sparql-results+json", **parameters: str) -> Answered:
        body = urlencode({"query": text, **parameters})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        return self.request("POST", "/sparql", body, headers)

    def update(self, text: str, path: str = "/update") -> Answered:
        return self.request("POST", path, text, {"Content-Type": "application/sparql-update"}, write=True)

    def put(self, path: str, data: str | bytes, media_type: str = "text/turtle") -> Answered:
        return self.request("PUT", path, data, {"Content-Type": media_type}, write=True)

    def ready(self) -> bool:
        try:
            return self.request("GET", "/health/ready", timeout=5).status == 200
        except (OSError, http.client.HTTPException):
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def launch(folder: Path, **settings: Any) -> Server:
    """Start a server with *settings* (and ``nquads``, ``pages``) and wait until it is ready."""
    port = free_port()
    given = {key: str(value) if isinstance(value, Path) else value for key, value in settings.items()} | {"port": port}
    given.setdefault("state_dir", str(folder / "state"))
    given.setdefault("quota", 0.0)
    token = None
    if given.pop("writes", False):
        (folder / "token").write_text(TOKEN)
        given["token_file"], token = str(folder / "token"), TOKEN
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(given)], stdout=out, stderr=out, start_new_session=True
        )
    server = Server(port, process, token, log)
    until = time.monotonic() + 60
    while not server.ready():
        if process.poll() is not None or time.monotonic() > until:
            stop(server)
            raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.05)
    return server


def stop(server: Server) -> int:
    """End the server as an operator would; its exit code."""
    server.process.send_signal(signal.SIGTERM)
    try:
        return server.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.process.pid, signal.SIGKILL)
        return server.process.wait(timeout=5)


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Server]:
    """A server for the time of a ``with`` block."""
    server = launch(folder, **settings)
    try:
        yield server
    finally:
        stop(server)
