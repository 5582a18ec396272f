"""Read-only tools for language models, over the Model Context Protocol.

The tools ask the same addresses that people and programs ask, of a running service or of the application in this
process; so the guard, the deadlines and the quota are those of the service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from biokg.errors import BioKGError, RemoteEngineError, UsageError
from biokg.terms import BASE

if TYPE_CHECKING:
    from flask import Flask
    from mcp.server.mcpserver import MCPServer

ROWS = 100
"""Rows an answer holds at most unless the caller asks for more."""
MOST_ROWS = 1000
INSTRUCTIONS = """\
BioKG is a knowledge graph of the Belgian biotechnology innovation system. Every fact has a source; three layers are
kept apart: the dissertation, public records to 2016, public records after 2016. What is not stated is unknown, not
false. Start with search or list_queries. Cite the sources that an answer names. `complete` says whether an answer is
whole.
"""


class Asked(Protocol):
    """Where the tools ask: an address of the service with its parameters, answered as JSON."""

    def __call__(self, path: str, parameters: Mapping[str, str]) -> Any:
        """The document at *path*; raises :class:`BioKGError` for an answer that is a problem."""
        ...


def application(app: Flask) -> Asked:
    """Ask the application in this process."""

    def ask(path: str, parameters: Mapping[str, str]) -> Any:
        with app.test_client() as client:
            answer = client.get(path, query_string=dict(parameters), headers={"Accept": _ACCEPT})
            return _document(answer.status_code, answer.get_data())

    return ask


_ACCEPT = "application/json, application/sparql-results+json;q=0.9, application/problem+json;q=0.8"


def _document(status: int, body: bytes) -> Any:
    try:
        document = json.loads(body)
    except ValueError:
        raise RemoteEngineError(f"the service answered {status} and no JSON") from None
    if status >= 400:
        said = document.get("detail") or document.get("title") or "no reason given"
        raise UsageError(f"{said} ({status})", fix=document.get("fix"))
    return document


class Tools:
    """The tools; each method is one, its docstring is what the model reads."""

    def __init__(self, ask: Asked) -> None:
        self._ask = ask

    def search(self, text: str, limit: int = 20) -> dict[str, Any]:
        """Find entities (firms, alliances, policies, clusters, people, concepts) by name; typos are forgiven."""
        found = self._ask("/search", {"q": text})
        return _cut("hits", found, limit)

    def entity(self, iri: str) -> dict[str, Any]:
        """Everything stated about one entity, with layer and source of each statement, by its IRI."""
        if not iri.startswith(BASE):
            raise UsageError(f"{iri!r} is no entity of this graph", fix=f"IRIs begin with {BASE}; use search")
        found: dict[str, Any] = self._ask("/" + quote(iri.removeprefix(BASE), safe="/"), {"format": "json"})
        return found

    def list_queries(self, hypothesis: str = "") -> dict[str, Any]:
        """The canned queries with their questions and parameters; of one hypothesis (h1 to h4) or all."""
        from biokg.queries.catalogue import catalogue

        chosen = [query for query in catalogue().values() if hypothesis.lower() in ("", query.hypothesis)]
        if not chosen:
            raise UsageError(f"there is no hypothesis {hypothesis!r}", fix="h1, h2, h3, h4 or across")
        return {
            "queries": [
                {
                    "name": query.name,
                    "hypothesis": query.hypothesis,
                    "role": query.role,
                    "question": query.question,
                    "parameters": {
                        parameter.name: f"{parameter.description} (default: {parameter.default or 'any'})"
                        for parameter in query.parameters
                    },
                }
                for query in sorted(chosen, key=lambda query: query.name)
            ]
        }

    def canned_query(
        self, name: str, parameters: dict[str, str] | None = None, view: str = "all", limit: int = ROWS
    ) -> dict[str, Any]:
        """Answer a canned query. `view` is dissertation, to-2016 or all: which layers of sources are read."""
        given = {**(parameters or {}), "view": view, "format": "json"}
        found = self._ask(f"/query/{quote(name, safe='')}", given)
        head = {key: found[key] for key in ("title", "question", "version", "view", "parameters", "columns")}
        return head | _cut("rows", found["rows"], limit)

    def sparql(self, query: str, limit: int = ROWS) -> dict[str, Any]:
        """Answer a SPARQL SELECT or ASK query; well-known prefixes (bkg:, bks:, bki:, rdfs:) are added."""
        from biokg.sparql.guard import Guard, check_query
        from biokg.sparql.prefixes import with_prefixes

        if check_query(query, Guard()).form not in ("SELECT", "ASK"):
            raise UsageError("only SELECT and ASK are answered here", fix="for one entity use the tool entity")
        found = self._ask("/sparql", {"query": with_prefixes(query), "format": "json"})
        if "boolean" in found:
            return {"answer": found["boolean"], "complete": True}
        rows = [{name: term["value"] for name, term in row.items()} for row in found["results"]["bindings"]]
        return {"columns": found["head"]["vars"], **_cut("rows", rows, limit)}

    def hypothesis(self, name: str, view: str = "all") -> dict[str, Any]:
        """The computed verdict on H1, H2, H3 or H4 in a view, with criteria, counts and evidence for and against."""
        found = self._ask(f"/hypotheses/{quote(name, safe='')}.json", {})
        for assessed in found["views"]:
            if assessed["view"] == view:
                head = {key: found[key] for key in ("label", "wording", "graph_version", "author")}
                return _without_members(assessed) | head
        raise UsageError(f"there is no view {view!r}", fix=f"one of: {', '.join(v['view'] for v in found['views'])}")


def _cut(name: str, found: list[Any], limit: int) -> dict[str, Any]:
    """At most *limit* of *found*, the whole count, and whether that is all."""
    if not 1 <= limit <= MOST_ROWS:
        raise UsageError(f"limit {limit} is not between 1 and {MOST_ROWS}", fix="ask for fewer, or narrow the question")
    return {name: found[:limit], "count": len(found), "complete": len(found) <= limit}


_LONG = ("members", "counter_rows", "query", "counter_query", "exposure_query", "groups", "threshold_range")


def _without_members(view: dict[str, Any]) -> dict[str, Any]:
    """The view without the rows of each criterion: a canned query gives those."""
    claims = []
    for claim in view["sub_claims"]:
        criteria = []
        for criterion in claim["criteria"]:
            short = {key: value for key, value in criterion.items() if key not in _LONG}
            query = criterion.get("query")
            criteria.append(short | {"rows_by_query": query["name"] if query else None})
        claims.append({**claim, "criteria": criteria})
    return {**{key: value for key, value in view.items() if key != "sub_claims"}, "sub_claims": claims}


def server(ask: Asked, version: str) -> MCPServer:
    """The MCP server with the six tools, all marked as read-only."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    made = MCPServer("biokg", instructions=INSTRUCTIONS, version=version, log_level="WARNING")
    reading = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    tools = Tools(ask)
    offered: tuple[Callable[..., dict[str, Any]], ...] = (
        *(tools.search, tools.entity, tools.list_queries),
        *(tools.canned_query, tools.sparql, tools.hypothesis),
    )
    for tool in offered:
        made.tool(annotations=reading)(_saying_errors(tool))
    return made


def _saying_errors(tool: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """*tool* with errors as a person would read them: what happened and what to do."""
    from functools import wraps

    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def said(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return tool(*arguments, **named)
        except BioKGError as error:
            raise ToolError(error.message + (f" Fix: {error.fix}" if error.fix else "")) from None

    return said
