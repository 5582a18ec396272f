"""Having at hand what the first visitor would otherwise wait for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from biokg.errors import BioKGError

if TYPE_CHECKING:
    from flask import Flask


def warm(app: Flask) -> threading.Thread:
    """Begin, in the background, to compute verdicts, counts, names and then the robustness of this version.

    Nothing waits for it: a page asked for meanwhile computes what it needs itself. A graph that cannot be
    assessed (a store of other data) is logged and left; the pages then say so.
    """

    def prepare() -> None:
        from biokg.web import hypothesis, searching, start

        try:
            with app.app_context():
                for step in (start.size, start.counts, hypothesis.assessments, searching.index):
                    step()
                hypothesis.detailed(wait=True)
        except BioKGError as error:
            app.logger.warning("could not prepare the pages: %s", error.message)

    thread = threading.Thread(target=prepare, name="warming", daemon=True)
    thread.start()
    return thread
