"""Compute time per client and minute, kept per server process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from biokg.errors import QuotaExceeded

WINDOW = 60.0
CLIENTS_KEPT = 10_000


class Quota:
    """A bucket of compute seconds per client that refills over a minute.

    *seconds* is what a client may use within a minute; 0 means no limit.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def _now(self, client: str, now: float) -> float:
        used, at = self._used.get(client, (0.0, now))
        return max(0.0, used - (now - at) * self._seconds / WINDOW)

    def check(self, client: str | None) -> None:
        """Raise :class:`QuotaExceeded` when *client* has nothing left."""
        if client is None or self._seconds <= 0:
            return
        with self._lock:
            used = self._now(client, time.monotonic())
        if used >= self._seconds:
            wait = max(1, round((used - self._seconds) * WINDOW / self._seconds) + 1)
            raise QuotaExceeded(
                f"this client used its {self._seconds:g} s of compute time of this minute",
                fix=f"wait {wait} s, or run your own server",
                retry_after=wait,
            )

    def charge(self, client: str | None, seconds: float) -> None:
        """Add *seconds* to what *client* used."""
        if client is None or self._seconds <= 0:
            return
        now = time.monotonic()
        with self._lock:
            self._used[client] = (self._now(client, now) + seconds, now)
            self._used.move_to_end(client)
            while len(self._used) > CLIENTS_KEPT:
                self._used.popitem(last=False)
