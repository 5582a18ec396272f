"""The example notebook runs, and what stands in it is what the graph says."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def script(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_notebook", repository / ".ci" / "notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def outputs(notebook: Any, kind: str) -> list[str]:
    found = [output.get("data", {}).get(kind) for cell in notebook.cells for output in cell.get("outputs", [])]
    return ["".join(text) if isinstance(text, list) else text for text in found if text]


def test_the_notebook_reproduces_the_answer_of_h2_and_a_figure(
    script: ModuleType, shared_state: Path, publication: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat

    from biokg.hypotheses import assess
    from biokg.knowledge.build import open_published

    monkeypatch.setenv("BIOKG_STATE_DIR", str(shared_state))
    executed = script.executed()
    kept = nbformat.read(script.NOTEBOOK, as_version=4)
    assert [cell.source for cell in kept.cells] == [cell.source for cell in executed.cells], "run `make readme`"
    shown = next(text for text in outputs(executed, "text/plain") if text.startswith("<H2"))
    assert shown in outputs(kept, "text/plain"), "the kept verdict is not the computed one: run `make readme`"
    store = open_published(publication)  # type: ignore[arg-type]
    h2 = next(each.to_dict() for each in assess(store) if each.to_dict()["label"] == "H2")
    for view in h2["views"]:
        assert f"{view['view']}: {view['verdict_label']}" in shown
    assert len(outputs(executed, "image/png")) == 1


def test_the_notebook_names_no_machine(script: ModuleType) -> None:
    assert not re.search(r"(/root/|/work/|/home/|/tmp/)", script.NOTEBOOK.read_text(encoding="utf-8"))
