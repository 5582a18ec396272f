"""Counters of one server process, as Prometheus reads them."""

from __future__ import annotations

import threading
from collections import defaultdict

from flask import Blueprint, Response, abort

from biokg.web.service import service

blueprint = Blueprint("metrics", __name__)
BOUNDS = (0.005, 0.02, 0.1, 0.25, 1.0, 5.0, 10.0, 60.0)
"""Upper bounds of the histogram of durations, in seconds."""


class Metrics:
    """Requests by route and status, their durations, and what the answer cache did."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._buckets: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self.cache_hits = 0

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        bucket = next((index for index, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        with self._lock:
            self._requests[route, status] += 1
            self._buckets[route][bucket] += 1
            self._seconds[route] += seconds

    def hit(self, status: int) -> None:
        """Count an answer that the cache gave."""
        with self._lock:
            self.cache_hits += 1
            self._requests["cached", status] += 1

    def text(self, version: str, waiting: int) -> str:
        """Everything in Prometheus' text format."""
        with self._lock:
            requests = dict(self._requests)
            buckets = {route: list(counts) for route, counts in self._buckets.items()}
            seconds = dict(self._seconds)
        lines = ["# TYPE biokg_requests_total counter"]
        for (route, status), count in sorted(requests.items()):
            lines.append(f'biokg_requests_total{{route="{route}",status="{status}"}} {count}')
        lines.append("# TYPE biokg_request_seconds histogram")
        for route, counts in sorted(buckets.items()):
            total = 0
            for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=True):
                total += count
                lines.append(f'biokg_request_seconds_bucket{{route="{route}",le="{bound}"}} {total}')
            lines.append(f'biokg_request_seconds_sum{{route="{route}"}} {seconds[route]:.6f}')
            lines.append(f'biokg_request_seconds_count{{route="{route}"}} {total}')
        lines += ["# TYPE biokg_cache_hits_total counter", f"biokg_cache_hits_total {self.cache_hits}"]
        lines += ["# TYPE biokg_queries_waiting gauge", f"biokg_queries_waiting {waiting}"]
        lines += ["# TYPE biokg_dataset_info gauge", f'biokg_dataset_info{{version="{version}"}} 1']
        return "\n".join(lines) + "\n"


@blueprint.get("/metrics")
def metrics() -> Response:
    """The counters of this server process; elsewhere with ``--metrics-port``, see :mod:`biokg.web.exposition`."""
    held = service()
    if held.metrics is None or held.settings.metrics_port is not None:
        abort(404)
    return Response(
        held.metrics.text(held.version, held.pool.waiting_now()),
        content_type="text/plain; version=0.0.4; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
