"""A person goes through the review file, and what was decided comes back as SSSOM."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from biokg.cli.main import main
from biokg.errors import DataError, UsageError
from biokg.linking.reviewing import read_review
from biokg.linking.sssom import PREFIXES, curie

NAMES = "Name,Country\nGalapagos NV,BE\nMerck,\nNobody Knows This,\nPfizer Belgium,\n"


@pytest.fixture
def review(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The review file that the tool writes for a small table."""
    table, path = tmp_path / "t.csv", tmp_path / "review.csv"
    table.write_text(NAMES, encoding="utf-8")
    arguments = ["link", str(table), "--column", "Name", "--country", "Country", "--review", str(path), "--quiet"]
    assert main(arguments) == 0
    capsys.readouterr()
    return path


def edited(path: Path, accept: dict[tuple[str, str], str], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """*path* with the column accept written by (name, label)."""
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    target = path.with_name("edited.csv")
    with target.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows({**row, "accept": accept.get((row["name"], row["label"]), row["accept"])} for row in rows)
    return target


def mappings(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


DECIDED = {("Merck", "Merck KGaA"): "x", ("Merck", "Merck & Co."): "no", ("Pfizer Belgium", "Pfizer"): "Reject"}


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "cp1252")])
def test_decisions_come_back_as_manual_curation(
    review: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], delimiter: str, encoding: str
) -> None:
    path, out = edited(review, DECIDED, delimiter=delimiter, encoding=encoding), tmp_path / "decided.sssom.tsv"
    code = main(["link", str(path), "--reviewed", "--reviewer", "0000-0002-1825-0097", "--sssom", str(out)])
    printed = capsys.readouterr()
    assert code == 0
    assert "2 accepted, 1 with every candidate rejected, 1 left open" in printed.err
    assert "Nobody Knows This" in printed.out
    found = {(row["subject_label"], row["predicate_modifier"], row["object_id"]) for row in mappings(out)}
    assert found == {
        ("Galapagos NV", "", "bki:organization/galapagos"),
        ("Merck", "", "bki:organization/merck-kgaa"),
        ("Merck", "Not", "bki:organization/merck-co"),
        ("Pfizer Belgium", "Not", "bki:organization/pfizer"),
        ("Pfizer Belgium", "", "sssom:NoTermFound"),
    }
    assert {row["mapping_justification"] for row in mappings(out)} == {"semapv:ManualMappingCuration"}
    assert {row["reviewer_id"] for row in mappings(out)} == {"orcid:0000-0002-1825-0097"}
    assert next(row for row in mappings(out) if row["subject_label"] == "Galapagos NV")["comment"].startswith(
        "proposed"
    )


def test_an_untouched_candidate_stays_open(review: Path) -> None:
    found = read_review(edited(review, {("Merck", "Merck & Co."): "no"}))
    assert "Merck" in found.open
    assert found.nowhere == ()


def test_a_person_may_write_in_an_id(review: Path) -> None:
    text = review.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "Nobody Knows This" in line)
    parts = line.split(",")
    parts[3], parts[4] = "x", "https://ror.org/05f950310"
    review.write_text(text.replace(line, ",".join(parts)), encoding="utf-8")
    accepted = [(decision.name, decision.id) for decision in read_review(review).of("accepted")]
    assert ("Nobody Knows This", "https://ror.org/05f950310") in accepted


def test_each_unreadable_cell_is_named_with_its_line_and_column(review: Path) -> None:
    path = edited(
        review, {("Merck", "Merck KGaA"): "x", ("Merck", "Merck & Co."): "x", ("Pfizer Belgium", "Pfizer"): "?!"}
    )
    with pytest.raises(DataError) as caught:
        read_review(path)
    said = str(caught.value)
    assert "second candidate accepted for row 3" in said
    assert any(problem.column == "accept" and problem.value == "?!" for problem in caught.value.problems)
    assert main(["link", str(path), "--reviewed", "--reviewer", "me", "--sssom", str(path.with_suffix(".tsv"))]) != 0
    assert not path.with_suffix(".tsv").exists()


def test_a_review_needs_a_reviewer_and_a_review_file(review: Path, tmp_path: Path) -> None:
    assert main(["link", str(review), "--reviewed", "--sssom", str(tmp_path / "o.tsv")]) == 2
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no column"):
        read_review(other)


@pytest.mark.parametrize(
    ("identifier", "short"),
    [("https://ror.org/04spfxf63", "ror:04spfxf63"), ("http://www.wikidata.org/entity/Q42", "wd:Q42"),
     ("https://example.org/x", "https://example.org/x"), ("a b", "record:a%20b"), ("ror:04spfxf63", "ror:04spfxf63")],
)  # fmt: skip
def test_ids_are_written_with_a_prefix_that_the_set_declares(identifier: str, short: str) -> None:
    assert curie(identifier) == short
    assert short.split(":", maxsplit=1)[0] in {*PREFIXES, "https"}
