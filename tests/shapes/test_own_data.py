"""What a re-user's file is told beyond the shapes: where it is wrong, what she may have meant, what cannot be both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from biokg.cli.main import main
from biokg.cli.validate import loaded
from biokg.shapes import load_shapes
from biokg.shapes.exclusion import of_two_kinds
from biokg.shapes.own_data import Text, TextOfLines, text_of, validate_own
from biokg.shapes.spelling import unknown_terms
from biokg.store.memory import MemoryStore

PREFIXES = """@prefix bkg: <https://w3id.org/biokg/ontology/> . @prefix bks: <https://w3id.org/biokg/scheme/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix e: <http://e/> .
"""
Said = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def vocabulary(repository: Path) -> list[Quad]:
    files = [*(repository / "ontology").glob("*.ttl"), *(repository / "ontology" / "schemes").glob("*.ttl")]
    return [quad for file in files for quad in parse(path=file, format=RdfFormat.TURTLE)]


def _quads(text: str) -> list[Quad]:
    return list(parse(PREFIXES + text, format=RdfFormat.TURTLE))


def _store(quads: list[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("e:r bkg:plaiedBy e:o .", "there is no property bkg:plaiedBy: did you mean bkg:playedBy?"),
        ("e:r a bkg:Aliance .", "there is no class bkg:Aliance: did you mean bkg:Alliance?"),
        ("e:r rdfs:lable 'x' .", "there is no property rdfs:lable: did you mean rdfs:label?"),
        ("e:r skos:preflabel 'x' .", "there is no property skos:preflabel: did you mean skos:prefLabel?"),
        ("e:r e:p '1'^^xsd:decimale .", "there is no datatype xsd:decimale: did you mean xsd:decimal?"),
        ("e:r <http://w3id.org/biokg/ontology/playedBy> e:o .", "ontology/playedBy>: did you mean bkg:playedBy?"),
        (
            "e:r <https://w3id.org/biokg/playedBy> e:o .",
            "<https://w3id.org/biokg/playedBy>: did you mean bkg:playedBy?",
        ),
        ("e:r e:p <https://w3id.org/biokg/scheme/stance/support> .", "did you mean bks:stance/supports?"),
        ("e:r e:p <https://w3id.org/biokg/scheme/stance/odd> .", "the codes are challenges, qualifies, supports;"),
        ("e:r e:p <https://w3id.org/biokg/scheme/stanse/supports> .", "no list of that name; did you mean bks:stance?"),
        (
            "e:r e:p <https://w3id.org/biokg/scheme/unit/zzz> .",
            "codes of that list, or add one to it with skos:inScheme",
        ),
    ],
)
def test_a_term_that_is_not_there_is_named_with_what_may_have_been_meant(
    vocabulary: list[Quad], written: str, said: str
) -> None:
    (result,) = unknown_terms(_store(_quads(written)), vocabulary)
    assert said in result.message


def test_no_suggestion_is_made_where_nothing_is_near(vocabulary: list[Quad]) -> None:
    (result,) = unknown_terms(_store(_quads("e:a bkg:topic 'x' .")), vocabulary)
    assert "did you mean" not in result.message
    assert "ontology?q=topic" in result.message


@pytest.mark.parametrize(
    "kinds",
    ["bkg:Alliance , bkg:Organization", "bkg:Organization , bkg:Cluster", "bkg:FoundingEvent , bkg:SeatState"],
)
def test_nothing_is_of_two_classes_that_exclude_each_other(vocabulary: list[Quad], kinds: str) -> None:
    (result,) = of_two_kinds(_store([*vocabulary, *_quads(f"e:a a {kinds} .")]))
    assert result.focus == NamedNode("http://e/a")
    assert all(name.strip() in result.message for name in kinds.split(","))


def test_a_thing_of_a_class_and_its_subclass_is_fine(vocabulary: list[Quad]) -> None:
    assert not of_two_kinds(
        _store([*vocabulary, *_quads("e:a a bkg:Event , bkg:FoundingEvent , owl:NamedIndividual .")])
    )


def test_only_what_one_brings_is_reported(vocabulary: list[Quad], repository: Path) -> None:
    beside = [*vocabulary, *_quads("e:other a bkg:Alliance .")]
    own = MemoryStore()
    own.add(_quads("e:mine a bkg:Alliance ."))
    report = validate_own(own, beside, load_shapes(repository / "ontology" / "shapes"))
    assert {str(result.focus) for result in report.results} == {"<http://e/mine>"}


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ttl").write_text("_:x <http://e/p> 1 .", encoding="utf-8")
    store = loaded([tmp_path / "a.ttl", tmp_path / "b.ttl"])
    assert len({quad.subject for quad in store.quads()}) == 2


def test_the_line_is_where_the_node_is_a_subject(tmp_path: Path) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text("@prefix e: <http://e/> .\ne:a e:p e:bb , e:b .\n\ne:b\n  e:p <http://e/c> .\n", encoding="utf-8")
    lines = [Text(file).line_of(NamedNode(f"http://e/{name}")) for name in ("a", "b", "c", "d")]
    assert lines == [2, 4, 5, None]
    assert Text(Path("sent"), "<http://e/x> <http://e/p> 1 .").line_of(NamedNode("http://e/x")) == 1


def test_the_lines_of_a_large_file_are_those_of_a_small_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.nq"
    file.write_text("<http://e/a> <http://e/p> <http://e/b> .\n<http://e/b> <http://e/p> 'a b' .\n", encoding="utf-8")
    nodes = [NamedNode(f"http://e/{name}") for name in "abpx"] + [Literal("a b")]
    file.write_text(file.read_text(encoding="utf-8") + "<http://e/c> <http://e/p> <http://e/x> <http://e/g> .\n")
    of_lines = text_of(file, nodes)
    assert [of_lines.line_of(node) for node in nodes] == [1, 2, None, 3, None]
    assert isinstance(of_lines, TextOfLines)
    assert [Text(file).line_of(node) for node in (nodes[0], nodes[1], nodes[3])] == [1, 2, 3]


def test_the_report_on_a_file_names_its_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text(PREFIXES + "e:a a bkg:Alliance .\n", encoding="utf-8")
    assert main(["validate", str(file)]) == 3
    said = capsys.readouterr().out
    assert "(mine.ttl:5)" in said
    lines = [line for line in said.splitlines() if line.startswith("  ")]
    assert all(re.search(r"\(mine\.ttl:5\)$", line) for line in lines)


def test_evidence_may_bear_on_a_hypothesis_of_the_dissertation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text(PREFIXES + "e:l bkg:bearsOn <https://w3id.org/biokg/id/hypothesis/h2> .\n", encoding="utf-8")
    assert main(["validate", str(file)]) == 0
    assert "0 violation(s)" in capsys.readouterr().out


@pytest.mark.parametrize("named", ["context.jsonld", "https://w3id.org/biokg/ontology/context.jsonld"])
def test_plain_json_is_read_with_the_context_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    file = tmp_path / "mine.jsonld"
    payment = {"id": "http://e/p", "type": "Payment", "royaltyRate": 5.05, "plaiedBy": "http://e/o"}
    file.write_text(json.dumps({"@context": named, **payment}), encoding="utf-8")
    assert main(["validate", str(file)]) == 3
    said = capsys.readouterr().out
    assert '"5.05"^^xsd:decimal' in said
    assert "(mine.jsonld:1)" in said


def test_a_context_of_somebody_else_is_not_fetched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.jsonld"
    file.write_text('{"@context": "https://example.org/context", "type": "Payment"}', encoding="utf-8")
    assert main(["validate", str(file)]) == 2
    assert "context" in capsys.readouterr().err
