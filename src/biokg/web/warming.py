"""Having at hand what the first visitor would otherwise wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from biokg.errors import BioKGError

if TYPE_CHECKING:
    from flask import Flask


def warm(app: Flask) -> threading.Thread:
    """Begin, in the background, to compute verdicts, counts, names, facets and then the robustness of this version.

    Nothing waits for it: a page asked for meanwhile computes what it needs itself. What cannot be had (the
    verdicts of a store of other data) is logged and left; the pages then say so.
    """

    def prepare() -> None:
        from biokg.web import facets, hypothesis, searching, start

        def choices() -> None:
            for kind in facets.kinds().values():
                facets.ready(kind)

        with app.app_context():
            for step in (start.size, start.counts, hypothesis.assessments, searching.index, choices):
                _tried(app, step)
            _tried(app, lambda: hypothesis.detailed(wait=True))

    thread = threading.Thread(target=prepare, name="warming", daemon=True)
    app.extensions["biokg.warming"] = thread
    thread.start()
    return thread


def _tried(app: Flask, step: Callable[[], object]) -> None:
    try:
        step()
    except BioKGError as error:
        app.logger.warning("could not prepare the pages: %s", error.message)
