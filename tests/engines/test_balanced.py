"""Three stateless web processes over one engine behind nginx: one may be killed under load and no answer is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from started import started

from biokg.scale.faults import generate
from biokg.scale.peers import free_port
from biokg.scale.world import World
from biokg.store.remote import RemoteStore

pytestmark = pytest.mark.xdist_group("engines")

CONFIGURATION = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream biokg {{ {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://biokg;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout http_502 http_503;
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, servers: list[str]) -> Iterator[str]:
    """nginx in front of *servers*, taking the next one when one does not answer."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    port = free_port()
    listed = " ".join(f"server {server.removeprefix('http://')} max_fails=1 fail_timeout=30s;" for server in servers)
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, port=port, servers=listed))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 60
        while not answered(f"{address}/health/ready"):
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def answered(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@dataclass
class Load:
    """Clients that ask one after the other until they are told to stop."""

    address: str
    wanted: int
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    moved: threading.Condition = field(default_factory=threading.Condition)

    def ask(self) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            text = (
                f"SELECT (COUNT(DISTINCT ?f) AS ?n) WHERE {{ ?f a bkg:Organization }} # {threading.get_ident()} {count}"
            )
            query = urllib.parse.urlencode({"query": f"PREFIX bkg: <https://w3id.org/biokg/ontology/> {text}"})
            problem = ""
            try:
                with urllib.request.urlopen(f"{self.address}/sparql?{query}", timeout=60) as answer:
                    found = json.load(answer)["results"]["bindings"][0]["n"]["value"]
                    problem = "" if int(found) == self.wanted else found
            except (OSError, ValueError, KeyError) as error:
                problem = repr(error)
            with self.moved:
                if problem:
                    self.wrong.append(problem)
                else:
                    self.right += 1
                self.moved.notify_all()

    def wait_for(self, more: int) -> None:
        """Until *more* further answers came, right or wrong."""
        with self.moved:
            until = self.right + len(self.wrong) + more
            assert self.moved.wait_for(lambda: self.right + len(self.wrong) >= until, timeout=120)


def test_a_web_process_killed_under_load_costs_no_answer_but_the_one_in_flight(
    start_server: Callable[..., Any], tmp_path: Path
) -> None:
    document = "".join(lines for lines, _ in generate(World(40, 6, 0.0)))
    firms = document.count("> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/biokg/ontology/Organ")
    with started("oxigraph", tmp_path / "engine") as engine:
        RemoteStore(engine).add(ox.parse(document.encode(), ox.RdfFormat.N_QUADS))
        flags = ("--engine", engine, "--union-default-graph", "--workers", "1", "--quota", "0")
        servers = [start_server(*flags) for _ in range(3)]
        with nginx(tmp_path, [server.url for server in servers]) as address:
            load = Load(address, firms)
            clients = [threading.Thread(target=load.ask) for _ in range(3)]
            for client in clients:
                client.start()
            try:
                load.wait_for(30)
                assert load.wrong == []
                os.killpg(servers[1].pid, signal.SIGKILL)
                load.wait_for(60)
            finally:
                load.stop.set()
                for client in clients:
                    client.join()
            assert len(load.wrong) <= len(clients), load.wrong
            assert load.right >= 90 - len(clients)
            assert all(answered(f"{address}/health/ready") for _ in range(9))
