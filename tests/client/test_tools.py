"""The tools for language models, asked with the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from biokg.knowledge.build import Publication
    from biokg.store.base import Store

NAMES = {"search", "entity", "list_queries", "canned_query", "sparql", "hypothesis"}
Ask = Callable[..., dict[str, Any]]


def document(result: Any) -> dict[str, Any]:
    assert not result.is_error, result.content
    found = result.structured_content or json.loads(result.content[0].text)
    assert isinstance(found, dict)
    return found


def refusal(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)


@pytest.fixture
def call(client: FlaskClient) -> Callable[..., Any]:
    """``call(tool, argument=…)`` through an MCP client connected to the server in this process."""
    from mcp import Client

    from biokg.web.tools import application, server

    made = server(application(client.application), "0")

    async def once(tool: str, arguments: dict[str, Any]) -> Any:
        async with Client(made) as connected:
            return await connected.call_tool(tool, arguments)

    return lambda tool, **arguments: asyncio.run(once(tool, arguments))


def test_six_tools_are_offered_and_all_only_read(client: FlaskClient) -> None:
    from mcp import Client

    from biokg.web.tools import application, server

    async def listed() -> Any:
        async with Client(server(application(client.application), "0")) as connected:
            return await connected.list_tools()

    tools = asyncio.run(listed()).tools
    assert {tool.name for tool in tools} == NAMES
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.description


def test_search_forgives_a_typo_and_says_when_it_is_cut(call: Callable[..., Any]) -> None:
    found = document(call("search", text="argnex", limit=3))
    assert "https://w3id.org/biokg/id/organization/argenx" in [hit["iri"] for hit in found["hits"]]
    assert found["complete"] is (found["count"] <= 3)


def test_an_entity_has_statements_with_sources(call: Callable[..., Any]) -> None:
    found = document(call("entity", iri="https://w3id.org/biokg/id/organization/argenx"))
    assert found["label"] == "argenx"
    assert any(item.get("sources") for statement in found["statements"] for item in statement["objects"])


def test_the_queries_of_a_hypothesis_are_listed(call: Callable[..., Any]) -> None:
    from biokg.queries.catalogue import catalogue

    found = document(call("list_queries", hypothesis="H2"))
    assert {query["name"] for query in found["queries"]} == {
        q.name for q in catalogue().values() if q.hypothesis == "h2"
    }


def test_a_canned_query_gives_the_rows_of_the_library(call: Callable[..., Any], store: Store) -> None:
    from biokg.queries import run

    table = run(store, "h2-alliances-by-partner", {}, "to-2016")
    found = document(call("canned_query", name="h2-alliances-by-partner", view="to-2016", limit=1000))
    assert found["count"] == len(table)
    assert found["complete"] is True
    assert [row["alliances"] for row in found["rows"]] == table.column("alliances")
    cut = document(call("canned_query", name="h2-alliances-by-partner", view="to-2016", limit=2))
    assert (len(cut["rows"]), cut["count"], cut["complete"]) == (2, len(table), False)


def test_sparql_is_answered_under_the_guard(call: Callable[..., Any], publication: Publication) -> None:
    found = document(call("sparql", query="SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"))
    assert found["rows"] == [{"n": str(publication.quads)}]
    assert document(call("sparql", query="ASK { ?a a bkg:Alliance }"))["answer"] is True
    assert "SERVICE" in refusal(call("sparql", query="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"))
    assert "update" in refusal(call("sparql", query="DELETE WHERE { ?s ?p ?o }"))
    assert "expected" in refusal(call("sparql", query="SELECT ?x { ?x bkg:label }"))


def test_a_hypothesis_has_verdict_counts_and_evidence(call: Callable[..., Any]) -> None:
    found = document(call("hypothesis", name="H2", view="dissertation"))
    assert found["label"] == "H2"
    assert found["verdict_label"]
    criteria = [criterion for claim in found["sub_claims"] for criterion in claim["criteria"]]
    assert criteria
    assert all("members" not in criterion and {"N", "Y", "X", "U"} <= set(criterion) for criterion in criteria)
    assert len(json.dumps(found)) < 200_000


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("canned_query", {"name": "no-such-query"}, "no-such-query"),
        ("canned_query", {"name": "firm-register", "parameters": {"nonsense": "1"}}, "nonsense"),
        ("canned_query", {"name": "firm-register", "limit": 0}, "limit 0"),
        ("hypothesis", {"name": "H7"}, "H7"),
        ("hypothesis", {"name": "H2", "view": "2016"}, "2016"),
        ("entity", {"iri": "file:///etc/passwd"}, "no entity"),
        ("entity", {"iri": "https://w3id.org/biokg/id/organization/no-such-firm"}, "404"),
        ("list_queries", {"hypothesis": "h9"}, "h9"),
    ],
)
def test_what_is_wrong_is_said(tool: str, arguments: dict[str, Any], says: str, call: Callable[..., Any]) -> None:
    assert says in refusal(call(tool, **arguments))


def test_the_command_serves_on_standard_input_and_output(shared_state: Path, publication: Publication) -> None:
    from mcp import Client, StdioServerParameters

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "biokg.cli.main", "mcp", "--state-dir", str(shared_state)]
    )

    async def once() -> Any:
        async with Client(command) as connected:
            return await connected.call_tool("sparql", {"query": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"})

    assert document(asyncio.run(once()))["rows"] == [{"n": str(publication.quads)}]
