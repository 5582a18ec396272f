"""What a visitor is promised of every page."""

from __future__ import annotations

import re
from collections import deque
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
PER_KIND = 4


class Reader(HTMLParser):
    """Links, ids and what else the promises speak of."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.elsewhere: list[str] = []
        self.inline: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "a" and held.get("href"):
            self.links.append(str(held["href"]))
        if held.get("id"):
            self.ids.append(str(held["id"]))
        if tag in {"script", "img", "link", "iframe", "source"} and held.get("rel") not in {"canonical", "alternate"}:
            address = held.get("src") or held.get("href") or ""
            if address.startswith(("http:", "https:", "//")):
                self.elsewhere.append(address)
        if "style" in held or any(name.startswith("on") for name in held):
            self.inline.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)


def read(client: FlaskClient, path: str) -> tuple[int, Reader, str]:
    answer = client.get(path, headers=BROWSER)
    reader = Reader()
    reader.feed(answer.text if answer.mimetype == "text/html" else "")
    return answer.status_code, reader, answer.text


PAGES = [
    "/",
    "/hypotheses",
    "/hypotheses/H1",
    "/hypotheses/H4",
    "/explore",
    "/explore?kind=alliance&year=not-stated",
    "/query",
    "/query/firm-register",
    "/data",
    "/data/tables/alliances",
    "/ontology",
    "/ontology/Alliance",
    "/search?q=galapgos",
    "/id/organization/argenx",
    "/id/alliance/ablynx-wyeth-2006",
    "/id/region/flanders",
    "/scheme/alliance-type",
    "/graph/dissertation",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_has_one_title(client: FlaskClient, path: str) -> None:
    status, page, _ = read(client, path)
    assert status == 200
    assert page.elsewhere == []
    assert page.inline == [], "inline styles and handlers are blocked by the content security policy"
    assert page.headings.count("h1") == 1
    assert len(page.ids) == len(set(page.ids)), sorted({i for i in page.ids if page.ids.count(i) > 1})


def test_no_page_leads_to_a_page_that_is_not_there(client: FlaskClient) -> None:
    """A crawl from the start page; of each kind of address a handful is followed."""
    visitor = client.application.test_client()
    waiting, seen, followed = deque([("/", "")]), {"/"}, dict[str, int]()
    while waiting:
        path, origin = waiting.popleft()
        answer = visitor.get(path, headers=BROWSER)
        assert answer.status_code in {200, 301, 302, 303}, f"{path} (linked from {origin}): {answer.status_code}"
        if answer.mimetype != "text/html":
            continue
        reader = Reader()
        reader.feed(answer.text)
        for link in reader.links:
            target, fragment = urldefrag(link)
            if not target and fragment:
                assert fragment in reader.ids, f"{path} points to #{fragment}, which is not on it"
            if not target.startswith("/") or target in seen or "/download/" in target or target.endswith(".png"):
                continue
            parts = urlsplit(target)
            kind = _kind(parts.path, parts.query)
            if followed.get(kind, 0) < PER_KIND:
                followed[kind] = followed.get(kind, 0) + 1
                seen.add(target)
                waiting.append((target, path))
    assert len(seen) > 100


def _kind(path: str, query: str) -> str:
    """What addresses of one kind share: their place, their form, whether they ask something."""
    folders = path.split("/")
    place = folders[: 3 if folders[1] in {"id", "data", "pictures"} else 2]
    form = folders[-1].rpartition(".")[2][:6] if "." in folders[-1] else ""
    return "/".join(place) + ("?" if query else "") + form


def test_every_mark_on_a_statement_leads_to_its_source(client: FlaskClient) -> None:
    _, page, text = read(client, "/id/organization/argenx")
    marks = {link for link in page.links if link.startswith("#source-")}
    assert marks
    assert {mark[1:] for mark in marks} <= set(page.ids)
    assert "/data/tables/org_facts/" in text, "a source leads to the row it was read from"


def test_an_unchanged_page_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get("/id/organization/argenx", headers=BROWSER)
    again = client.get("/id/organization/argenx", headers={**BROWSER, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_labels_come_in_the_language_chosen(client: FlaskClient) -> None:
    visitor = client.application.test_client()
    english = visitor.get("/ontology/Organization", headers=BROWSER).text
    visitor.set_cookie("language", "nl")
    dutch = visitor.get("/ontology/Organization", headers=BROWSER).text
    assert "<h1>organisation</h1>" in english
    assert "<h1>organisatie</h1>" in dutch


def test_the_language_switch_never_sends_a_visitor_away(client: FlaskClient) -> None:
    for back in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        answer = client.application.test_client().get("/language", query_string={"to": "fr", "back": back})
        assert answer.headers["Location"] == "/"
