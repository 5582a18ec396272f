"""The quick start for re-users is true: each block does what the page says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from pyoxigraph import Dataset, RdfFormat, parse

from biokg.cli.main import main
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


def test_the_commands_for_another_region_run_and_find_its_firms(
    guide: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    shared_state: Path, publication: object,
) -> None:  # fmt: skip
    """The definitions are those of the guide, the firms those of Aldmark, and nobody else's."""
    (tmp_path / "mine.toml").write_text(_blocks(guide, "toml")[0], encoding="utf-8")
    (tmp_path / "tests").symlink_to(repository / "tests")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIOKG_STATE_DIR", str(shared_state))
    monkeypatch.delenv("COLUMNS", raising=False)
    (commands,) = (block for block in _blocks(guide, "sh") if "--populations" in block)
    said = []
    for line in commands.strip().splitlines():
        assert main(shlex.split(line)[1:]) == 0, line
        said.append(" ".join(capsys.readouterr().out.split()))
    assert "Most firms have at least one alliance 6 5 0 0.83 to 0.83" in said[1]
    assert "No population of this claim has a member here" not in said[1]
    assert "north south comparable" in said[2]
    assert all(found["robustness"] for found in json.loads(said[3])["hypotheses"])
    assert "firms of Aldmark founded by 2016" in (tmp_path / "mine.md").read_text(encoding="utf-8")
    assert "flanders north (mine) comparable" in said[5]
    assert main(["hypotheses", "--store", "mine", "--region", "nowhere", "H2"]) != 0
    assert "firms are seated in: north, south" in capsys.readouterr().err


def test_a_claim_without_a_population_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    world = tmp_path / "world.nq"
    assert main(["generate", "--firms", "20", "--output", str(world)]) == 0
    assert main(["load", "--store", str(tmp_path / "store"), str(world)]) == 0
    assert main(["hypotheses", "--store", str(tmp_path / "store"), "--view", "all", "H2"]) == 0
    assert "name yours with --populations" in " ".join(capsys.readouterr().out.split())
    assert main(["hypotheses", "--store", str(tmp_path / "store"), "--against", str(tmp_path), "H2"]) != 0
    assert "neither a folder of tables nor a store" in capsys.readouterr().err


def test_every_term_the_guide_names_exists(guide: str, repository: Path) -> None:
    texts = "".join(file.read_text(encoding="utf-8") for file in (repository / "ontology").glob("*.ttl"))
    for name in set(re.findall(r"\bbkg:(\w+)", guide)):
        assert f"\nbkg:{name} a owl:" in texts, name
