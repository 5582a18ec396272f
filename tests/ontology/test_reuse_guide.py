"""The quick start for re-users is true: each block does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Dataset, RdfFormat, parse

from biokg.cli.validate import loaded, vocabulary
from biokg.shapes import load_shapes, validate
from biokg.shapes.report import ValidationReport


@pytest.fixture(scope="module")
def guide(repository: Path) -> str:
    return (repository / "docs" / "reuse.md").read_text(encoding="utf-8")


def _blocks(guide: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", guide, re.DOTALL)


def _report(repository: Path, folder: Path, turtle: str) -> ValidationReport:
    file = folder / "mine.ttl"
    file.write_text(turtle, encoding="utf-8")
    shapes = load_shapes(repository / "ontology" / "shapes")
    return validate(loaded([file, *vocabulary(repository / "ontology")]), shapes=shapes)


def test_the_first_file_gets_just_the_messages_shown(guide: str, repository: Path, tmp_path: Path) -> None:
    (shown,) = _blocks(guide, "text")
    report = _report(repository, tmp_path, _blocks(guide, "turtle")[0])
    assert {str(result.message) for result in report.results} == set(shown.strip().splitlines())


def test_all_blocks_together_conform(guide: str, repository: Path, tmp_path: Path) -> None:
    report = _report(repository, tmp_path, "\n".join(_blocks(guide, "turtle")))
    assert report.text().startswith("The data conforms: 0 violation(s)"), report.text()


def test_the_fixture_is_the_file_of_the_guide(guide: str, repository: Path) -> None:
    told = Dataset(parse("\n".join(_blocks(guide, "turtle")), format=RdfFormat.TURTLE))
    file = repository / "tests" / "fixtures" / "reuse" / "first-alliance.ttl"
    assert told == Dataset(parse(path=str(file), format=RdfFormat.TURTLE))


def test_every_term_the_guide_names_exists(guide: str, repository: Path) -> None:
    texts = "".join(file.read_text(encoding="utf-8") for file in (repository / "ontology").glob("*.ttl"))
    for name in set(re.findall(r"\bbkg:(\w+)", guide)):
        assert f"\nbkg:{name} a owl:" in texts, name
