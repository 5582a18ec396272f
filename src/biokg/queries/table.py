"""The answer of a canned query: variables and rows of RDF terms, with plain exports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pyoxigraph import BlankNode, Literal, NamedNode

from biokg.terms import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions

_XSD = PREFIXES["xsd"]


def _truth(text: str) -> bool:
    return text in ("true", "1")


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    _XSD + "integer": int,
    _XSD + "decimal": float,
    _XSD + "double": float,
    _XSD + "float": float,
    _XSD + "boolean": _truth,
}


def plain(term: Any) -> Any:
    """A term as a plain Python value: IRI and string as ``str``, numbers and booleans as such, unbound as ``None``."""
    if term is None:
        return None
    text = term.value
    if isinstance(term, Literal):
        convert = _CONVERTERS.get(term.datatype.value)
        return text if convert is None else convert(text)
    return text


def _json_term(term: Any) -> dict[str, str]:
    if isinstance(term, NamedNode | BlankNode):
        return {"type": "uri" if isinstance(term, NamedNode) else "bnode", "value": term.value}
    out = {"type": "literal", "value": term.value}
    if term.language:
        out["xml:lang"] = term.language
    elif term.datatype.value != _XSD + "string":
        out["datatype"] = term.datatype.value
    return out


@dataclass(frozen=True)
class Table:
    """A SELECT answer held whole: ``rows`` hold pyoxigraph terms, ``None`` where unbound."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> list[dict[str, Any]]:
        """Rows as mappings of plain Python values (see :func:`plain`)."""
        names = self.variables
        return [dict(zip(names, map(plain, row), strict=False)) for row in self.rows]

    def column(self, variable: str) -> list[Any]:
        """One column as plain values; raises ``ValueError`` for a variable that is not there."""
        index = self.variables.index(variable)
        return [plain(row[index]) for row in self.rows]

    def to_csv(self) -> str:
        """SPARQL 1.1 Query Results CSV (values only, CRLF line ends)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.variables)
        writer.writerows([["" if term is None else term.value for term in row] for row in self.rows])
        return out.getvalue()

    def to_tsv(self) -> str:
        """SPARQL 1.1 Query Results TSV (terms as in Turtle)."""
        from pyoxigraph import QueryResultsFormat, parse_query_results

        held = cast("QuerySolutions", parse_query_results(self.to_json().encode(), format=QueryResultsFormat.JSON))
        return (held.serialize(format=QueryResultsFormat.TSV) or b"").decode()

    def to_json(self) -> str:
        """SPARQL 1.1 Query Results JSON."""
        bindings = [
            {name: _json_term(term) for name, term in zip(self.variables, row, strict=True) if term is not None}
            for row in self.rows
        ]
        document = {"head": {"vars": list(self.variables)}, "results": {"bindings": bindings}}
        return json.dumps(document, ensure_ascii=False)
