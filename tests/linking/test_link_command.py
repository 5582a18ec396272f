"""``biokg link`` reads messy tables and writes a review file and SSSOM."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from biokg.cli.main import main
from biokg.errors import UsageError
from biokg.linking.table import read_names
from biokg.scale.registry import ror_records


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "ror.json"
    path.write_text(json.dumps(list(ror_records(300, 9))), encoding="utf-8")
    return path


def test_matches_go_to_sssom_and_every_candidate_to_the_review_file(
    tmp_path: Path, registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = next(ror_records(300, 9))
    name = first["names"][0]["value"]
    table = tmp_path / "messy.csv"
    table.write_text(f"Firm;Note\n{name.upper()};x\nNobody Knows This;y\n;z\n", encoding="latin-1")
    review, sssom = tmp_path / "review.csv", tmp_path / "m.sssom.tsv"
    code = main(["link", str(table), "--column", "Firm", "--registry", str(registry),
                 "--review", str(review), "--sssom", str(sssom)])  # fmt: skip
    assert code == 0
    assert "3 names: 1 matched" in capsys.readouterr().err
    rows = list(csv.DictReader(review.open(encoding="utf-8")))
    assert [row["id"] for row in rows if row["accept"]] == [first["id"]]
    assert {row["row"] for row in rows} == {"2", "3", "4"}
    lines = [line for line in sssom.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    mapping = dict(zip(lines[0].split("\t"), lines[1].split("\t"), strict=True))
    assert len(lines) == 2
    assert mapping["object_id"] == first["id"].replace("https://ror.org/", "ror:")
    assert mapping["mapping_justification"] == "semapv:LexicalMatching"
    assert 0 < float(mapping["confidence"]) <= 1


def test_a_missing_column_names_those_there_are(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Name,Country\nx,BE\n")
    with pytest.raises(UsageError, match="Firm") as caught:
        read_names(table, "Firm")
    assert "Name, Country" in str(caught.value.fix)
    assert main(["link", str(table), "--column", "Firm"]) == 2


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", "not a registry", "a,b\n1,2\n", "[{"])
def test_a_file_that_is_no_registry_is_refused(tmp_path: Path, content: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(content)
    table = tmp_path / "t.csv"
    table.write_text("Name\nx\n")
    assert main(["link", str(table), "--column", "Name", "--registry", str(bad)]) == 2


def test_country_and_city_of_a_row_become_hints(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text("Name\tLand\tTown\nPfizer\tBelgique\tPuurs\nX\tde\t\nY\tAtlantis\t\n")
    hints = [(row.hints.country, row.hints.city) for row in read_names(table, "Name", country="Land", city="Town")]
    assert hints == [("BE", "Puurs"), ("DE", ""), ("", "")]
