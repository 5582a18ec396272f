"""Queries that an event loop sends to the workers through their queue, and their replies; see :mod:`.lines`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import socket
import time
from collections import deque
from typing import TYPE_CHECKING

from biokg.errors import Busy
from biokg.execution.lines import LOST, Asked, Line, Reply, line_address
from biokg.execution.run import too_many

if TYPE_CHECKING:
    from biokg.execution.pool import Job, WorkerPool

MOMENT = 0.15
"""Seconds after which somebody with time to wait takes a flight over."""
SWEEP = 0.05
"""Seconds between two looks for flights that are due."""
STALE = 1.0
"""Seconds that a query may have waited for a place in the queue; then the next one is told to come back."""
AHEAD = 2
"""Queries in the shared queue beyond one for each worker; more wait here, where they can be taken back."""


class Flight:
    """One query on its way. The event loop waits for ``future`` until it hands the flight over to a thread."""

    def __init__(self, flights: Flights, asked: Asked, future: asyncio.Future[Reply | None]) -> None:
        self._flights = flights
        self.request = asked.request
        self.asked = asked
        self.future = future
        self.begun = time.monotonic()
        self.sent = self.abandoned = False
        self._waits = True
        self._inbox: queue.SimpleQueue[Reply] | None = None

    @property
    def handed_over(self) -> bool:
        """Whether a thread waits for it, or nobody."""
        return self._inbox is not None

    def land(self, reply: Reply) -> None:
        """Give *reply* to whoever waits. Called on the event loop."""
        self.release()
        if self._inbox is not None:
            self._inbox.put(reply)
        elif not self.future.done():
            self.future.set_result(reply)

    def hand_over(self, reply: Reply | None = None) -> None:
        """From now on :meth:`reply` gives what comes, *reply* first. Called on the event loop."""
        self._inbox = queue.SimpleQueue()
        if reply is not None:
            self._inbox.put(reply)
        if not self.future.done():
            self.future.set_result(None)

    def reply(self, seconds: float) -> Reply | None:
        """The reply, waiting at most *seconds*. Called in a thread, after the flight was handed over."""
        if self._inbox is None:
            return None
        try:
            return self._inbox.get(timeout=seconds)
        except queue.Empty:
            return None

    def release(self) -> None:
        """Let another query wait in the place of this one."""
        if self._waits:
            self._waits = False
            self._flights.pool.waiting.release()

    def abandon(self) -> None:
        """Nobody waits for it any more; a worker that is at it is killed when it takes long."""
        self.release()
        self.abandoned = True


class Flights:
    """The flights of one event loop to the workers of *pool*."""

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self._server = int.from_bytes(os.urandom(4), "big") or 1
        self._number = self._server << 32
        self._held: dict[int, Flight] = {}
        self._pending: deque[Flight] = deque()
        self._ahead = 0
        self._most_ahead = pool.settings.workers + AHEAD
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(line_address(pool.place, self._number))
        self._listener.listen(128)
        self._listener.setblocking(False)
        self._sweeping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._listener, self._greet)
        return self._loop

    def send(self, job: Job, names_graphs: bool) -> Flight:
        """Send *job* off; its ``future`` is the reply, or ``None`` when it is to be handed over.

        Raises :class:`~biokg.errors.Busy`.
        """
        if self._pending and time.monotonic() - self._pending[0].begun > STALE:
            raise too_many()
        if not self.pool.waiting.acquire(blocking=False):
            raise too_many()
        loop = self._running()
        self._number += 1
        asked = Asked(self._number, job.text or "", job.media_type, job.base or "", job.union, names_graphs)
        flight = Flight(self, asked, loop.create_future())
        self._held[flight.request] = flight
        self._pending.append(flight)
        self._send_waiting()
        if not self._sweeping:
            self._sweeping = True
            loop.call_later(SWEEP, self._sweep, loop)
        return flight

    def _send_waiting(self) -> None:
        while self._pending and self._ahead < self._most_ahead:
            flight = self._pending[0]
            if flight.abandoned:
                self._held.pop(flight.request, None)
            else:
                try:
                    if not self.pool.queue.put(flight.asked.packed()):
                        return
                except OSError as error:
                    self._pending.popleft()
                    self._fail(flight, error)
                    continue
                flight.sent = True
                self._ahead += not flight.handed_over
            self._pending.popleft()

    def _fail(self, flight: Flight, error: OSError) -> None:
        self._held.pop(flight.request, None)
        flight.release()
        if not flight.future.done():
            flight.future.set_exception(Busy(f"no worker could be reached: {error}", retry_after=1))

    def _greet(self) -> None:
        """A worker opened its line."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self._listener.accept()
            line = Line(connection)
            self._running().add_reader(connection, self._receive, line, connection)

    def _receive(self, line: Line, connection: socket.socket) -> None:
        try:
            reply = line.receive()
        except BlockingIOError:
            return
        except OSError:
            self._running().remove_reader(connection)
            line.close()
            self._lose(line)
            return
        if reply is not None:
            self._landed(reply)

    def _landed(self, reply: Reply) -> None:
        flight = self._held.pop(reply.request, None)
        if reply.stream is not None and (flight is None or flight.abandoned):
            reply.stream.close()
        if flight is None:
            return
        if not flight.handed_over:
            self._ahead -= 1
        if not flight.abandoned:
            flight.land(reply)
        self._send_waiting()

    def _lose(self, line: Line) -> None:
        """The worker of *line* ended: so did the flight that it was at."""
        row = self.pool.slots.row(line.slot)
        if row.pid == line.pid and row.request in self._held:
            self._landed(Reply(row.request, LOST, version=line.version, parked=row.parked == line.pid))

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand over the flights that take longer than a moment, and stop those that nobody waits for."""
        late = time.monotonic() - MOMENT
        for flight in list(self._held.values()):
            if flight.abandoned and flight.sent:
                self._stop(flight)
            elif not flight.handed_over and flight.begun < late:
                flight.hand_over()
                self._ahead -= flight.sent
        self._send_waiting()
        self._sweeping = bool(self._held)
        if self._sweeping:
            loop.call_later(SWEEP, self._sweep, loop)

    def _stop(self, flight: Flight) -> None:
        slot = self.pool.slots.at(flight.request)
        if slot is not None and (row := self.pool.slots.row(slot)).is_long(time.monotonic()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(row.pid, signal.SIGKILL)
