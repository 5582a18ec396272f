"""The running service keeps what its OpenAPI description promises, whatever is sent (schemathesis)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Server

CONFIG = Path(__file__).with_name("schemathesis.toml")
TOKEN = "a-token-for-tests-0123456789abcdef"
WRITES = "^/(update|rdf-graph-store)$"


def examine(folder: Path, url: str, *options: str) -> None:
    """Run schemathesis over the service at *url*, in *folder*; a failure shows its report."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    environment = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(
        [*command, f"{url}/api/openapi.json", *options],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-4000:]
    found = re.search(r"Tested: (\d+)", done.stdout)
    assert found is not None, done.stdout[-4000:]
    assert int(found[1]) > 0


def examples(few: int) -> str:
    """How many cases of each kind to make up for an operation: *few*, or as many as ``BIOKG_EXAMPLES`` says."""
    return os.environ.get("BIOKG_EXAMPLES", str(few))


def test_reading_answers_as_described_and_refuses_what_is_not(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = start_server("--quota", "0")
    examine(tmp_path, server.url, "--max-examples", examples(2), "--exclude-path-regex", WRITES)


def test_writing_needs_the_token_and_answers_as_described(start_server: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    server = start_server("--quota", "0", "--empty", "--token-file", str(tmp_path / "token"))
    options = ("--include-path-regex", WRITES, "--header", f"Authorization: Bearer {TOKEN}")
    examine(tmp_path, server.url, "--max-examples", examples(10), *options)


def test_every_machine_address_is_described(start_server: Callable[..., Server]) -> None:
    server = start_server("--empty")
    with urllib.request.urlopen(f"{server.url}/api/openapi.json") as answer:
        paths = json.loads(answer.read())["paths"]
    assert {"/sparql", "/update", "/rdf-graph-store", "/health/live", "/health/ready"} <= set(paths)
    assert len(paths) > 100
