"""A newcomer's misspelt terms are named, with the nearest term that there is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, Store, parse

from biokg.cli.main import main
from biokg.shapes.report import Result
from biokg.shapes.spelling import unknown_terms

FIXTURES = Path(__file__).resolve().parent / "fixtures"


def _unknown(repository: Path, data: Iterable[Quad]) -> tuple[Result, ...]:
    store = Store()
    store.extend(data)
    vocabulary = [*(repository / "ontology").glob("*.ttl"), *(repository / "ontology" / "schemes").glob("*.ttl")]
    return unknown_terms(store, [quad for file in vocabulary for quad in _quads(file)])


def _quads(file: Path) -> list[Quad]:
    return list(parse(path=file, format=RdfFormat.TURTLE))


def test_each_misspelt_term_is_named_once_with_the_nearest(repository: Path) -> None:
    found = [result.message for result in _unknown(repository, _quads(FIXTURES / "newcomer.ttl"))]
    assert found == [
        "there is no class bkg:Organisation: did you mean bkg:Organization?",
        "there is no property bkg:hasRol: did you mean bkg:hasRole?",
        "there is no code bks:alliance-type/co-developmnt: did you mean bks:alliance-type/co-development?",
    ]


def test_a_world_in_the_ontologys_own_terms_has_none(repository: Path) -> None:
    assert not _unknown(repository, _quads(FIXTURES / "valid.ttl"))


def test_terms_and_codes_of_ones_own_are_fine_when_declared(repository: Path) -> None:
    own = """@prefix bkg: <https://w3id.org/biokg/ontology/> . @prefix e: <http://e/> .
    e:Consortium a <http://www.w3.org/2002/07/owl#Class> . e:c a e:Consortium ; e:size 3 ; e:kind e:large ."""
    assert not _unknown(repository, parse(own, format=RdfFormat.TURTLE))


def test_a_newcomers_file_is_answered_with_fixes_and_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(FIXTURES / "newcomer.ttl")]) == 3
    said = capsys.readouterr().out
    assert "did you mean bkg:hasRole?" in said
    assert "give two bkg:hasRole whose bkg:playedBy differ" in said
    assert "add bkg:statedIn to a bkg:SourceStatement" in said


def test_a_valid_file_passes_with_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(FIXTURES / "valid.ttl")]) == 0
    assert "The data conforms" in capsys.readouterr().out
