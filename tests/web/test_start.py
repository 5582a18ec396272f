"""What a first visitor is promised."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from biokg.web import facets, hypothesis, searching, start, warming

if TYPE_CHECKING:
    from flask.testing import FlaskClient

BROWSER = {"Accept": "text/html"}


def test_the_start_page_answers_four_questions_with_a_bar_and_counter_evidence(client: FlaskClient) -> None:
    page = client.get("/", headers=BROWSER).text
    assert page.count('class="card"') == 4
    for name in ("H1", "H2", "H3", "H4"):
        assert f'href="/hypotheses/{name}"' in page
        assert f'href="/hypotheses/{name}#computed"' in page
    assert page.count("lines of counter-evidence") == 4
    assert page.count('class="legend') >= 4


def test_nobody_waits_for_the_verdicts_of_a_new_version(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    app = client.application
    monkeypatch.setitem(app.extensions, "biokg.warming", thread)
    monkeypatch.setattr(hypothesis, "_read", lambda *_: None)
    held = app.extensions.get("biokg.pages", {})
    monkeypatch.setitem(held, "assessments", {})
    try:
        answer = client.get("/", headers=BROWSER)
        assert answer.status_code == 200
        assert "being computed" in answer.text
        assert "Organisations" in answer.text, "the rest of the page is there"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
    finally:
        done.set()
        thread.join()


def test_what_the_start_page_does_not_need_waits_for_a_pause_between_requests(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, pause = threading.Event(), threading.Event()
    done: list[str] = []

    def quiet_for() -> float:
        asked.set()
        return warming.QUIET_SECONDS if pause.is_set() else 0.0

    for module, name in ((start, "size"), (start, "counts"), (hypothesis, "assessments"), (searching, "index")):
        monkeypatch.setattr(module, name, lambda name=name: done.append(name))
    monkeypatch.setattr(facets, "kinds", dict)
    monkeypatch.setattr(hypothesis, "detailed", lambda *, wait: done.append("detailed"))
    monkeypatch.setattr(warming, "QUIET_SECONDS", 0.01)
    monkeypatch.setitem(client.application.extensions, "biokg.warming", None)
    thread = warming.warm(client.application, quiet_for)
    assert asked.wait(30)
    assert done == ["size", "counts", "assessments"]
    pause.set()
    thread.join(30)
    assert done == ["size", "counts", "assessments", "index", "detailed"]
