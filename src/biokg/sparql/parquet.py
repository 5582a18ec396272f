"""Solutions as Apache Parquet: one text column per variable, as in SPARQL's CSV; unbound is null."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from biokg.errors import NotAcceptable

if TYPE_CHECKING:
    import pyoxigraph as ox

PARQUET = "application/vnd.apache.parquet"
ROWS = 20_000
"""Rows of a row group; as many are held in memory at a time."""


class _Sink:
    """What is written goes to *output*, which stays open; the writer asks where it stands."""

    closed = False

    def __init__(self, output: IO[bytes] | Any) -> None:
        self._output = output
        self._written = 0

    def write(self, data: bytes) -> int:
        self._output.write(bytes(data))
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing: whoever gave the output does that."""

    def close(self) -> None:
        """Nothing: the output is not ours."""


def load() -> bool:
    """Have the library loaded with all it looks for when first used, which takes as long as many queries.

    Returns whether that was still to do.
    """
    if "pyarrow.parquet" in sys.modules:
        return False
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table([pa.array(["a"], pa.string())], names=["a"]), io.BytesIO())
    return True


def write_parquet(result: ox.QuerySolutions, output: IO[bytes] | Any) -> None:
    """Write *result* to *output*, a row group at a time; without the footer at its end it is no Parquet file.

    Raises :class:`NotAcceptable` for solutions without a variable.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [variable.value for variable in result.variables]
    if not names:
        raise NotAcceptable("solutions without a variable are no Parquet table", fix="ask for another format")
    schema = pa.schema([(name, pa.string()) for name in names])
    rows = (tuple(_text(term) for term in solution) for solution in result)
    with pq.ParquetWriter(pa.PythonFile(_Sink(output), mode="w"), schema) as writer:
        for group in _groups(rows):
            columns = zip(*group, strict=True)
            writer.write_table(pa.table([pa.array(column, pa.string()) for column in columns], schema=schema))


def _groups(rows: Iterator[tuple[str | None, ...]]) -> Iterator[list[tuple[str | None, ...]]]:
    while group := list(islice(rows, ROWS)):
        yield group


def _text(term: Any) -> str | None:
    """The IRI or the lexical form, as in CSV; blank nodes with ``_:``."""
    if term is None:
        return None
    value = getattr(term, "value", None)
    if not isinstance(value, str):
        return str(term)
    return f"_:{value}" if type(term).__name__ == "BlankNode" else value
