"""A refused query is told where it is wrong and what to write; a valid one is never called wrong."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from biokg.errors import NotSupported, QuerySyntaxError, StoreError
from biokg.queries import catalogue
from biokg.sparql.faults import fault_in, told
from biokg.sparql.guard import Guard, check_query
from biokg.sparql.prefixes import with_prefixes
from biokg.terms import PREFIXES

MISTAKES = [
    ("SELECT * {\n ?f a bkg:Firm }", (2, 7), f"PREFIX bkg: <{PREFIXES['bkg']}>"),
    ("SELECT * { ?f a foo:Firm }", (1, 17), "PREFIX foo: <…>"),
    ("SELECT ?x WHERE {\n ?x ?p ?o\n", (1, 17), "add }"),
    ("SELECT ?x {\n ?x ?p ?o\n ?x ?q ?r }", (3, 2), "full stop"),
    ("SELECT ?x { ?x <http://e/a>/^<http://e/b>* ?o ; a 1 ?x ?q ?r }", (1, 53), "full stop"),
    ('SELECT ?x {\n ?x ?p "abc .\n}', (2, 8), 'write "'),
    ("SELECT ?x { ?x ?p 'abc }", (1, 19), "write '"),
    ("SELECT ?x { ?x ?p ?o FILTER(LENGTH(?o) > 3) }", (1, 29), "STRLEN"),
    ("SELECT ?x { ?x ?p ?o FILTER(?x = 1 AND ?o = 2) }", (1, 36), "&&"),
    ("PREFIX ex: <http://e/> .\nSELECT * { ?s ?p ?o }", (1, 24), "remove"),
    ("@prefix ex: <http://e/> .\nSELECT * { ?s ?p ?o }", (1, 1), "PREFIX"),
    ("PREFIX ex <http://e/> SELECT * { ?s ?p ?o }", (1, 8), "PREFIX ex:"),
    ("SELECT * { ?s ex:p ?o }\nPREFIX ex: <http://e/>", (2, 1), "top"),
    ("SELECT * { ?s ?p “hello” }", (1, 18), 'write "'),
    ("SELECT * {\u00a0?s ?p ?o }", (1, 11), "ordinary space"),
    ("SELECT * { <http://e/a b> ?p ?o }", (1, 12), "spaces"),
    ("SELECT ?p (COUNT(?s) AS ?n) { ?s ?p ?o }", (1, 8), "GROUP BY ?p"),
    ("SELECT ?p ?o (COUNT(?s) AS ?n)\n{ ?s ?p ?o } GROUP BY ?p", (1, 11), "add it to GROUP BY"),
    ("SELECT * { { SELECT ?p (MAX(?o) AS ?n) { ?s ?p ?o } } }", (1, 21), "GROUP BY ?p"),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", (1, 8), "name the variables"),
    ("SELECT (1 AS ?x) (2 AS ?x) { }", (1, 24), "another name"),
    ("SELECT (1 AS ?s) { ?s ?p ?o }", (1, 14), "another name"),
    ("SELECT * { ?s ?p ?o BIND(1 AS ?o) }", (1, 31), "another name"),
    ("SELECT COUNT(?s) { ?s ?p ?o }", (1, 8), "AS ?name"),
    ("SELECT (COUNT(?s)) { ?s ?p ?o }", (1, 8), "AS ?name"),
    ("SELECT ?s, ?p { ?s ?p ?o }", (1, 10), "comma"),
    ("SELECT * ORDER BY ?s { ?s ?p ?o }", (1, 10), "after the closing }"),
    ("SELECT * { ?s ?p ?o FILTER ?o > 3 }", (1, 28), "FILTER (…)"),
    ("SELECT * { ?s ?p ?o FILTER(?o == 3) }", (1, 31), "write ="),
    ("SELECT * { ?s ?p ?o } LIMIT ?ten", (1, 29), "LIMIT 100"),
    ('SELECT (GROUP_CONCAT(?s, ",") AS ?x) { ?s ?p ?o }', (1, 24), "separator"),
    ("SELECT * { _:a ?p ?o OPTIONAL { _:a ?q ?r } }", (1, 33), "?a"),
]


@pytest.mark.parametrize(("text", "place", "fix"), MISTAKES, ids=[text for text, _, _ in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_what_to_write(text: str, place: tuple[int, int], fix: str) -> None:
    with pytest.raises(SyntaxError):
        Store().query(text)
    found = fault_in(text, {})
    assert found is not None
    assert (found.line, found.column) == place
    assert fix in (found.fix or "")


def test_a_query_without_a_form_is_told_where_it_begins() -> None:
    with pytest.raises(QuerySyntaxError) as found:
        check_query("# a remark\n SELCT * { ?s ?p ?o }", Guard())
    assert (found.value.line, found.value.column, found.value.fix) == (2, 2, "SELECT?")
    with pytest.raises(QuerySyntaxError) as found:
        check_query("{ ?s ?p ?o }", Guard())
    assert (found.value.line, found.value.column) == (1, 1)


def test_a_function_that_is_none_is_told_with_its_place() -> None:
    text = "SELECT * {\n ?s ?p ?o FILTER(<http://e/f>(?o)) }"
    error = told(StoreError("the store could not answer: The custom function <http://e/f> is not supported"), text)
    assert isinstance(error, NotSupported)
    assert "(line 2, column 18)" in error.message


def test_what_is_not_known_is_said_as_the_engine_says_it_with_a_hint() -> None:
    error = told(QuerySyntaxError("error at 1:17", line=1, column=17), "SELECT DISTINCT DISTINCT ?s { ?s ?p ?o }")
    assert (error.message, bool(error.fix)) == ("error at 1:17", True)


VALID = [
    "SELECT ?p (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING (COUNT(?s) > 1) ORDER BY ?p LIMIT 3",
    'SELECT (GROUP_CONCAT(DISTINCT CONCAT(?s, ","); separator=",") AS ?x) { ?s ?p "a"@en, "1"^^<http://e/t>, -1 }',
    "SELECT ?x { VALUES ?x { 1 2 3 4 5 } VALUES (?a ?b) { (1 2) (UNDEF 3) } FILTER EXISTS { ?x ?p ?o } }",
    "SELECT * { ?s (<http://e/a>|^<http://e/b>)/<http://e/c>+ ?o ; a ?t ; . [] ?p (1 2 3) . { ?a ?b ?c } UNION {} }",
    "SELECT (STR(?p) AS ?t) (SUM(?o * 2) AS ?n) { ?s ?p ?o BIND(?o AS ?v) { BIND(1 AS ?s) } } GROUP BY ?p",
    "CONSTRUCT { ?s a ?t . ?t ?p _:b, 1 } WHERE { ?s a ?t OPTIONAL { ?t ?p ?o } FILTER(?o < 3 && ?o > 1) }",
    "SELECT * { ?s ?p ?o FILTER(?z = 3) BIND(?o + 1 AS ?z) }",
    "SELECT ?year { ?s ?p ?d } GROUP BY (YEAR(?d) AS ?year)",
]


@pytest.mark.parametrize("text", VALID + [with_prefixes(query.text) for query in catalogue().values()])
def test_a_valid_query_has_no_mistake(text: str) -> None:
    Store().query(text)
    assert fault_in(text, {}) is None
