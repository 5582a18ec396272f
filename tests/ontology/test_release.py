"""Release artefacts say the same in every form, stand alone and are the same every time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, RdfFormat, parse

from biokg.errors import UsageError
from biokg.knowledge.release import FORMS, PARTS, release

OWL = "http://www.w3.org/2002/07/owl#"


def _canonical(file: Path) -> Dataset:
    dataset = Dataset(parse(path=str(file), format=getattr(RdfFormat, FORMS[file.suffix[1:]])))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.fixture(scope="module")
def files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {file.name: file for file in release(folder, tmp_path_factory.mktemp("release"))}


@pytest.mark.parametrize("part", PARTS)
def test_every_form_says_the_same(files: dict[str, Path], part: str) -> None:
    forms = [_canonical(files[f"biokg-{part}.{form}"]) for form in FORMS]
    assert len(forms[0]) > 500
    assert all(form == forms[0] for form in forms)


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_left_to_import(files: dict[str, Path], part: str) -> None:
    quads = list(parse(path=str(files[f"biokg-{part}.nt"]), format=RdfFormat.N_TRIPLES))
    assert not [quad for quad in quads if quad.predicate.value == OWL + "imports"]
    headers = {quad.subject for quad in quads if quad.object == NamedNode(OWL + "Ontology")}
    assert headers == {NamedNode(f"https://w3id.org/biokg/{'scheme' if part == 'schemes' else 'ontology'}/")}


@pytest.mark.parametrize("part", PARTS)
def test_every_term_that_is_used_is_declared(files: dict[str, Path], part: str) -> None:
    quads = list(parse(path=str(files[f"biokg-{part}.nt"]), format=RdfFormat.N_TRIPLES))
    built_in = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#", OWL)
    declared = {quad.subject for quad in quads if quad.object.value.startswith(OWL)}
    used = {quad.predicate for quad in quads} | {q.object for q in quads if q.predicate.value.endswith("#type")}
    assert {str(term) for term in used - declared if not term.value.startswith(built_in)} == set()


def test_the_same_ontology_gives_the_same_bytes(folder: Path, files: dict[str, Path], tmp_path: Path) -> None:
    for file in release(folder, tmp_path):
        assert file.read_bytes() == files[file.name].read_bytes(), file.name


def test_the_committed_context_is_that_of_the_ontology(folder: Path, files: dict[str, Path]) -> None:
    assert (folder / "context.jsonld").read_text(encoding="utf-8") == files["biokg-context.jsonld"].read_text("utf-8")


def test_plain_json_becomes_the_same_statements_as_turtle(folder: Path, repository: Path) -> None:
    """The first alliance of docs/reuse.md, once as Turtle and once as JSON with the context."""
    context = json.loads((folder / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    document = {
        "@context": context,
        "id": "https://example.org/aero/licensee",
        "type": "AllianceRole",
        "playedBy": "https://example.org/aero/wing-and-sons",
        "roleType": "bks:alliance-role/licensee",
        "knowledgeFlow": "bks:knowledge-flow/inbound",
        "statedIn": "https://example.org/aero/row-1",
    }
    turtle = repository / "tests" / "fixtures" / "reuse" / "first-alliance.ttl"
    wanted = {quad.triple for quad in parse(path=str(turtle), format=RdfFormat.TURTLE)}
    wanted = {triple for triple in wanted if triple.subject == NamedNode("https://example.org/aero/licensee")}
    assert {quad.triple for quad in parse(json.dumps(document), format=RdfFormat.JSON_LD)} == wanted


def test_a_folder_without_ontology_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ontology"):
        release(tmp_path, tmp_path / "out")
