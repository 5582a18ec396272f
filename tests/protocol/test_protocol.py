"""SPARQL 1.1 Protocol beyond the W3C suite, on a real server."""

from __future__ import annotations

import gzip
from urllib.parse import quote, urlencode

import pytest
from running import Server

ONE = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1"
FORM = "application/x-www-form-urlencoded"


def get(server: Server, text: str, accept: str | None = None, **headers: str) -> object:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if accept is not None:
        sent["Accept"] = accept
    return server.request("GET", "/sparql?" + urlencode({"query": text}), headers=sent)


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/sparql-results+json;q=0, text/csv;q=0.5, */*;q=0.1", "text/csv; charset=utf-8"),
        ("text/turtle, application/sparql-results+xml;q=0.3", "application/sparql-results+xml"),
    ],
)
def test_select_is_negotiated(server: Server, accept: str | None, said: str) -> None:
    answered = get(server, ONE, accept)
    assert (answered.status, answered.headers["content-type"]) == (200, said)
    assert "Accept" in answered.headers["vary"]


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("application/n-triples", "application/n-triples"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/trig", "application/trig"),
        ("application/n-quads", "application/n-quads"),
    ],
)
def test_construct_is_negotiated_apart(server: Server, accept: str | None, said: str) -> None:
    answered = get(server, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 2", accept)
    assert (answered.status, answered.headers["content-type"]) == (200, said)
    assert answered.body


@pytest.mark.parametrize("accept", ["image/png", "text/turtle", "*/*;q=0"])
def test_what_cannot_be_accepted_is_406(server: Server, accept: str) -> None:
    answered = get(server, ONE, accept)
    assert answered.status == 406
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, None, 400),
        ("GET", "/sparql?update=CLEAR%20ALL", None, None, 400),
        ("GET", "/update?update=CLEAR%20ALL", None, None, 405),
        ("PUT", "/sparql", "ASK {}", "application/sparql-query", 405),
        ("POST", "/sparql", "query=ASK%7B%7D", "text/plain", 415),
        ("POST", "/sparql", "ASK {}", None, 415),
        ("POST", "/sparql", "", FORM, 400),
        ("POST", "/sparql", "ASK {}".encode("utf-16"), "application/sparql-query; charset=UTF-16", 415),
        ("POST", "/sparql", "ASK { ?s ?p 'é' }".encode("latin-1"), "application/sparql-query", 400),
        ("GET", "/sparql?query=%ff%fe", None, None, 400),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=relative", None, None, 400),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=-1", None, None, 400),
        ("GET", "/sparql?query=SELECT", None, None, 400),
        ("POST", "/update", "update=CLEAR%20ALL", FORM, 403),
        ("GET", "/nowhere", None, None, 404),
    ],
)
def test_what_the_protocol_does_not_allow_is_a_problem_document(
    server: Server, method: str, path: str, body: str | bytes | None, kind: str | None, status: int
) -> None:
    answered = server.request(method, path, body, {"Content-Type": kind} if kind else None)
    assert answered.status == status, answered.text
    problem = answered.json()
    assert answered.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["title"]


def test_a_syntax_error_says_where(server: Server) -> None:
    problem = server.query("SELECT * {\n  ?s ?p }").json()
    assert problem["type"].endswith("/query-syntax")
    assert problem["line"] == 2


def test_the_dataset_of_the_protocol_goes_before_from(server: Server) -> None:
    text = "SELECT (COUNT(*) AS ?n) FROM <http://e/g0> { ?s ?p ?o }"
    all_of_g0 = server.query(text, "text/csv").text.split()[1]
    of_g1 = server.query(text, "text/csv", **{"default-graph-uri": "http://e/g1"}).text.split()[1]
    assert (all_of_g0, of_g1) == ("6667", "6668")
    none = server.query(text, "text/csv", **{"named-graph-uri": "http://e/g1"}).text.split()[1]
    assert none == "0"


def test_a_triple_in_two_graphs_is_one_in_the_union(server: Server) -> None:
    assert server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text.split()[1] == "20000"
    assert server.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "text/csv").text.split()[1] == "20001"


def test_relative_iris_are_resolved_against_the_endpoint(server: Server) -> None:
    rows = server.query("SELECT (<thing> AS ?x) {}", "text/csv").text.split()
    assert rows[1] == f"{server.address}/thing"


def test_head_is_get_without_body(server: Server) -> None:
    path = "/sparql?" + urlencode({"query": ONE})
    head, whole = server.request("HEAD", path), server.request("GET", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.body))
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_options_says_what_may_be_done_and_never_lets_scripts_write(server: Server) -> None:
    answered = server.request("OPTIONS", "/sparql", headers={"Origin": "https://e.org"})
    assert answered.status == 204
    assert "POST" in answered.headers["access-control-allow-methods"]
    for path in ("/update", "/rdf-graph-store"):
        assert "access-control-allow-methods" not in server.request("OPTIONS", path).headers


def test_the_service_describes_itself(server: Server) -> None:
    answered = server.request("GET", "/sparql", headers={"Accept": "text/turtle"})
    assert "UnionDefaultGraph" in answered.text
    assert "http://e/g1" in answered.text
    assert server.request("GET", "/sparql", headers={"Accept": "text/html"}).headers["location"] == "/query"


def test_a_browser_is_led_to_the_page_of_its_query(server: Server) -> None:
    answered = get(server, ONE, "text/html,application/xhtml+xml,*/*;q=0.8")
    assert answered.status == 303
    assert answered.headers["location"] == "/query?" + urlencode({"query": ONE})


def test_same_version_and_query_give_the_same_bytes_and_304(server: Server) -> None:
    first, second = get(server, ONE), get(server, ONE)
    assert first.body == second.body
    assert first.headers["etag"] == second.headers["etag"]
    assert not first.headers["etag"].startswith("W/")
    other = get(server, ONE, "text/csv")
    assert other.headers["etag"] != first.headers["etag"]
    again = get(server, ONE, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert first.headers["x-biokg-version"]


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "STRUUID()"])
def test_what_differs_from_call_to_call_is_neither_tagged_nor_kept(server: Server, function: str) -> None:
    answers = {get(server, f"SELECT ({function} AS ?x) {{}}").body for _ in range(3)}
    assert len(answers) == 3
    answered = get(server, f"SELECT ({function} AS ?x) {{}}")
    assert "etag" not in answered.headers
    assert answered.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("limit", [300, 20_000])
def test_gzip_is_the_same_answer(server: Server, limit: int) -> None:
    text = f"SELECT ?s ?p ?o {{ ?s ?p ?o }} ORDER BY ?s ?p ?o LIMIT {limit}"
    plain, packed = get(server, text), get(server, text, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 3
    assert gzip.decompress(packed.body) == plain.body
    assert "etag" not in packed.headers or packed.headers["etag"] != plain.headers["etag"]


def test_errors_and_health_are_never_kept(server: Server) -> None:
    assert get(server, "SELECT").headers["cache-control"] == "no-store"
    ready = server.request("GET", "/health/ready")
    assert (ready.status, ready.headers["cache-control"]) == (200, "no-store")
    assert server.request("GET", "/health/live").json() == {"status": "live"}


def test_metrics_count_without_telling_queries(server: Server) -> None:
    get(server, "ASK { <http://secret/term> ?p ?o }")
    text = server.request("GET", "/metrics").text
    assert "biokg_requests_total{" in text
    assert "secret" not in text


def test_a_query_may_ask_for_a_shorter_deadline(server: Server) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i) }"
    problem = server.query(text, timeout="0.3")
    assert problem.status == 504
    assert "0.3 s" in problem.json()["detail"]


def test_a_long_query_is_sent_by_post(server: Server) -> None:
    values = " ".join(f"<http://e/s{i}>" for i in range(6000))
    answered = server.query(f"SELECT (COUNT(*) AS ?n) {{ VALUES ?s {{ {values} }} ?s ?p ?o }}", "text/csv")
    assert answered.text.split()[1] == "6000"
    too_long = server.query("ASK { ?s ?p '" + "x" * 300_000 + "' }")
    assert too_long.status == 413


def test_an_iri_in_the_address_may_hold_what_it_likes(server: Server) -> None:
    path = "/sparql?query=" + quote("SELECT * { <http://e/ü> ?p ?o }")
    assert server.request("GET", path).status == 200


def test_a_silent_service_fails_without_a_word_and_leaves_the_rest(server: Server) -> None:
    told = server.query("SELECT ?x ?y { VALUES ?x { 1 2 } SERVICE SILENT <http://127.0.0.1:1/> { ?x ?y ?z } }").json()
    assert [list(row) for row in told["results"]["bindings"]] == [["x"], ["x"]]
    assert told["head"]["vars"] == ["x", "y"]
    assert server.query("SELECT * { SERVICE SILENT <http://e/> { ?a ?b ?c } SERVICE <http://e/> {} }").status == 403


@pytest.mark.parametrize("name", ["%E3%89%AA", "%FF", "caf%C3%A9", "%2525", "%00", "a%0Ab"])
def test_an_address_in_any_script_is_answered_by_a_problem_document(server: Server, name: str) -> None:
    for path in (f"/{name}", f"/rdf-graph-store/{name}"):
        answered = server.request("GET", path)
        assert answered.status in (400, 404)
        assert answered.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/sparql?query=ASK%7B%7D&default-graph-uri=http://e/%EF%BF%BD", {}),
        ("/sparql?query=ASK%7B%7D&named-graph-uri=http://e/%25ZZ", {}),
        ("/sparql?query=ASK%20FROM%20%3Chttp://%5B:/%3E%20%7B%7D", {}),
        ("/sparql?query=ASK%20FROM%20%3Chttp://e/%25ZZ%3E%20%7B%7D", {}),
        ("/sparql?query=ASK%7B%3Fa%20%3Fb%201%7D", {"Host": "a b"}),
        ("/sparql?query=ASK%7B%3Fa%20%3Fb%202%7D", {"Host": "%"}),
        ("/rdf-graph-store?graph=http://%5B:/", {}),
    ],
)
def test_what_is_no_iri_is_refused_and_ends_no_worker(server: Server, path: str, headers: dict[str, str]) -> None:
    answered = server.request("GET", path, headers=headers)
    assert (answered.status, answered.headers["content-type"]) == (400, "application/problem+json")
    assert answered.json()["type"].endswith("/bad-request")


def test_a_packed_body_is_refused_with_its_reason(server: Server) -> None:
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}
    refused = server.request("POST", "/sparql", gzip.compress(b"ASK {}"), headers)
    assert (refused.status, refused.json()["type"].rpartition("/")[2]) == (415, "unsupported-media-type")


def test_a_graph_is_had_as_plain_json_too(server: Server) -> None:
    answered = server.query("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "application/json")
    assert (answered.status, answered.headers["content-type"]) == (200, "application/json")
    assert answered.json()[0]["@id"].startswith("http://e/")


def test_parameters_without_a_query_are_no_request_for_the_description(server: Server) -> None:
    assert server.request("GET", "/sparql?timeout=3").status == 400
    assert server.request("GET", "/sparql?default-graph-uri=http://e/g").status == 400
    told = server.request("GET", "/sparql?format=nt")
    assert (told.status, told.headers["content-type"]) == (200, "application/n-triples")


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv"])
def test_a_prefix_that_is_not_declared_is_named_with_the_line_to_add(server: Server, accept: str) -> None:
    for parameters in ({}, {"default-graph-uri": "http://e/g1"}):
        told = server.query("SELECT * {\n ?f a bkg:Firm }", accept, **parameters).json()
        assert (told["status"], told["line"], told["column"]) == (400, 2, 7)
        assert told["detail"] == "the prefix bkg: is not declared"
        assert "PREFIX bkg: <https://w3id.org/biokg/ontology/>" in told["fix"]


def test_a_function_that_is_none_is_told_as_such(server: Server) -> None:
    told = server.query("SELECT * {\n ?s ?p ?o FILTER(<http://e/f>(?o)) }").json()
    assert (told["status"], told["type"].rpartition("/")[2]) == (501, "not-supported")
    assert "(line 2, column 18)" in told["detail"]
