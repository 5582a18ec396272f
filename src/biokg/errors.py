"""The one tree of errors.

Every error a user can meet is a :class:`BioKGError`. Its message says what happened and why; ``fix`` says
what to do about it. The command line prints both on one line; the web turns them into a problem document
(RFC 9457) with ``status`` and ``slug``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BioKGError(Exception):
    """Something went wrong that a user can understand and, where ``fix`` is given, mend."""

    status = 500
    slug = "internal-error"
    title = "Internal error"
    exit_code = 1

    def __init__(self, message: str, *, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class UsageError(BioKGError):
    """The caller asked for something that does not exist or has the wrong form."""

    status = 400
    slug = "bad-request"
    title = "Bad request"
    exit_code = 2


class NotFound(UsageError):
    """The thing named does not exist here."""

    status = 404
    slug = "not-found"
    title = "Not found"


class NotAcceptable(UsageError):
    """None of the media types the client accepts can be produced for this answer."""

    status = 406
    slug = "not-acceptable"
    title = "Not acceptable"


class UnsupportedMediaType(UsageError):
    """The request body has a content type that is not read here."""

    status = 415
    slug = "unsupported-media-type"
    title = "Unsupported media type"


class TooLarge(UsageError):
    """A query or upload is larger or deeper than the ceiling."""

    status = 413
    slug = "too-large"
    title = "Too large"


class QuerySyntaxError(UsageError):
    """The text is no SPARQL; ``line`` and ``column`` (1-based) say where, when known."""

    slug = "query-syntax"
    title = "The query could not be parsed"

    def __init__(
        self, message: str, *, fix: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message, fix=fix)
        self.line = line
        self.column = column


class QueryRefused(UsageError):
    """The query uses a form that is not allowed here (SERVICE, LOAD, FROM <file:…>, too deep …)."""

    slug = "query-refused"
    title = "The query uses a form that is refused here"


class NotSupported(UsageError):
    """The query is SPARQL, but calls a function of its own that is not known here."""

    status = 501
    slug = "not-supported"
    title = "The query calls a function that is not known here"


class ReachesOutside(QueryRefused):
    """The text is SPARQL, but evaluating it would open a connection or a file: SERVICE, LOAD, FROM <file:…>."""

    status = 403
    slug = "reaches-outside"
    title = "The query would reach outside of this service"


class Unauthorized(UsageError):
    """A write without a valid token."""

    status = 401
    slug = "unauthorized"
    title = "A valid token is needed"


class Forbidden(UsageError):
    """Writes are switched off."""

    status = 403
    slug = "forbidden"
    title = "Not allowed"


class DeadlineExceeded(BioKGError):
    """The query was stopped at its deadline; nothing of it was answered."""

    status = 504
    slug = "deadline-exceeded"
    title = "The query was stopped at its deadline"


class MemoryExceeded(BioKGError):
    """The query was stopped at its memory ceiling; nothing of it was answered."""

    status = 507
    slug = "memory-exceeded"
    title = "The query was stopped at its memory ceiling"


class Busy(BioKGError):
    """The queue is full; try again after ``retry_after`` seconds."""

    status = 503
    slug = "busy"
    title = "The service is busy"

    def __init__(self, message: str, *, fix: str | None = None, retry_after: int = 1) -> None:
        super().__init__(message, fix=fix)
        self.retry_after = retry_after


class QuotaExceeded(Busy):
    """The client used up its compute time of this minute."""

    status = 429
    slug = "quota-exceeded"
    title = "Compute quota used up"


class WorkerDied(BioKGError):
    """The worker process ended before it answered."""

    slug = "worker-died"
    title = "The query ended its worker"


class ClientGone(BioKGError):
    """The client hung up before its answer was there; nobody reads this."""

    status = 499
    slug = "client-gone"
    title = "The client hung up"


class StoreError(BioKGError):
    """The store could not be opened, read or written."""

    slug = "store-error"
    title = "Store error"


class NoSpace(StoreError):
    """The disk is full: nothing was written, and reads go on."""

    status = 507
    slug = "no-space"
    title = "The disk is full"


class RemoteEngineError(StoreError):
    """The remote SPARQL engine failed, refused or cut its answer."""

    status = 502
    slug = "remote-engine"
    title = "The remote engine failed"


class ValidationFailed(BioKGError):
    """The graph breaks a shape with severity Violation."""

    status = 422
    slug = "validation-failed"
    title = "The data does not conform"


@dataclass(frozen=True)
class CellProblem:
    """One bad cell: where it stands, why it is refused, and the nearest value that would pass, if any."""

    file: str
    row: int
    column: str
    value: str
    reason: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" (did you mean {self.nearest!r}?)" if self.nearest else ""
        return f"{self.file}:{self.row}:{self.column}: {self.reason}: {self.value!r}{hint}"


class DataError(BioKGError):
    """One or more cells of the tables were refused; ``problems`` names every one. Nothing was loaded."""

    status = 422
    slug = "bad-data"
    title = "The tables hold cells that are refused"

    def __init__(self, problems: Sequence[CellProblem], *, fix: str | None = None) -> None:
        lines = "\n".join(str(problem) for problem in problems)
        super().__init__(f"{len(problems)} bad cell(s); nothing was loaded\n{lines}", fix=fix)
        self.problems = tuple(problems)
