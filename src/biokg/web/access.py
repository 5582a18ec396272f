"""Who may write: the bearer of the token that the server was started with."""

from __future__ import annotations

import hmac
from pathlib import Path

from flask import request

from biokg.errors import Forbidden, Unauthorized, UsageError
from biokg.web.service import service

SHORTEST = 16


def read_token(path: Path) -> bytes:
    """The token in the file *path*. Raises :class:`UsageError` when it is unreadable or too short to be one."""
    try:
        token = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"the token file cannot be read: {error}", fix="give a readable --token-file") from None
    if len(token) < SHORTEST:
        raise UsageError(
            f"the token in {path} is shorter than {SHORTEST} characters", fix="make one: openssl rand -hex 32"
        )
    return token


def require_token() -> None:
    """Let the bearer of the token pass; compared in constant time.

    Raises :class:`Forbidden` where writes are off and :class:`Unauthorized` without a valid token.
    """
    token = service().token
    if token is None:
        raise Forbidden("writes are switched off here", fix="start the server with --token-file FILE")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token):
        raise Unauthorized("writes need the token of this server", fix="send Authorization: Bearer <token>")
