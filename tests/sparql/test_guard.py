from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biokg.errors import QueryRefused, QuerySyntaxError, ReachesOutside, TooLarge
from biokg.sparql.guard import VOLATILE, Guard, check_query, check_update
from biokg.sparql.load import without_load
from biokg.sparql.tokens import may_say, tokens


@pytest.mark.parametrize("bracket", ["{", "(", "[", "<<"])
def test_nesting_is_refused_before_any_parser(bracket: str) -> None:
    text = "SELECT * WHERE " + bracket * 100_000
    begun = time.process_time()
    with pytest.raises(QueryRefused, match="nested deeper"):
        check_query(text, Guard())
    assert time.process_time() - begun < 0.5


def test_depth_up_to_the_ceiling_passes() -> None:
    assert check_query("ASK " + "{" * 128 + "}" * 128, Guard()).form == "ASK"
    with pytest.raises(QueryRefused):
        check_query("ASK " + "{" * 129 + "}" * 129, Guard())


def test_length_is_counted_in_bytes() -> None:
    with pytest.raises(TooLarge):
        check_query("ASK { ?s ?p '" + "é" * 200_000 + "' }", Guard())


@pytest.mark.parametrize("operator", ["||", "&&", "+", "*", "/", "|"])
def test_long_chains_that_parsers_nest_are_refused(operator: str) -> None:
    with pytest.raises(QueryRefused, match="chained"):
        check_query(f"ASK {{ FILTER(1{f'{operator}1' * 20_000}) }}", Guard())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "select * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE\n#comment\n<http://e/> { } }",
        "SELECT * { SER\\u0056ICE <http://e/> { } }",
        "SELECT * { ?s ?p '''a''' . SERVICE<http://e/>{} }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT * FROM NAMED <FILE:///etc/passwd> { ?s ?p ?o }",
        "ASK { FILTER EXISTS { SERVICE ?x { } } }",
        "SELECT * { SERVICEe:x { ?s ?p ?o } }",
        "SELECT * { SERVICESILENTe:x { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENTe:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICEe:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE?x { ?s ?p ?o } }",
        "SELECT * { ?s ?p x:SERVICE <http://e/> { ?s ?p ?o } }",
    ],
)
def test_forms_that_reach_outside_are_refused(text: str) -> None:
    with pytest.raises(ReachesOutside):
        check_query(text, Guard())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE { LOAD }' } # SERVICE <x> {",
        "PREFIX service: <http://service/> SELECT * { ?service service:SERVICE <http://e/SERVICE> }",
        'SELECT * { ?s ?p """a "quoted" SERVICE text""" }',
        "SELECT ?service ?x { ?s a schema:Service FILTER NOT EXISTS { ?s e:service ?x } OPTIONAL { ?s ?p ?service } }",
        "SELECT * { ?s a schema:Service MINUS { ?s e:p 1 } VALUES ?service { 1 } }",
        "SELECT * { ?s <http://e/#SERVICE> ?load FILTER(?load < 3 && ?service > 2) }",
    ],
)
def test_words_within_strings_names_and_comments_are_no_forms(text: str) -> None:
    assert check_query(text, Guard()).form == "SELECT"


def test_an_update_sent_as_query_is_a_syntax_error() -> None:
    with pytest.raises(QuerySyntaxError, match="update"):
        check_query("INSERT DATA { <e:a> <e:b> 1 }", Guard())
    with pytest.raises(QuerySyntaxError, match="query"):
        check_update("ASK {}", Guard())


def test_load_silent_becomes_nothing_and_load_is_marked_for_refusal() -> None:
    assert without_load("PREFIX e: <http://e/> LOAD SILENT e:a INTO GRAPH e:g; CLEAR ALL").refused is False
    assert without_load("CLEAR ALL; LOAD <http://e/a>").refused is True
    assert "LOAD" not in without_load("LOAD SILENT <http://e/LOAD> ; LOAD <http://e/x>").text
    with pytest.raises(QuerySyntaxError):
        without_load("LOAD ;")


@given(st.text())
def test_tokens_cover_every_character_but_space_and_comments(text: str) -> None:
    covered = 0
    for token in tokens(text):
        assert text[token.start : token.end] == token.text
        skipped = text[covered : token.start]
        assert all(line.lstrip(" \t").startswith("#") or not line.strip(" \t\r\n") for line in skipped.splitlines())
        covered = token.end


@given(st.text(alphabet="SERVICE service<>{}'\"#\\ \n?x:u0045/", max_size=60))
def test_what_the_engine_reads_as_service_never_passes(text: str) -> None:
    """The engine, given the text with SERVICE answered by nothing, must find no SERVICE that the guard missed."""
    import pyoxigraph as ox

    query = f"SELECT * {{ {text} }}"
    try:
        check_query(query, Guard())
    except (QueryRefused, QuerySyntaxError):
        return
    try:
        list(ox.Store().query(query, default_graph=ox.DefaultGraph()))  # type: ignore[arg-type]
    except SyntaxError:
        return
    except (OSError, RuntimeError) as error:
        pytest.fail(f"the engine reached outside: {error}")


@pytest.mark.parametrize("text", ["LOADe:x", "PREFIX e: <http://e/> LOADe:x", "CLEAR ALL; LOADSILENTe:x", "loadx:y"])
def test_load_is_found_where_no_space_follows_it(text: str) -> None:
    with pytest.raises(ReachesOutside):
        without_load(text)


@pytest.mark.parametrize("text", ["PREFIX load: <http://e/> INSERT DATA { load:a load:b load:c }", "DROP GRAPH load:x"])
def test_names_that_begin_with_load_are_only_names(text: str) -> None:
    assert without_load(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX e: <http://e/>\n# a comment {\nSELECT ?known { ?known e:p ?o }",
        "ask{}",
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (NOW() AS ?now) {}",
        "SELECT * {} ORDER BYRAND()",
        "SELECT * FROM <http://e/g> { ?s ?p ?o }",
        "BASE <http://e/> DESCRIBE <x>",
    ],
)
def test_a_plain_text_is_judged_as_by_reading_every_token(text: str) -> None:
    """The quick look must not miss a word that the answer's dataset or caching depends on."""
    told = {"GRAPH", "FROM"} | VOLATILE
    quick, whole = check_query(text, Guard()), check_query(text + " #\\u0020", Guard())
    assert (quick.form, quick.words & told) == (whole.form, whole.words & told)


PIECES = ["FROM", "graph", "?from", "$GRAPH", "<http://e/>", "1", "x", "e:", "'a'", "{", "*", " ", "#\n", "_", "@en"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_a_text_that_has_the_keyword_may_say_it(text: str) -> None:
    said = any(token.word in ("FROM", "GRAPH") for token in tokens(text))
    assert may_say(text, "FROM", "GRAPH") or not said
