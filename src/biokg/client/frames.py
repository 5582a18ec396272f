"""RDF terms as columns of a pandas frame with types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from biokg.terms import PREFIXES

if TYPE_CHECKING:
    import pandas as pd

_XSD = PREFIXES["xsd"]
_INTEGERS = frozenset(
    _XSD + name
    for name in (
        *("integer", "int", "long", "short", "byte", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
    )
)
_NUMBERS = _INTEGERS | {_XSD + name for name in ("decimal", "double", "float")}
_BOOLEAN = frozenset({_XSD + "boolean"})
_TIMES = frozenset({_XSD + "date", _XSD + "dateTime"})


def typed_frame(variables: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """A frame with one column for each variable.

    A column whose bound values all are integers, numbers, booleans or dates is ``Int64``, ``Float64``,
    ``boolean`` or ``datetime64[s]`` (without zone); every other column is ``string``, IRIs written out. Unbound
    is missing (``<NA>``, ``NaT``), never zero or an empty text. Dates that pandas cannot hold stay text.
    """
    import pandas as pd

    held = list(rows)
    columns = {name: _column([row[place] for row in held]) for place, name in enumerate(variables)}
    return pd.DataFrame(columns, columns=list(variables))


def _column(terms: list[Any]) -> Any:
    kinds = {getattr(getattr(term, "datatype", None), "value", "") for term in terms if term is not None}
    texts = [None if term is None else str(getattr(term, "value", term)) for term in terms]
    for known, convert in ((_BOOLEAN, _booleans), (_INTEGERS, _integers), (_NUMBERS, _floats), (_TIMES, _times)):
        if kinds and kinds <= known:
            try:
                return convert(texts)
            except (ValueError, OverflowError, TypeError):
                break
    return _array(texts, "string")


def _array(values: list[Any], dtype: str) -> Any:
    import pandas as pd

    made: Any = pd.array
    return made(values, dtype=dtype)


def _booleans(texts: list[str | None]) -> Any:
    return _array([None if text is None else text in ("true", "1") for text in texts], "boolean")


def _integers(texts: list[str | None]) -> Any:
    return _array([None if text is None else int(text) for text in texts], "Int64")


def _floats(texts: list[str | None]) -> Any:
    return _array([None if text is None else float(text) for text in texts], "Float64")


def _times(texts: list[str | None]) -> Any:
    import numpy as np
    import pandas as pd

    values = [np.datetime64("NaT") if text is None else np.datetime64(text.rstrip("Z"), "s") for text in texts]
    return pd.Series(np.array(values, dtype="datetime64[s]"))
