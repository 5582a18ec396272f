"""Having at hand what the first visitor would otherwise wait for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from biokg.errors import BioKGError

if TYPE_CHECKING:
    from flask import Flask


QUIET_SECONDS = 1.0
"""How long nobody must have asked before more is prepared."""
LONGEST_WAIT = 60.0
"""Seconds of requests without a pause after which it is prepared beside them."""


def warm(app: Flask, quiet_for: Callable[[], float]) -> threading.Thread:
    """Begin, in the background, to compute verdicts, counts, names, facets and then the robustness of this version.

    Nothing waits for it: a page asked for meanwhile computes what it needs itself. What the start page does not need
    waits for a pause between requests; *quiet_for* tells for how many seconds there was none. What cannot be had (the
    verdicts of a store of other data) is logged and left; the pages then say so.
    """

    def prepare() -> None:
        from biokg.web import facets, hypothesis, searching, start

        def choices() -> None:
            for kind in facets.kinds().values():
                facets.ready(kind)

        with app.app_context():
            for step in (start.size, start.counts, hypothesis.assessments):
                _tried(app, step)
            for later in (searching.index, choices, lambda: hypothesis.detailed(wait=True)):
                _await_pause(quiet_for)
                _tried(app, later)

    thread = threading.Thread(target=prepare, name="warming", daemon=True)
    app.extensions["biokg.warming"] = thread
    thread.start()
    return thread


def _await_pause(quiet_for: Callable[[], float]) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while quiet_for() < QUIET_SECONDS and time.monotonic() < end:
        time.sleep(QUIET_SECONDS / 4)


def _tried(app: Flask, step: Callable[[], object]) -> None:
    try:
        step()
    except BioKGError as error:
        app.logger.warning("could not prepare the pages: %s", error.message)
