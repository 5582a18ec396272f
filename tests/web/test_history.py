"""What an organisation's page is promised to show of time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

BROWSER = {"Accept": "text/html"}
PATH = "/pictures/history/argenx"


def test_a_firm_is_shown_in_time_on_its_page_with_table_query_and_downloads(client: FlaskClient) -> None:
    page = client.get("/id/organization/argenx", headers=BROWSER).text
    assert "drawing-history" in page
    for link in re.findall(rf'href="({PATH}[^"]*)"', page):
        assert client.get(link).status_code == 200, link
    assert client.get(f"{PATH}.png").data.startswith(b"\x89PNG")
    assert client.get(f"{PATH}.svg").mimetype == "image/svg+xml"


def test_every_happening_has_one_mark_and_none_without_a_year_gets_one(client: FlaskClient) -> None:
    rows = client.get(f"{PATH}.json").json
    events = {(row["event"] or row["of"])["iri"]: row for row in rows}
    undated = {iri for iri, row in events.items() if row.get("year") is None}
    assert undated, "the test needs undated things"
    text = client.get(f"{PATH}.svg").text
    marks = re.findall(r'class="(lane-\w+|undated)"><title>([^<]*)</title></path>', text)
    assert sum(title.count("\n") + 1 for _, title in marks) == len(events)
    for kind, title in marks:
        assert ("year not stated" in title) == (kind == "undated"), title
    hollow = [title for kind, title in marks if kind == "undated"]
    assert sum(title.count("\n") + 1 for title in hollow) == len(undated)


def test_the_query_of_the_picture_gives_its_rows(client: FlaskClient) -> None:
    from html import unescape
    from urllib.parse import parse_qs, urlsplit

    page = client.get(PATH, headers=BROWSER).text
    link = next(unescape(href) for href in re.findall(r'href="([^"]+)"', page) if href.startswith("/query?query="))
    query = parse_qs(urlsplit(link).query)["query"][0]
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "application/json"}).json
    assert "results" in answer, answer
    assert len(answer["results"]["bindings"]) == len(client.get(f"{PATH}.json").json) > 10


@pytest.mark.parametrize("name", ["nobody-at-all", "flanders"])
def test_what_has_no_history_has_no_picture(client: FlaskClient, name: str) -> None:
    assert client.get(f"/pictures/history/{name}").status_code == 404
