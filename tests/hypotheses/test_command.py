"""The command line stores, compares and reports what the library assesses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from biokg.cli.main import main

if TYPE_CHECKING:
    from biokg.knowledge.build import Publication


@pytest.fixture
def flags(publication: Publication, shared_state: Path) -> list[str]:
    return ["--state-dir", str(shared_state)]


def test_an_assessment_is_stored_with_the_same_bytes_twice(flags: list[str], tmp_path: Path) -> None:
    for name in ("one.nq", "two.nq"):
        assert main(["hypotheses", *flags, "H3", "--view", "to-2016", "--write", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.nq").read_bytes() == (tmp_path / "two.nq").read_bytes()
    assert (tmp_path / "one.nq").stat().st_size > 10_000


def test_two_regions_are_set_side_by_side(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    regions = ["--region", "flanders", "--region", "wallonia"]
    assert main(["hypotheses", *flags, "H2", "--view", "all", "--json", *regions]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["view"] == "all"
    values = {row["id"]: row["values"] for row in told["rows"]}
    assert set(values["h2a-alliances"]) == {"flanders", "wallonia"}
    assert main(["hypotheses", *flags, "H2", "--view", "all", *regions]) == 0
    assert "not comparable" in " ".join(capsys.readouterr().out.split())


def test_the_report_goes_to_a_file(flags: list[str], tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    options = ["--format", "md", "--view", "to-2016", "--without-robustness", "-o", str(target)]
    options += ["--figures", str(tmp_path / "figures")]
    assert main(["report", *flags, *options]) == 0
    text = target.read_text(encoding="utf-8")
    assert all(f"H{number}" in text for number in range(1, 5))
    assert "Clopper–Pearson" in text
    drawn = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert drawn[:2] == ["figure-01.png", "figure-01.svg"]
    assert (tmp_path / "figures" / "figure-01.png").read_bytes().startswith(b"\x89PNG")
    assert f"({tmp_path.as_posix()}/figures/figure-01.svg)" in text
