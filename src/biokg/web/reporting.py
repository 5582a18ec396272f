"""A report of a problem with a page: composed here, sent by nobody but the visitor."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, request

from biokg.terms import BASE
from biokg.web.asking import Value, labels
from biokg.web.entity import known
from biokg.web.links import words
from biokg.web.rendering import finish, page
from biokg.web.service import service

blueprint = Blueprint("reporting", __name__)

FIELDS = {
    "says": "What the page says",
    "wrong": "What is wrong with it",
    "source": "Source that shows it (document, page or address)",
}
LONGEST = 2000
"""Characters of one answer that are kept; what is longer is cut and the page says so."""
SENDABLE = 1800
"""Longest text that goes into an address; mail programs and trackers cut what is longer."""


@dataclass(frozen=True)
class Report:
    """A composed report; ``send`` is the address that hands it on, where one is set and the text is short enough."""

    title: str
    text: str
    send: str | None
    cut: bool


@blueprint.get("/problem")
@blueprint.get("/problem.<suffix>")
def index(suffix: str | None = None) -> Response:
    """The form, and once it is filled in the report; ``about`` is an IRI, or a path of this server.

    ``/problem.txt`` is the report as a file. Nothing is stored or sent. Raises NotFound for an unknown IRI.
    """
    about = _about(request.args.get("about", ""))
    answers = {name: request.args.get(name, "").strip() for name in FIELDS}
    report = compose(about, answers) if any(answers.values()) or suffix else None
    if suffix and report:
        return finish(report.text, "text/plain", filename="biokg-report.txt")
    return page(
        "reporting.html",
        about=about,
        answers=answers,
        asked=FIELDS,
        report=report,
        longest=LONGEST,
        by_mail=bool(report and (report.send or "").startswith("mailto:")),
        given=request.query_string.decode("utf-8", "replace"),
    )


def compose(about: Value | None, answers: dict[str, str]) -> Report:
    """The report on *about*, and where it can be sent by the setting ``report_to``."""
    name = about.text if about else request.args.get("about", "") or "BioKG"
    lines = [f"Page: {name}" + (f" <{about.iri}>" if about else ""), f"Version: {service().version}"]
    for key, title in FIELDS.items():
        lines += ["", f"{title}:", answers[key][:LONGEST] or "(not said)"]
    text, title = "\n".join(lines) + "\n", f"BioKG: {name}"
    cut = any(len(answer) > LONGEST for answer in answers.values())
    return Report(title, text, _address(title, text), cut)


def _address(title: str, text: str) -> str | None:
    to = service().settings.report_to
    if to is None or len(quote(text)) > 3 * SENDABLE or len(text) > SENDABLE:
        return None
    if "{body}" in to:
        return to.replace("{title}", quote(title, safe="")).replace("{body}", quote(text, safe=""))
    return f"mailto:{quote(to, safe='@')}?subject={quote(title, safe='')}&body={quote(text, safe='')}"


def _about(asked: str) -> Value | None:
    """The thing that the report is about; ``None`` for a page that is about no one thing."""
    if asked.startswith(BASE):
        iri = known(asked)
    elif asked.startswith("/id/"):
        iri = known(BASE + urlsplit(asked).path.lstrip("/"))
    else:
        iri = BASE + urlsplit(asked).path.lstrip("/")
        if not asked.startswith(("/scheme/", "/ontology/", "/graph/", "/shape/")) or iri not in labels([iri]):
            return None
    return Value(labels([iri]).get(iri) or words(iri), iri=iri)
