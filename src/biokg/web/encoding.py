"""ETags and gzip, for whole answers and streams."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request

SHORTEST = 1024
"""Bodies below this many bytes are sent as they are."""
_COMPRESSIBLE = ("text/", "application/", "image/svg+xml")


def accepts_gzip() -> bool:
    """Whether the client takes gzip."""
    return request.accept_encodings["gzip"] > 0 if request.headers.get("Accept-Encoding") else False


def finish_body(response: Response, version: str | None) -> None:
    """Compress *response* where the client takes it, and tag it with its bytes' hash where *version* is given."""
    compress = (
        accepts_gzip()
        and response.status_code == 200
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(_COMPRESSIBLE)
        and not response.direct_passthrough
    )
    if response.is_streamed:
        if compress and request.method != "HEAD":
            response.response = _gzipped(response.response)  # type: ignore[arg-type]
            _say(response)
        return
    body = response.get_data()
    if compress and len(body) >= SHORTEST:
        body = gzip.compress(body, 5, mtime=0)
        response.set_data(body)
        _say(response)
    if version is not None and response.status_code == 200:
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        response.set_etag(f"{version[:12]}-{digest}")
        response.make_conditional(request)


def _say(response: Response) -> None:
    response.headers["Content-Encoding"] = "gzip"
    if "accept-encoding" not in response.headers.get("Vary", "").lower():
        response.headers.add("Vary", "Accept-Encoding")


def _gzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """*chunks* as one gzip stream; what they raise passes through, so a cut stream has no end mark."""
    packer = zlib.compressobj(5, zlib.DEFLATED, 31)
    try:
        for chunk in chunks:
            packed = packer.compress(chunk)
            if packed:
                yield packed
        yield packer.flush()
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
