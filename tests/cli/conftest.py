"""Running the command as a person does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def environment(shared_state: Path) -> dict[str, str]:
    """The environment of a command's process: no settings of whoever runs the tests, built graphs shared."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIOKG_")}
    return {**kept, "BIOKG_STATE_DIR": str(shared_state), "COLUMNS": "120", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def biokg(
    shared_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """``biokg(*arguments, input=…, NAME=value…)`` in this process, away from the checkout, with output captured."""
    from biokg.cli.main import main

    for name in list(os.environ):
        if name.startswith("BIOKG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BIOKG_STATE_DIR", str(shared_state))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, input: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with monkeypatch.context() as once:
            for name, value in more.items():
                once.setenv(name, value)
            once.setattr(sys, "stdin", io.StringIO(input))
            try:
                code = main(list(arguments))
            except SystemExit as ended:
                code = int(ended.code or 0)
        shown = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, shown.out, shown.err)

    return run
