"""The reconciliation service keeps the rules of the published API, 0.2 and the 1.0 draft."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator

TEXT = {"type": "string"}
NAMED = {"type": "object", "properties": {"id": TEXT, "name": TEXT}, "required": ["id", "name"]}
CANDIDATE = {
    "type": "object",
    "required": ["id", "name", "score", "match", "type"],
    "properties": {
        "id": TEXT, "name": TEXT, "description": TEXT, "match": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 100}, "type": {"type": "array", "items": NAMED},
        "features": {"type": "array", "items": {"type": "object", "required": ["id", "value"],
                     "properties": {"id": TEXT, "value": {"type": ["number", "boolean"]}}}},
    },
}  # fmt: skip
DATE = r"^-?\d{4,}-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12]\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"


def only(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


CELL = {
    "oneOf": [
        {"type": "object", "maxProperties": 0}, only(id=TEXT, name=TEXT), only(str=TEXT),
        only(float={"type": "number"}), only(int={"type": "integer"}), only(date={"type": "string", "pattern": DATE}),
    ]
}  # fmt: skip
META = {"type": "array", "items": NAMED}
RESULT_02 = {
    "type": "object",
    "additionalProperties": only(result={"type": "array", "items": CANDIDATE}),
}
EXTENSION_02 = only(
    meta=META, rows={"type": "object", "additionalProperties": {
        "type": "object", "additionalProperties": {"type": "array", "items": CELL}}},
)  # fmt: skip
SERVICE = {"type": "object", "required": ["service_url", "service_path"],
           "properties": {"service_url": {"type": "string", "pattern": "^https?://"},
                          "service_path": TEXT}}  # fmt: skip
MANIFEST_02 = {
    "type": "object",
    "required": ["versions", "name", "identifierSpace", "schemaSpace", "view"],
    "properties": {
        "versions": {"type": "array", "items": TEXT, "contains": {"const": "0.2"}},
        "name": TEXT, "identifierSpace": {"type": "string", "pattern": "^https?://"},
        "schemaSpace": {"type": "string", "pattern": "^https?://"},
        "view": only(url={"type": "string", "pattern": r"\{\{id\}\}"}),
        "preview": {"type": "object", "required": ["url", "width", "height"],
                    "properties": {"url": {"type": "string", "pattern": r"\{\{id\}\}"}}},
        "suggest": {"type": "object", "additionalProperties": SERVICE},
        "extend": {"type": "object", "properties": {"propose_properties": SERVICE, "property_settings": {
            "type": "array", "items": {"type": "object", "required": ["name", "label", "type"]}}}},
        "defaultTypes": {"type": "array", "items": NAMED, "uniqueItems": True},
    },
}  # fmt: skip
MANIFEST_10 = {
    "type": "object",
    "required": ["versions", "name", "view"],
    "properties": {
        "versions": {"type": "array", "contains": {"const": "1.0-draft"}},
        "view": only(url={"type": "string", "pattern": r".*\{.*id.*\}.*"}),
        "suggest": only(entity={"type": "boolean"}, property={"type": "boolean"}, type={"type": "boolean"}),
        "preview": only(width={"type": "integer"}, height={"type": "integer"}),
        "extend": {"type": "object", "properties": {"proposeProperties": {"type": "boolean"}}},
        "standardizedScore": {"type": "boolean"},
    },
}
FEATURE_10 = {"type": "object", "required": ["id", "name", "value"]}
CANDIDATE_10 = {**CANDIDATE, "properties": {**CANDIDATE["properties"], "features": {"items": FEATURE_10}}}
RESULT_10 = only(results={"type": "array", "items": only(candidates={"type": "array", "items": CANDIDATE_10})})
EXTENSION_10 = only(
    meta=META, rows={"type": "array", "items": only(id=TEXT, properties={
        "type": "array", "items": only(id=TEXT, values={"type": "array", "items": CELL})})},
)  # fmt: skip


def valid(schema: dict[str, Any], value: object) -> None:
    errors = [f"{list(error.absolute_path)}: {error.message}" for error in Draft7Validator(schema).iter_errors(value)]
    assert errors == []


def ask(client: FlaskClient, queries: dict[str, Any]) -> dict[str, Any]:
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    valid(RESULT_02, answer)
    return answer


def test_the_manifest_keeps_the_rules_of_each_version(client: FlaskClient) -> None:
    valid(MANIFEST_02, client.get("/reconcile").get_json())
    valid(MANIFEST_10, client.get("/reconcile/1.0").get_json())


def test_a_batch_as_openrefine_sends_it_is_answered_key_by_key(client: FlaskClient) -> None:
    answer = ask(client, {
        "q0": {"query": "Galapagos NV", "type": "Organization", "limit": 3, "type_strict": "should"},
        "q1": {"query": "Merck", "type": "Organization", "limit": 3},
        "q2": {"query": "Flanders", "type": "Region"},
    })  # fmt: skip
    assert set(answer) == {"q0", "q1", "q2"}
    assert answer["q0"]["result"][0]["id"] == "id/organization/galapagos"
    assert answer["q0"]["result"][0]["match"] is True
    assert not any(candidate["match"] for candidate in answer["q1"]["result"])
    assert answer["q2"]["result"][0]["id"] == "id/region/flanders"
    assert len(answer["q1"]["result"]) <= 3


def test_a_batch_may_come_by_get(client: FlaskClient) -> None:
    queries = json.dumps({"q0": {"query": "argenx"}})
    answer = client.get("/reconcile", query_string={"queries": queries}).get_json()
    valid(RESULT_02, answer)
    assert answer["q0"]["result"][0]["match"] is True


def test_a_property_that_disagrees_forbids_the_match(client: FlaskClient) -> None:
    def best(country: str) -> dict[str, Any]:
        properties = [{"pid": "country", "v": country}]
        found = ask(client, {"q": {"query": "Galapagos", "type": "Organization", "properties": properties}})
        first: dict[str, Any] = found["q"]["result"][0]
        return first

    assert best("Belgique")["match"] is True
    assert best("Japan")["match"] is False
    assert best("Japan")["score"] < best("Belgium")["score"]


def test_an_identifier_alone_finds_its_thing(client: FlaskClient) -> None:
    conditions = [{"pid": "identifier:ror", "v": "https://ror.org/05f950310"}]
    found = ask(client, {"q": {"type": "Organization", "properties": conditions}})["q"]["result"]
    assert [candidate["id"] for candidate in found] == ["id/organization/ku-leuven"]


def test_an_unknown_type_has_no_candidates(client: FlaskClient) -> None:
    assert ask(client, {"q": {"query": "Galapagos", "type": "Spaceship"}})["q"]["result"] == []


@pytest.mark.parametrize(
    "queries",
    ["no json", "[]", '{"q0": []}', '{"q0": {}}', '{"q0": {"query": 3}}', '{"q0": {"query": "x", "limit": "many"}}',
     '{"q0": {"query": "x", "properties": [{"pid": "country"}]}}', '{"q0": {"query": "x", "properties": {}}}',
     "[" * 5000],
)  # fmt: skip
def test_a_bad_batch_is_a_problem_document(client: FlaskClient, queries: str) -> None:
    response = client.post("/reconcile", data={"queries": queries})
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


def test_a_batch_without_measure_is_refused(client: FlaskClient) -> None:
    queries = {f"q{number}": {"query": "x"} for number in range(500)}
    assert client.post("/reconcile", data={"queries": json.dumps(queries)}).status_code == 413


def test_extension_gives_values_and_empty_lists(client: FlaskClient) -> None:
    query = {"ids": ["id/organization/ku-leuven", "id/organization/nowhere"],
             "properties": [{"id": "country"}, {"id": "identifier:ror"},
                            {"id": "basedIn", "settings": {"limit": 1}}]}  # fmt: skip
    answer = client.post("/reconcile", data={"extend": json.dumps(query)}).get_json()
    valid(EXTENSION_02, answer)
    row = answer["rows"]["id/organization/ku-leuven"]
    assert row["country"] == [{"str": "Belgium"}]
    assert row["identifier:ror"] == [{"str": "https://ror.org/05f950310"}]
    assert len(row["basedIn"]) == 1
    assert answer["rows"]["id/organization/nowhere"]["country"] == []
    assert [column["id"] for column in answer["meta"]] == ["country", "identifier:ror", "basedIn"]


def test_suggestions_complete_entities_types_and_properties(client: FlaskClient) -> None:
    for kind, prefix, wanted in (
        ("entity", "gala", "id/organization/galapagos"),
        ("type", "organi", "Organization"),
        ("property", "coun", "country"),
    ):  # fmt: skip
        answer = client.get(f"/reconcile/suggest/{kind}", query_string={"prefix": prefix}).get_json()
        valid(only(result={"type": "array", "items": NAMED}), answer)
        assert wanted in [item["id"] for item in answer["result"]], kind
        flyout = client.get(f"/reconcile/flyout/{kind}", query_string={"id": wanted}).get_json()
        valid(only(id=TEXT, html=TEXT), flyout)


def test_properties_are_proposed_for_a_type(client: FlaskClient) -> None:
    answer = client.get("/reconcile/properties?type=Organization&limit=100").get_json()
    assert "country" in [prop["id"] for prop in answer["properties"]]
    assert answer["type"] == "Organization"


def test_the_preview_may_be_framed_and_holds_text_only(client: FlaskClient) -> None:
    response = client.get("/reconcile/preview?id=id/organization/galapagos")
    assert response.status_code == 200
    assert "Galapagos" in response.text
    assert "frame-ancestors" not in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
    assert client.get("/reconcile/preview?id=nothing").status_code == 400


def test_any_origin_may_ask_also_by_post(client: FlaskClient) -> None:
    origin = {"Origin": "https://openrefine.example"}
    assert client.get("/reconcile", headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    posted = client.post("/reconcile", data={"queries": '{"q0": {"query": "UCB"}}'}, headers=origin)
    assert posted.headers["Access-Control-Allow-Origin"] == "*"
    allowed = client.options("/reconcile/1.0/match", headers=origin)
    assert allowed.status_code == 204
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in allowed.headers["Access-Control-Allow-Headers"]


def test_the_draft_answers_conditions_in_order(client: FlaskClient) -> None:
    body = {"queries": [
        {"type": "Organization", "limit": 2, "conditions": [
            {"matchType": "name", "v": "UGent"},
            {"matchType": "property", "pid": "country", "v": "Belgium", "required": True}]},
        {"conditions": [{"matchType": "name", "v": "Pfizer"},
                        {"matchType": "property", "pid": "country", "v": "Belgium", "required": True}]},
        {"conditions": [{"matchType": "name", "v": "qwertyuiop"}]},
    ]}  # fmt: skip
    answer = client.post("/reconcile/1.0/match", json=body).get_json()
    valid(RESULT_10, answer)
    first, second, third = (result["candidates"] for result in answer["results"])
    assert first[0]["id"] == "id/organization/ghent-university"
    assert first[0]["match"] is True
    assert not any(candidate["match"] for candidate in second)
    assert third == []


@pytest.mark.parametrize(
    "query",
    [{}, {"conditions": []}, {"conditions": [{"v": "x"}]}, {"conditions": [{"matchType": "property", "v": "x"}]},
     {"type": ["A", "B"], "conditions": [{"matchType": "name", "v": "x"}]},
     {"conditions": [{"matchType": "property", "pid": "p", "v": "x", "matchQuantifier": "most"}]}],
)  # fmt: skip
def test_the_draft_refuses_what_its_schema_refuses(client: FlaskClient, query: dict[str, Any]) -> None:
    assert client.post("/reconcile/1.0/match", json={"queries": [query]}).status_code == 400


def test_the_draft_extends_as_rows(client: FlaskClient) -> None:
    body = {"ids": ["id/organization/vib"], "properties": [{"id": "identifier:wikidata"}]}
    answer = client.post("/reconcile/1.0/extend", json=body).get_json()
    valid(EXTENSION_10, answer)
    assert answer["rows"][0]["properties"][0]["values"] == [{"str": "http://www.wikidata.org/entity/Q2463367"}]
    assert client.get("/reconcile/1.0/extend/propose?type=Organization").get_json()["properties"]


def test_a_blank_name_has_no_candidates_and_spoils_no_batch(client: FlaskClient) -> None:
    answer = ask(client, {"q0": {"query": ""}, "q1": {"query": "  "}, "q2": {"query": "argenx"}})
    assert answer["q0"]["result"] == answer["q1"]["result"] == []
    assert answer["q2"]["result"][0]["match"] is True


def test_types_come_as_text_or_list_and_are_told_in_english(client: FlaskClient) -> None:
    answer = ask(client, {"q0": {"query": "Flanders", "type": ["Region", "Organization"], "type_strict": "any"},
                          "q1": {"query": "Flanders", "type": "Region"}})  # fmt: skip
    assert answer["q0"]["result"][0]["id"] == answer["q1"]["result"][0]["id"] == "id/region/flanders"
    proposed = client.get("/reconcile/properties?type=Organization&limit=200").get_json()["properties"]
    assert "has classification" in [prop["name"] for prop in proposed]
    assert not [prop["name"] for prop in proposed if prop["name"].startswith("a pour")]


@pytest.mark.parametrize(
    "value", ["Belgium", ["France", "Belgium"], {"id": "Q31", "name": "Belgium"}, [{"id": "Q31", "name": "België"}]]
)
def test_a_value_is_text_a_list_or_an_entity_of_another_service(client: FlaskClient, value: object) -> None:
    found = ask(client, {"q": {"query": "Galapagos", "properties": [{"pid": "country", "v": value}]}})["q"]["result"]
    assert found[0]["id"] == "id/organization/galapagos"
    assert {"id": "country", "value": True} in found[0]["features"]
    assert found[0]["match"] is True


@pytest.mark.parametrize("year", [1996, 1996.0, "1996"])
def test_a_number_is_compared_however_it_is_written(client: FlaskClient, year: object) -> None:
    properties = [{"pid": "openedIn", "v": year}]
    found = ask(client, {"q": {"query": "argenx", "properties": properties}})["q"]["result"]
    assert found[0]["match"] is True, "a property that the graph does not know says nothing"


def test_an_older_client_may_load_answers_as_a_script(client: FlaskClient) -> None:
    queries = json.dumps({"q0": {"query": "argenx"}})
    answer = client.get("/reconcile", query_string={"queries": queries, "callback": "jQuery_1.done"})
    assert answer.mimetype == "application/javascript"
    assert answer.text.startswith("/**/jQuery_1.done({")
    inner = json.loads(answer.text.removeprefix("/**/jQuery_1.done(").removesuffix(");"))
    valid(RESULT_02, inner)
    assert client.get("/reconcile?callback=alert(1)//").status_code == 400
    assert client.get("/reconcile/suggest/entity?prefix=gala&callback=f").text.startswith("/**/f(")


def test_the_address_may_end_with_a_slash_and_a_body_of_json_is_told_where_to_go(client: FlaskClient) -> None:
    assert client.get("/reconcile/").get_json()["versions"] == ["0.2"]
    posted = client.post("/reconcile/", data={"queries": '{"q0": {"query": "UCB"}}'})
    assert posted.get_json()["q0"]["result"]
    refused = client.post("/reconcile", json={"queries": {"q0": {"query": "UCB"}}})
    assert refused.status_code == 415
    assert "/reconcile/1.0" in refused.text


def test_the_suggestions_go_on_at_a_cursor(client: FlaskClient) -> None:
    pages = [
        [item["id"] for item in client.get(f"/reconcile/suggest/entity?prefix=b&cursor={at}").get_json()["result"]]
        for at in (0, 20)
    ]
    assert len(pages[0]) == 20
    assert pages[1]
    assert not set(pages[0]) & set(pages[1])
    assert client.get("/reconcile/suggest/entity?prefix=b&cursor=x").status_code == 400


def test_addresses_of_the_manifest_lead_to_the_thing_even_when_the_client_escapes_the_id(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").get_json()
    escaped = "id%2Forganization%2Fargenx"
    preview = manifest["preview"]["url"].replace("{{id}}", escaped)
    assert "argenx" in client.get(preview).text
    view = manifest["view"]["url"].replace("{{id}}", escaped)
    assert client.get(view, headers={"Accept": "text/html"}, follow_redirects=True).status_code == 200
    entity = manifest["suggest"]["entity"]
    flyout = entity["flyout_service_url"] + entity["flyout_service_path"].replace("${id}", escaped)
    assert "argenx" in client.get(flyout).get_json()["html"]


def test_the_draft_takes_several_names_of_one_thing(client: FlaskClient) -> None:
    body = {"queries": [{"conditions": [{"matchType": "name", "v": ["Nobody Knows", "Universiteit Gent"]}]}]}
    found = client.post("/reconcile/1.0/match", json=body).get_json()
    valid(RESULT_10, found)
    first = found["results"][0]["candidates"][0]
    assert first["id"] == "id/organization/ghent-university"
    assert first["match"] is True
