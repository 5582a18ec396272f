"""Fixtures that every area shares: the graph built once, a store over it, a test client, a real server."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from biokg.knowledge.build import Publication
    from biokg.settings import Settings
    from biokg.store.base import Store

ROOT = Path(__file__).resolve().parent.parent

hypothesis.settings.register_profile(
    "biokg", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("biokg")
IN_CI = os.environ.get("BIOKG_CI") == "1"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state folder for the whole run, whichever xdist worker asks for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-state"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def settings(shared_state: Path) -> Settings:
    """Default settings, except that built graphs go to the run's own state folder."""
    from biokg.settings import load_settings

    return load_settings({"state_dir": shared_state}, environ={})


@pytest.fixture(scope="session")
def publication(settings: Settings, shared_state: Path) -> Publication:
    """The graph of the repository's own tables, built once for the whole run."""
    from biokg.knowledge.build import publish

    with _locked(shared_state / "fixture.lock"):
        published = publish(settings)
    assert published.problem is None, published.problem
    return published


@pytest.fixture(scope="session")
def store(publication: Publication) -> Iterator[Store]:
    """The published graph in memory. Read-only by convention: a test that writes makes a store of its own."""
    from biokg.knowledge.build import open_published

    held = open_published(publication)
    yield held
    held.close()


@pytest.fixture(scope="session")
def client(settings: Settings, publication: Publication) -> Iterator[FlaskClient]:
    """A Flask test client over the published graph, in this process, with workers of its own."""
    from biokg.execution.pool import WorkerPool
    from biokg.knowledge.build import open_published
    from biokg.web.app import create_app
    from biokg.web.service import Service

    pool = WorkerPool.start(settings, nquads=publication.path)
    app = create_app(Service(open_published(publication), publication.version, settings, pool))
    app.testing = True
    yield app.test_client()
    pool.close()


@dataclass(frozen=True)
class Server:
    """A running server process of this run."""

    url: str
    pid: int
    log: Path


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _await_ready(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode} before it was ready:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    pytest.fail(f"the server was not ready after {seconds:.0f} s:\n{log.read_text()[-4000:]}")


def _launch(state: Path, log: Path, *flags: str) -> tuple[subprocess.Popen[bytes], Server]:
    """A real ``biokg serve`` on a free port with *flags*, ready."""
    port = free_port()
    command = [sys.executable, "-m", "biokg.cli.main", "serve", "--port", str(port), "--state-dir", str(state), *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIOKG_")}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _await_ready(url, process, log)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return process, Server(url=url, pid=process.pid, log=log)


@contextmanager
def running_server(state: Path, log: Path, *flags: str) -> Iterator[Server]:
    """A real ``biokg serve`` on a free port with *flags*, ready when entered, ended when left."""
    process, running = _launch(state, log, *flags)
    try:
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=5)


def _end(running: Server, seconds: float = 15) -> None:
    """End a server that another xdist worker may have started: ask, wait until its port is closed, then insist."""
    address = ("127.0.0.1", int(running.url.rpartition(":")[2]))
    end = time.monotonic() + seconds
    with suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(address) != 0:
                    return
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def server(publication: Publication, shared_state: Path) -> Iterator[Server]:
    """A real server process over the published graph, with default settings; one for all xdist workers."""
    assert publication.path.exists()
    record, lock, log = (shared_state / name for name in ("server.json", "server.lock", "server.log"))
    with _locked(lock):
        held = json.loads(record.read_text()) if record.exists() else None
        if held is None:
            _, running = _launch(shared_state, log)
            held = {"url": running.url, "pid": running.pid, "users": 0}
        record.write_text(json.dumps({**held, "users": held["users"] + 1}))
    running = Server(url=held["url"], pid=held["pid"], log=log)
    yield running
    with _locked(lock):
        held = json.loads(record.read_text())
        if held["users"] > 1:
            record.write_text(json.dumps({**held, "users": held["users"] - 1}))
        else:
            record.unlink()
            _end(running)


@pytest.fixture
def start_server(publication: Publication, shared_state: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers with flags of one's own, ``start_server("--deadline", "1")``; all end with the test."""
    assert publication.path.exists()
    with ExitStack() as servers:
        count = iter(range(1000))

        def start(*flags: str, state: Path = shared_state) -> Server:
            return servers.enter_context(running_server(state, tmp_path / f"server-{next(count)}.log", *flags))

        yield start


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped test is a failure: what it would have proved was not proved."""
    outcome = yield
    report = outcome.get_result()
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which counts as a failure in CI: {reason}"
