"""Lexical forms of the XML Schema datatypes as regular expressions without backslashes (every engine reads them)."""

from __future__ import annotations

from biokg.shapes.vocabulary import RDF, XSD

_SIGN = "[+-]?"
_ZONE = "(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_TIME = "(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?|24:00:00([.]0+)?)"
_LEAP = "([0-9]{2,}(0[48]|[2468][048]|[13579][26])|[0-9]*([02468][048]|[13579][26])00)"
_DATE = (
    "-?([0-9]{4,}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
_DECIMAL = f"{_SIGN}([0-9]+([.][0-9]*)?|[.][0-9]+)"
_DOUBLE = f"({_DECIMAL}([eE]{_SIGN}[0-9]+)?|[+-]?INF|NaN)"

PATTERNS: dict[str, str] = {
    XSD + "boolean": "true|false|0|1",
    XSD + "integer": f"{_SIGN}[0-9]+",
    XSD + "decimal": _DECIMAL,
    XSD + "double": _DOUBLE,
    XSD + "float": _DOUBLE,
    XSD + "date": _DATE + _ZONE,
    XSD + "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    XSD + "dateTimeStamp": f"{_DATE}T{_TIME}(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)",
    XSD + "time": _TIME + _ZONE,
    XSD + "gYear": "-?[0-9]{4,}" + _ZONE,
    XSD + "gYearMonth": "-?[0-9]{4,}-(0[1-9]|1[0-2])" + _ZONE,
    XSD + "hexBinary": "([0-9a-fA-F]{2})*",
    XSD + "language": "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
}
"""Datatype IRI → expression that the whole lexical form matches."""

RANGES: dict[str, tuple[int | None, int | None]] = {
    XSD + "byte": (-128, 127),
    XSD + "short": (-32768, 32767),
    XSD + "int": (-(2**31), 2**31 - 1),
    XSD + "long": (-(2**63), 2**63 - 1),
    XSD + "unsignedByte": (0, 255),
    XSD + "unsignedShort": (0, 65535),
    XSD + "unsignedInt": (0, 2**32 - 1),
    XSD + "unsignedLong": (0, None),
    XSD + "nonNegativeInteger": (0, None),
    XSD + "positiveInteger": (1, None),
    XSD + "nonPositiveInteger": (None, 0),
    XSD + "negativeInteger": (None, -1),
}
"""Datatypes derived from xsd:integer → smallest and largest value."""


def well_formed(datatype: str, variable: str, *, widened: bool) -> str:
    """SPARQL expression: *variable* is a well-formed literal of *datatype*.

    *widened*: the store keeps derived integers as ``xsd:integer`` (Oxigraph does), so that type is accepted
    within the range of the derived one.
    """
    if datatype == RDF + "langString":
        return f'isLiteral({variable}) && LANG({variable}) != ""'
    types = [f"<{datatype}>"]
    checks = []
    pattern = PATTERNS.get(datatype)
    if datatype in RANGES:
        low, high = RANGES[datatype]
        pattern = PATTERNS[XSD + "integer"]
        number = f"<{XSD}integer>(STR({variable}))"
        checks += [f"{number} >= {low}"] if low is not None else []
        checks += [f"{number} <= {high}"] if high is not None else []
        types += [f"<{XSD}integer>"] if widened else []
    if pattern is not None:
        checks.insert(0, f'REGEX(STR({variable}), "^({pattern})$")')
    same = " || ".join(f"DATATYPE({variable}) = {name}" for name in types)
    return " && ".join([f"isLiteral({variable})", f"({same})", *checks])
