"""What every page shares: the frame's filters, the language of labels, the bundled front end."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from markupsafe import Markup

from biokg.web.asking import LANGUAGES, language
from biokg.web.critical import RULES
from biokg.web.links import local_path, words
from biokg.web.service import service

blueprint = Blueprint("frame", __name__)
STATIC = Path(__file__).parent / "static"
HEADINGS = {"n": "number", "oi": "open innovation", "iri": "IRI"}


@blueprint.before_app_request
def choose_language() -> None:
    """Labels in the language of the cookie, which only the switch in the footer sets."""
    g.language = request.cookies.get("language", "en")


@blueprint.get("/language")
def switch_language() -> Response:
    """Remember the language of labels and go back to the page one came from."""
    to, back = request.args.get("to", "en"), request.args.get("back", "/")
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = make_response(redirect(safe.rstrip("?") or "/"))
    if to in LANGUAGES:
        response.set_cookie("language", to, max_age=31_536_000, httponly=True, samesite="Lax")
    return response


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    """Functions that templates call."""
    return {
        "asset": asset,
        "critical": lambda: Markup(RULES),  # noqa: S704
        "bundle_styles": lambda: bundle("css"),
        "bundle_scripts": lambda entry="base": bundle("js", entry=entry),
        "licences": lambda: asset("bundle/LICENCES.txt") if bundle("js") else "",
        "full_version": lambda: service().version,
        "short_version": lambda: service().version[:12],
        "languages": lambda: LANGUAGES,
        "language": language,
        "nonce": lambda: g.get("csp_nonce", ""),
        "root_url": lambda: request.host_url.rstrip("/"),
    }


@cache
def _fingerprint(name: str, changed: float) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return url_for("static", filename=name, v=_fingerprint(name, (STATIC / name).stat().st_mtime))


def bundle(kind: str, *, entry: str = "base") -> list[str]:
    """The bundled files of *kind* for the entry point *entry*; none when the front end was not built."""
    manifest = STATIC / "bundle" / "manifest.json"
    if not manifest.is_file():
        return []
    entries = json.loads(manifest.read_text(encoding="utf-8"))
    return [asset(f"bundle/{name}") for name in entries.get(entry, {}).get(kind, ())]


@blueprint.app_template_filter("number")
def number(value: Any) -> str:
    """A number with thin spaces between thousands; decimals as stated, never rounded.

    >>> number("1234567.50")
    '1\u202f234\u202f567.50'
    """
    text = str(value)
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, rest = digits.partition(".")
    if not whole.isdigit() or "e" in rest.lower():
        return text
    return sign + f"{int(whole):,}".replace(",", "\u202f") + dot + rest


@blueprint.app_template_filter("percent")
def percent(share: float | None) -> str:
    """A share from 0 to 1 as a percentage without decimals, never rounded up to 100 % or down to 0 %."""
    if share is None:
        return "not known"
    shown = round(share * 100)
    if shown == 100 and share < 1:
        return "> 99 %"
    return "< 1 %" if shown == 0 and share > 0 else f"{shown} %"


@blueprint.app_template_filter("heading")
def heading(name: str) -> str:
    """A variable's name as a column heading."""
    return HEADINGS.get(name) or name.replace("_", " ")


@blueprint.app_template_filter("site")
def site(label: str) -> str:
    """The site alone of a label that is a web address; any other label as it is.

    >>> site("https://www.example.org/a/very/long/path.html")
    'example.org'
    >>> site("the dissertation")
    'the dissertation'
    """
    if not label.startswith(("http://", "https://")):
        return label
    return label.partition("://")[2].partition("/")[0].removeprefix("www.") or label


@blueprint.app_template_filter("sentence")
def sentence(text: str) -> str:
    """*text* as a heading: without the project's name before a colon, its first letter a capital."""
    bare = text.removeprefix("BioKG: ").removeprefix("BioKG : ")
    return bare[:1].upper() + bare[1:]


@blueprint.app_template_filter("local")
def local(iri: str) -> str:
    """The path at which one of our IRIs resolves on this server."""
    return local_path(iri) or iri


@blueprint.app_template_filter("words")
def readable(iri: str) -> str:
    """A readable stand-in for a label."""
    return words(iri)
