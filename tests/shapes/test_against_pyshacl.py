"""The compiled engine and pyshacl, the reference, report the same results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from biokg.shapes import Result, load_shapes, validate
from biokg.shapes.model import Shapes, read_shapes
from biokg.store.memory import MemoryStore

Break = Callable[[Any], AbstractContextManager[MemoryStore]]
MODULES = (
    *("core", "actors", "region", "policy", "firm", "alliance", "asset"),
    *("business-model", "open-innovation", "indicator", "hypothesis", "coverage"),
)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes()


OWN = "https://w3id.org/biokg/shape/"


def _comparable(key: Callable[[Result], Any]) -> Callable[[Result], Any]:
    """pyshacl leaves ``sh:value`` out of the results of ASK-based constraint components on property shapes."""

    def comparable(result: Result) -> Any:
        own = result.component.startswith(OWN)
        return key(replace(result, value=None)) if own else key(result)

    return comparable


def _same(store: MemoryStore, shapes: Shapes, key: Callable[[Result], Any]) -> Counter[Any]:
    key = _comparable(key)
    ours = Counter(map(key, validate(store, shapes=shapes).results))
    theirs = Counter(map(key, validate(store, shapes=shapes, engine="pyshacl").results))
    assert ours - theirs == Counter()
    assert theirs - ours == Counter()
    return ours


@pytest.mark.parametrize("module", MODULES)
def test_all_broken_worlds_of_a_module_at_once(
    module: str, world_quads: list[Quad], cases: list[Any], shapes: Shapes, result_key: Callable[[Result], Any]
) -> None:
    mine = [case for case in cases if case.module == module]
    quads = {*world_quads} - {Quad(*t) for case in mine for t in case.remove}
    quads |= {Quad(*t) for case in mine for t in case.add}
    store = MemoryStore()
    store.add(quads)
    assert len(_same(store, shapes, result_key)) > len(mine) / 3


@pytest.mark.slow
def test_each_broken_world(case: Any, broken: Break, shapes: Shapes, result_key: Callable[[Result], Any]) -> None:
    with broken(case) as store:
        assert _same(store, shapes, result_key)


FOREIGN = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:prefixes sh:declare [ sh:prefix "e" ; sh:namespace "http://e/"^^xsd:anyURI ] .
e:Plain a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ] .
e:Nested a sh:NodeShape ; sh:targetClass e:C ; sh:sparql [ sh:prefixes e:prefixes ;
  sh:select "SELECT $this WHERE { { SELECT $this WHERE { $this e:q ?x } GROUP BY $this HAVING (COUNT(?x) > 1) } }" ] .
e:Limited a sh:NodeShape ; sh:targetClass e:C ; sh:sparql [ sh:prefixes e:prefixes ;
  sh:select "SELECT $this WHERE { FILTER EXISTS { $this e:q e:bad } } LIMIT 1" ] .
"""
DATA = "<http://e/a> a <http://e/C> ; <http://e/q> 1 , 2 ."
DATA += " <http://e/b> a <http://e/C> ; <http://e/p> 1 ; <http://e/q> <http://e/bad> ."


def test_a_shape_that_is_not_compiled_goes_to_pyshacl_by_name() -> None:
    shapes = read_shapes(parse(FOREIGN, format=RdfFormat.TURTLE))
    store = MemoryStore()
    store.add(parse(DATA, format=RdfFormat.TURTLE))
    report = validate(store, shapes=shapes)
    assert {(d.shape, d.reason) for d in report.delegated} == {
        ("<http://e/Nested>", "sh:sparql (a nested SELECT)"),
        ("<http://e/Limited>", "sh:sparql (LIMIT)"),
    }
    found = {(r.focus, r.shape) for r in report.results if isinstance(r.shape, NamedNode)}
    assert found == {
        (NamedNode("http://e/a"), NamedNode("http://e/Nested")),
        (NamedNode("http://e/b"), NamedNode("http://e/Limited")),
    }
    assert len(report.results) == 3
    assert "Judged by pyshacl" in report.text()
