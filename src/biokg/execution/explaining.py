"""The engine's plan of a query, from the engine's own program.

The Python binding of Oxigraph cannot tell its plan, its command line can. The planner reads no statistics of
the data, so the query is planned over an empty store: nothing of the graph is read, and the plan is the same.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biokg.errors import Busy, DeadlineExceeded, QuerySyntaxError, UsageError
from biokg.sparql.guard import Guard, check_query

SECONDS = 3
"""Seconds of processor time that planning may take."""
WAIT = 10
"""Seconds after which the program is killed, however little of the processor it got."""
MEMORY = 512 * 1024 * 1024
AT_ONCE = 2


@dataclass(frozen=True)
class Step:
    """One step of a plan: what it does, and the steps that feed it."""

    name: str
    inputs: tuple[Step, ...]

    @classmethod
    def of(cls, node: dict[str, Any]) -> Step:
        """The step that the engine's JSON describes."""
        return cls(str(node["name"]), tuple(cls.of(child) for child in node.get("children", ())))


@dataclass(frozen=True)
class Plan:
    """A plan and how long the engine took to make it, in seconds."""

    step: Step
    seconds: float


@dataclass
class Explainer:
    """Plans at most :data:`AT_ONCE` queries at a time, each in a process of its own that can be killed."""

    _free: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    def plan(self, text: str, *, graph: bool = False) -> Plan:
        """The plan of *text*; *graph* for CONSTRUCT and DESCRIBE.

        SERVICE is refused whatever the settings allow: the program evaluates what it plans, and would go to the
        network itself. Raises :class:`UsageError` where the program is not installed, :class:`Busy`,
        :class:`DeadlineExceeded`, what the guard raises, and :class:`QuerySyntaxError` for what cannot be planned.
        """
        check_query(text, Guard())
        program = _program()
        if not self._free.acquire(blocking=False):
            raise Busy("other plans are being made", fix="ask again in a moment")
        try:
            with _empty_store() as folder:
                return _planned(program, folder, text, "nt" if graph else "json")
        finally:
            self._free.release()


def _program() -> str:
    beside = Path(sys.executable).with_name("oxigraph")
    found = str(beside) if beside.exists() else shutil.which("oxigraph")
    if found is None:
        raise UsageError("the engine's program, which tells the plan, is not installed", fix="pip install oxigraph")
    return found


@contextlib.contextmanager
def _empty_store() -> Iterator[Path]:
    from pyoxigraph import Store

    with tempfile.TemporaryDirectory(prefix="biokg-plan-") as folder:
        store = Store(str(Path(folder) / "store"))
        store.flush()
        del store
        yield Path(folder)


def _planned(program: str, folder: Path, text: str, written: str) -> Plan:
    plan = folder / "plan.json"
    command = [sys.executable, "-m", "biokg.execution.launch", str(SECONDS), str(MEMORY)]
    command += [program, "query", "--location", str(folder / "store"), "--union-default-graph"]
    command += ["--results-format", written, "--results-file", str(folder / "answer"), "--explain-file", str(plan)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _, said = process.communicate(text, timeout=WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise DeadlineExceeded(f"planning took longer than {WAIT} s", fix="ask something simpler") from None
    if process.returncode < 0:
        raise DeadlineExceeded("planning used up its time or memory", fix="ask something simpler")
    if process.returncode != 0 or not plan.is_file():
        first = next((line for line in said.splitlines() if line.strip()), "the engine gave no reason")
        raise QuerySyntaxError(f"the query cannot be planned: {first.removeprefix('Error: ')}", fix="run it first")
    made = json.loads(plan.read_text(encoding="utf-8"))
    return Plan(Step.of(made["plan"]), float(made.get("planning duration in seconds", 0)))
