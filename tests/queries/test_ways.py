"""A canned query gives the same rows by command, address, page, Python and as the OpenAPI document describes it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from biokg.cli.main import main
from biokg.queries import catalogue

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from biokg.client import Graph
    from biokg.knowledge.build import Publication

SAMPLE: list[tuple[str, dict[str, str]]] = [
    ("h1-instruments", {"region": "bki:region/wallonia", "from": "1995", "to": "2010"}),
    ("h2-large-pharma-share", {"transactions": "true"}),
    ("framework-propositions", {}),
]


@pytest.fixture
def library(publication: Publication, shared_state: Path) -> Graph:
    from biokg.client import open_graph

    return open_graph(state_dir=shared_state)


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def typed(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.mark.parametrize(("name", "values"), SAMPLE)
def test_five_ways_give_the_same_rows(
    name: str,
    values: dict[str, str],
    client: FlaskClient,
    library: Graph,
    shared_state: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    head, *rows = cells(client.get(f"/api/queries/{name}.csv", query_string=values).text)
    assert len(rows) > 2
    assert cells(client.get(f"/api/queries/{name}", query_string=values | {"format": "csv"}).text) == [head, *rows]
    labelled = csv.DictReader(io.StringIO(client.get(f"/query/{name}.csv", query_string=values).text))
    assert [[row.get(f"{column}_iri", row[column]) for column in head] for row in labelled] == rows
    found = client.get(f"/api/queries/{name}", query_string=values).get_json()
    assert len(found["rows"]) == len(rows)
    assert f"{len(rows)} rows, complete" in client.get(f"/query/{name}", query_string=values).text
    given = [flag for pair in values.items() for flag in ("-p", "=".join(pair))]
    assert main(["query", "--state-dir", str(shared_state), name, *given, "--format", "csv"]) == 0
    assert cells(capsys.readouterr().out) == [head, *rows]
    frame = library.query(name, **values)
    assert list(frame.columns) == head
    assert len(frame) == len(rows)
    assert [typed(value) for value in frame.iloc[0]] == rows[0]


def test_the_openapi_document_types_every_parameter_of_every_query(client: FlaskClient) -> None:
    paths = client.get("/api/openapi.json").get_json()["paths"]
    for query in catalogue().values():
        fields = {field["name"]: field for field in paths[f"/api/queries/{query.name}"]["get"]["parameters"]}
        for parameter in query.parameters:
            schema = fields[parameter.name]["schema"]
            assert schema.get("type")
            assert set(parameter.allowed) <= set(schema.get("enum", ()))


@pytest.mark.parametrize("wrong", ["mars", "not an iri", "https://w3id.org/biokg/id/region/mars"])
def test_a_value_that_is_not_allowed_is_answered_by_those_that_are(client: FlaskClient, wrong: str) -> None:
    for address in ("/api/queries/h1-instruments", "/query/h1-instruments"):
        answer = client.get(address, query_string={"region": wrong})
        assert answer.status_code == 400
        assert "bki:region/wallonia" in answer.text


def test_an_allowed_value_may_be_named_by_its_last_word(client: FlaskClient) -> None:
    full, short = (
        client.get("/api/queries/h1-instruments", query_string={"region": name}).get_json()["rows"]
        for name in ("bki:region/wallonia", "Wallonia")
    )
    assert full == short


def test_an_open_parameter_is_left_open_by_the_form_unless_one_chooses(client: FlaskClient) -> None:
    page = client.get("/query/h1-instruments").text
    assert '<option value="">any</option>' in page


def test_a_query_without_a_row_says_why_not(client: FlaskClient) -> None:
    page = client.get("/query/measure-founding-rates").text
    assert "0 rows" in page
    assert "not the same as: nothing exists" in page
    assert "Answers only where completeness of foundings is stated" in page
