"""The work of every canned query grows with the world, not with its square; that of one firm's does not grow."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biokg.queries import bind, catalogue
from biokg.queries.order import without_order
from biokg.scale.faults import generate
from biokg.scale.peers import oxigraph_binary
from biokg.scale.world import World, frame
from biokg.settings import Settings
from biokg.store.disk import DiskStore

SMALL, TIMES = 150, 4
FIRM = {"firm": "https://w3id.org/biokg/id/organization/w3"}
ONE_FIRM = {name for name, query in catalogue().items() if query.parameter("firm")}


@pytest.fixture(scope="module")
def worlds(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two generated worlds on disk, the second :data:`TIMES` as large."""
    fixed = frame(settings.ontology_folder, settings.data_folder)
    folders = []
    for firms in (SMALL, SMALL * TIMES):
        folder = tmp_path_factory.mktemp("world") / "store"
        store = DiskStore(folder)
        store.load_nquads((fixed + "".join(lines for lines, _ in generate(World(firms, 5)))).encode())
        store.engine.flush()
        del store
        folders.append(folder)
    return folders[0], folders[1]


def steps(node: dict[str, Any]) -> Iterator[int]:
    """How many rows each step of a plan made."""
    yield node.get("number of results") or 0
    for child in node.get("children", ()):
        yield from steps(child)


def work(text: str, store: Path, folder: Path) -> int:
    """Rows made by all steps of the engine's plan while it answers *text*."""
    plan = folder / "plan.json"
    command = [oxigraph_binary(), "query", "--location", str(store), "--union-default-graph", "--stats"]
    command += ["--results-format", "json", "--results-file", str(folder / "answer"), "--explain-file", str(plan)]
    subprocess.run(command, input=text, text=True, check=True, capture_output=True, timeout=60)
    return sum(steps(json.loads(plan.read_text(encoding="utf-8"))["plan"]))


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_work_grows_no_faster_than_the_world(name: str, worlds: tuple[Path, Path], tmp_path: Path) -> None:
    query = catalogue()[name]
    text, _ = without_order(bind(query, FIRM if name in ONE_FIRM else None))
    less, more = (work(text, store, tmp_path) for store in worlds)
    allowed = 1.5 if name in ONE_FIRM else TIMES * 1.75
    assert more <= allowed * less + 500, f"{less} rows of work in one world, {more} in one {TIMES} times as large"
