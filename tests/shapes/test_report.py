"""The report reads well, and says the same in the W3C vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from biokg.errors import UsageError
from biokg.shapes import ValidationReport, load_shapes, validate, validate_nodes
from biokg.shapes.delegate import read_report
from biokg.shapes.model import read_shapes
from biokg.shapes.validation import results
from biokg.store.memory import MemoryStore

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property e:S-p , e:S-q .
e:S-p sh:path e:p ; sh:minCount 1 ; sh:message "Add e:p."@en , "Ajoutez e:p."@fr .
e:S-q sh:path ( e:q [ sh:inversePath e:r ] ) ; sh:class e:D ; sh:severity sh:Warning ; sh:message "Point at an e:D." .
"""
DATA = """
@prefix e: <http://e/> .
e:a a e:C . e:b a e:C ; e:p 1 ; e:q e:x . e:y e:r e:x .
"""


def _store(text: str, graph: str | None = None) -> MemoryStore:
    store = MemoryStore()
    quads = parse(text, format=RdfFormat.TURTLE)
    store.add(quads if graph is None else (Quad(*q.triple, NamedNode(graph)) for q in quads))
    return store


@pytest.fixture(scope="module")
def report() -> ValidationReport:
    return validate(_store(DATA), shapes=read_shapes(parse(SHAPES, format=RdfFormat.TURTLE)))


def test_the_text_groups_results_by_shape_and_puts_violations_first(report: ValidationReport) -> None:
    text = report.text()
    assert text.startswith("The data does not conform: 1 violation(s), 1 warning(s), 0 info(s).")
    assert text.index("Violation <http://e/S-p> (1): Add e:p.") < text.index("Warning <http://e/S-q> (1): Point at")
    assert "<http://e/b>  (<http://e/q>/^<http://e/r>)  <http://e/y>" in text


def test_long_groups_are_cut_and_say_so() -> None:
    data = "@prefix e: <http://e/> . " + " ".join(f"e:n{i} a e:C ." for i in range(30))
    found = validate(_store(data), shapes=read_shapes(parse(SHAPES, format=RdfFormat.TURTLE)))
    assert "… and 25 more" in found.text(limit=5)


def test_the_w3c_report_reads_back_as_the_same_results(report: ValidationReport) -> None:
    back = list(read_report(parse(report.turtle(), format=RdfFormat.TURTLE)))
    assert {(r.focus, str(r.path), r.value, r.shape, r.component, r.severity, r.message) for r in back} == {
        (r.focus, str(r.path), r.value, r.shape, r.component, r.severity, r.message) for r in report.results
    }


def test_warnings_alone_conform_but_are_not_clean() -> None:
    data = "@prefix e: <http://e/> . e:b a e:C ; e:p 1 ; e:q e:x . e:y e:r e:x ."
    found = validate(_store(data), shapes=read_shapes(parse(SHAPES, format=RdfFormat.TURTLE)))
    assert found.conforms
    assert not found.clean
    assert "conforms> false" in found.turtle() or "sh:conforms false" in found.turtle()


def test_only_the_graphs_named_are_checked() -> None:
    store = _store("@prefix e: <http://e/> . e:a a e:C .", "http://e/bad")
    store.add(Quad(*q.triple, NamedNode("http://e/good")) for q in parse(DATA, format=RdfFormat.TURTLE))
    shapes = read_shapes(parse(SHAPES, format=RdfFormat.TURTLE))
    assert len(validate(store, shapes=shapes, graphs=["http://e/bad"]).results) == 1
    assert len(validate(store, shapes=shapes, graphs=["http://e/good"]).results) == 2
    assert len(validate(store, shapes=shapes).results) == 2


def test_a_triple_in_two_graphs_counts_once() -> None:
    text = "@prefix e: <http://e/> . e:b a e:C ; e:p 1 ."
    store = _store(text, "http://e/one")
    store.add(Quad(*q.triple, NamedNode("http://e/two")) for q in parse(text, format=RdfFormat.TURTLE))
    rule = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
    e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:maxCount 1 ] ;
      sh:sparql [ sh:select "SELECT $this WHERE { $this <http://e/p> ?v } GROUP BY $this HAVING (COUNT(?v) > 1)" ] ."""
    shapes = read_shapes(parse(rule, format=RdfFormat.TURTLE))
    assert validate(store, shapes=shapes).clean
    assert validate(store, shapes=shapes, graphs=["http://e/one", "http://e/two"]).clean


def test_unchanged_nodes_are_not_reported_when_changed_ones_are_checked() -> None:
    shapes = read_shapes(parse(SHAPES, format=RdfFormat.TURTLE))
    found = validate_nodes(_store(DATA), [NamedNode("http://e/a")], shapes=shapes)
    assert [result.focus for result in found.results] == [NamedNode("http://e/a")]


def test_an_unknown_engine_and_a_folder_without_shapes_are_refused_with_a_fix(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        validate(MemoryStore(), engine="magic")
    assert caught.value.fix
    with pytest.raises(UsageError) as caught:
        load_shapes(tmp_path)
    assert caught.value.fix


def test_progress_is_told_shape_by_shape_and_results_can_be_streamed() -> None:
    shapes = read_shapes(parse(SHAPES, format=RdfFormat.TURTLE))
    told: list[tuple[str, int, int | None]] = []
    stream = results(_store(DATA), shapes=shapes, progress=lambda *step: told.append(step))
    assert next(stream).focus == NamedNode("http://e/a")
    assert len(list(stream)) == 1
    assert told == [("validating", 1, 1)]
