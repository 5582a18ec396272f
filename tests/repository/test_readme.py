"""The README says what is so."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def readme(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("readme_examples", repository / ".ci" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def asking(shared_state: Path, publication: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOKG_STATE_DIR", str(shared_state))


@pytest.mark.usefixtures("asking")
def test_five_examples_have_the_answers_that_the_graph_gives(readme: ModuleType) -> None:
    examples = list(readme.examples(readme.README.read_text(encoding="utf-8")))
    assert len(examples) >= 5
    for example in examples:
        assert readme.ask(example.command) == example.answer, f"{example.command}: run `make readme`"
        assert len(example.answer.splitlines()) > 1


@pytest.mark.usefixtures("asking")
def test_the_verdicts_are_the_computed_ones(readme: ModuleType) -> None:
    match = readme.VERDICTS.search(readme.README.read_text(encoding="utf-8"))
    assert match is not None
    assert match[2] == readme.verdicts(), "run `make readme`"
    assert match[2].count("| **H") == 4


def test_every_file_that_a_document_links_to_is_there(repository: Path) -> None:
    documents = [repository / "README.md", repository / "LICENSE-DATA.md", *(repository / "docs").glob("*.md")]
    for document in documents:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}, which is not there"


def test_the_two_commands_are_targets_of_the_makefile(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    text = (repository / "README.md").read_text(encoding="utf-8")
    for target in set(re.findall(r"make (serve|test[a-z-]*|readme|lock)\b", text)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_picture_is_there_and_small(repository: Path) -> None:
    picture = repository / "docs" / "start.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= 200_000
