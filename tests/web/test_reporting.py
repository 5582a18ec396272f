"""A report is composed and sent by nobody; what changed between versions is told whole or said to be cut."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from biokg.errors import UsageError
from biokg.settings import load_settings
from biokg.web import versions

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

BROWSER = {"Accept": "text/html"}
ABOUT = {"about": "/id/organization/argenx", "wrong": "The year is 2009 & not 2008", "source": "annual report, p. 3"}


def addressed(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, to: str | None) -> None:
    held = client.application.extensions["biokg"]
    monkeypatch.setattr(held, "settings", replace(held.settings, report_to=to))


def test_every_page_of_a_thing_leads_to_a_report_about_it(client: FlaskClient) -> None:
    page = client.get("/id/organization/argenx", headers=BROWSER).text
    link = unescape(re.findall(r'href="(/problem\?about=[^"]+)"', page)[0])
    form = client.get(link, headers=BROWSER).text
    assert 'value="https://w3id.org/biokg/id/organization/argenx"' in form


def test_a_report_holds_the_thing_the_version_and_the_words(client: FlaskClient) -> None:
    text = client.get("/problem.txt", query_string=ABOUT)
    assert text.mimetype == "text/plain"
    version = client.application.extensions["biokg"].version
    for said in ("<https://w3id.org/biokg/id/organization/argenx>", version, ABOUT["wrong"], ABOUT["source"]):
        assert said in text.text


def test_without_an_address_the_report_is_text_only(client: FlaskClient) -> None:
    page = client.get("/problem", query_string=ABOUT, headers=BROWSER).text
    assert "mailto:" not in page
    assert "The year is 2009 &amp; not 2008" in page


def test_a_mail_address_gets_the_report_into_the_visitors_own_program(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    addressed(client, monkeypatch, "graph@example.org")
    page = client.get("/problem", query_string=ABOUT, headers=BROWSER).text
    link = next(unescape(h) for h in re.findall(r'href="([^"]+)"', page) if h.startswith("mailto:"))
    assert urlsplit(link).path == "graph@example.org"
    assert ABOUT["wrong"] in parse_qs(urlsplit(link).query)["body"][0]


def test_an_issue_address_gets_title_and_body(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    addressed(client, monkeypatch, "https://example.org/new?title={title}&body={body}")
    page = client.get("/problem", query_string=ABOUT, headers=BROWSER).text
    link = next(unescape(h) for h in re.findall(r'href="([^"]+)"', page) if h.startswith("https://example.org/"))
    assert parse_qs(urlsplit(link).query)["title"] == ["BioKG: argenx"]
    assert ABOUT["wrong"] in unquote(link)


def test_a_long_report_is_cut_and_not_put_into_an_address(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    addressed(client, monkeypatch, "graph@example.org")
    page = client.get("/problem", query_string={**ABOUT, "says": "x" * 3000}, headers=BROWSER).text
    assert "is cut" in page
    assert "mailto:" not in page


def test_markup_in_a_report_stays_text(client: FlaskClient) -> None:
    page = client.get("/problem", query_string={"wrong": "<script>alert(1)</script>"}, headers=BROWSER).text
    assert "<script>alert" not in page


def test_a_report_about_what_does_not_exist_is_404(client: FlaskClient) -> None:
    assert client.get("/problem?about=/id/organization/nobody-at-all").status_code == 404


@pytest.mark.parametrize("to", ["nobody", "javascript:alert('{body}')", "https://example.org/new"])
def test_an_address_that_cannot_take_a_report_is_refused_at_start(to: str) -> None:
    with pytest.raises(UsageError, match="report_to"):
        load_settings({"report_to": to}, environ={})


@pytest.fixture
def two_versions(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, str]:
    """Two small versions in a state folder of their own, that differ in two things."""
    line = '<https://w3id.org/biokg/id/organization/{}> <http://www.w3.org/2000/01/rdf-schema#label> "{}" <urn:g> .\n'
    for version, name in (("a" * 64, "argenx"), ("b" * 64, "galapagos")):
        folder = tmp_path / "versions" / version
        folder.mkdir(parents=True)
        (folder / "dataset.nq").write_text(line.format("ucb", "same") + line.format(name, "only here"))
    held = client.application.extensions["biokg"]
    monkeypatch.setattr(held, "settings", replace(held.settings, state_dir=tmp_path))
    return "a" * 64, "b" * 64


def test_what_changed_between_two_versions_is_told_by_thing_and_statement(
    client: FlaskClient, two_versions: tuple[str, str]
) -> None:
    before, after = two_versions
    told = client.get(f"/data/versions.json?before={before[:8]}&after={after[:8]}").json
    assert told["graphs"] == {"urn:g": {"removed": 1, "added": 1}}
    assert [iri.rsplit("/", 1)[-1] for iri in told["things"]] == ["argenx", "galapagos"]
    rows = client.get(f"/data/versions.csv?before={before}&after={after}").text.splitlines()
    assert [row.split(",", 1)[0] for row in rows] == ["change", "removed", "added"]
    page = client.get(f"/data/versions?before={before}&after={after}", headers=BROWSER).text
    assert 'href="/id/organization/galapagos"' in page
    assert len(client.get("/data/versions.json").json["versions"]) == 2


def test_an_unknown_version_is_404_and_a_large_one_is_left_to_the_command_line(
    client: FlaskClient, two_versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = two_versions
    assert client.get(f"/data/versions?before=zz&after={after}").status_code == 404
    monkeypatch.setattr(versions, "LARGEST", 10)
    answer = client.get(f"/data/versions?before={before}&after={after}")
    assert answer.status_code == 413
    assert "biokg diff" in answer.json["fix"]


@pytest.mark.parametrize("path", ["/ontology/hierarchy", "/data", "/pictures/matrix"])
def test_a_report_can_be_about_a_page_that_is_no_thing(client: FlaskClient, path: str) -> None:
    page = client.get("/problem", query_string={"about": path}, headers=BROWSER)
    assert page.status_code == 200
    assert f'value="{path}"' in page.text
