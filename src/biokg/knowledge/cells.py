"""One cell against its column: why it is refused, and the nearest value that would pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from biokg.knowledge.dates import nearest_date, parse_date
from biokg.knowledge.schema import Column
from biokg.terms import slug

_NEAREST_SCORE = 70
_NEAREST_SCORE_OF_CODES = 60
_LONGEST_CODE = 4
_MAX_CHOICES_SHOWN = 8
_MAX_CHOICES_COMPARED = 20_000
MAX_CELL = 32_767
"""Characters of a cell; a spreadsheet's cell holds no more."""
_YEARS = (1850, 2030)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_MONEY_WORDS = re.compile(
    r"(?i)(?:eur|usd|gbp|chf|€|\$|£|million|mio|mln|m|%|approx\.?|about|ca\.?|~|>|<|[\s\u00a0\u202f'])+"
)
_FORMULA = re.compile(r"[=@].|[+-].*[(|!]", re.DOTALL)
_DATE_COLUMNS = frozenset({"date", "earliest", "latest"})
_YES_NO = {"y": "yes", "true": "yes", "1": "yes", "ja": "yes", "oui": "yes"}
_YES_NO |= {"n": "no", "false": "no", "0": "no", "nee": "no", "non": "no"}
_CURRENCY_SIGNS = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "US$": "USD", "DOLLAR": "USD", "£": "GBP"}
_CODES = (
    "AED ARS AUD BEF BGN BRL CAD CHF CLP CNY COP CZK DEM DKK EEK EGP ESP EUR FIM FRF GBP GRD HKD HRK HUF IDR IEP "
    "ILS INR ISK ITL JPY KRW KZT LTL LUF LVL MAD MXN MYR NGN NLG NOK NZD PEN PHP PKR PLN PTE QAR RON RSD RUB SAR "
    "SEK SGD SIT SKK THB TND TRY TWD UAH USD UYU VND XEU ZAR "
)
CURRENCIES = frozenset(_CODES.split())
"""Codes of ISO 4217 in use where biotechnology deals are reported, and the European ones that the euro replaced."""

_REASONS: Mapping[str, str] = {
    "source": "a source is “dissertation” or a web address",
    "source_more": "a source is “dissertation” or a web address",
    "date": "a date is YYYY, YYYY-MM or YYYY-MM-DD",
    "earliest": "a date is YYYY, YYYY-MM or YYYY-MM-DD",
    "latest": "a date is YYYY, YYYY-MM or YYYY-MM-DD",
    "year": "a year is YYYY, YYYYs or YYYY–YYYY",
    "currency": "a currency is its three-letter code",
    "id": "an id is made of lower-case letters, digits and hyphens",
}


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known value most like *value*, or ``None`` when none is much like it."""
    from rapidfuzz import fuzz, process

    choices = list(known)
    if len(choices) > _MAX_CHOICES_COMPARED:
        choices = [choice for choice in choices if choice[:2] == value[:2].lower()][:_MAX_CHOICES_COMPARED]
    least = _NEAREST_SCORE_OF_CODES if len(value) <= _LONGEST_CODE else _NEAREST_SCORE
    for wanted in dict.fromkeys((value, value.lower(), slug(value))):
        found = process.extractOne(wanted, choices, scorer=fuzz.ratio, score_cutoff=least)
        if found:
            return found[0]
    return None


def text_problem(value: str) -> tuple[str, str | None]:
    """Why no column may hold *value*: characters that no text holds, a spreadsheet's formula, or far too much."""
    if len(value) > MAX_CELL:
        return f"longer than {MAX_CELL:,} characters", value[:40] + "…"
    if value[0] in "=@+-" and _FORMULA.match(value):
        return "looks like a spreadsheet formula", value.lstrip("=@+-").strip() or None
    if value.isascii() and value.isprintable():
        return "", None
    bad = next((c for c in value if (ord(c) < 32 and c not in "\n\t\r") or c in "\x7f\ufeff\ufffd\u200b"), None)
    if bad is not None:
        return f"holds the character U+{ord(bad):04X}, which is no text", value.replace(bad, "") or None
    mended = _mended_encoding(value)
    return ("UTF-8 that was read as another encoding", mended) if mended else ("", None)


def _mended_encoding(value: str) -> str | None:
    """*value* as it was before its UTF-8 was taken for Windows-1252 (``Ã©`` for ``é``); ``None`` when it was not."""
    if not any(mark in value for mark in ("Ã", "Â", "â€")):
        return None
    try:
        return value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None


def cell_problem(column: Column, value: str) -> tuple[str, str | None]:
    """Why *value* is no value of *column* (``""`` when it is one) and the nearest value that would be."""
    if column.base in {"integer", "decimal"}:
        return _number_problem(column, value)
    if column.choices:
        if value in column.choices:
            return "", None
        shown = ", ".join(column.choices[:_MAX_CHOICES_SHOWN])
        more = ", …" if len(column.choices) > _MAX_CHOICES_SHOWN else ""
        return f"not one of {shown}{more}", _nearest_choice(column, value)
    if column.name == "currency":
        return _currency_problem(value)
    if column.pattern and not column.pattern.fullmatch(value):
        reason = _REASONS.get(column.name, f"does not have the form {column.pattern.pattern}")
        return reason, _nearest_form(column.name, value)
    if column.name in _DATE_COLUMNS:
        return _date_problem(value)
    return "", None


def _nearest_choice(column: Column, value: str) -> str | None:
    plain = _YES_NO.get(value.lower(), "")
    return plain if plain in column.choices else nearest(value, column.choices)


def _nearest_form(name: str, value: str) -> str | None:
    """A value of the form that *name* has, read from one of another form."""
    if name in _DATE_COLUMNS:
        return nearest_date(value)
    if name == "id":
        return slug(value) or None
    if name.startswith("source"):
        bare = re.sub(r"(?i)^(?:https?:?/*|htp:?/*|www\.(?=www\.))", "", value.strip())
        return f"https://{bare}" if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", bare) else None
    if name == "year":
        years = re.findall(r"(?<![0-9])[12][089][0-9]{2}(?![0-9])", value)
        return "–".join(years) if 1 <= len(years) <= 2 else None
    return None


def _currency_problem(value: str) -> tuple[str, str | None]:
    if value in CURRENCIES:
        return "", None
    plain = value.strip().upper()
    found = _CURRENCY_SIGNS.get(plain) or (plain if plain in CURRENCIES else nearest(plain, sorted(CURRENCIES)))
    known = re.fullmatch(r"[A-Z]{3}", value) is not None
    return ("no currency of ISO 4217 known here" if known else _REASONS["currency"]), found


def _date_problem(value: str) -> tuple[str, str | None]:
    if parse_date(value) is None:
        return "no such day in the calendar", nearest_date(value)
    if not _YEARS[0] <= int(value[:4]) <= _YEARS[1]:
        return f"not within {_YEARS[0]}–{_YEARS[1]}", None
    return "", None


def _number_problem(column: Column, value: str) -> tuple[str, str | None]:
    if not _NUMBER.fullmatch(value):
        return "not a number", _nearest_number(column, value)
    number = Decimal(value)
    if column.base == "integer" and not value.lstrip("+-").isdecimal():
        return "not a whole number", str(int(number))
    if column.minimum is not None and number < column.minimum:
        return f"less than {column.minimum:g}", str(-number) if -number >= column.minimum else None
    if column.maximum is not None and number > column.maximum:
        return f"more than {column.maximum:g}", None
    return "", None


def _nearest_number(column: Column, value: str) -> str | None:
    """The one number that the words hold: decimal comma, thousands, signs and units taken away."""
    if column.base == "integer":
        years = re.findall(r"(?<![0-9])[12][089][0-9]{2}(?![0-9])", value)
        if len(years) == 1:
            return str(years[0])
    bare = _MONEY_WORDS.sub("", value).replace("−", "-")
    if re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?", bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[0-9]+,[0-9]+", bare):
        bare = bare.replace(",", ".")
    if not _NUMBER.fullmatch(bare) or (not value.isascii() and not bare.isascii()):
        return None
    return None if _number_problem(column, bare)[0] else bare
