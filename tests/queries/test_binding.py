"""Parameters are terms: whatever a value holds, the algebra of the query stays the same."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Store
from rdflib.plugins.sparql.parser import parseQuery

from biokg.errors import NotFound, UsageError
from biokg.queries import bind, catalogue, effective, find, parse_query

TEXT = """#+ title: T
#+ question: Q
#+ hypothesis: across
#+ sub-claim: none
#+ role: context
#+ view: table
#+ parameter: word
#+   type: string
#+   default: any
#+   description: A word
#+ parameter: thing
#+   type: iri
#+   default: any
#+   description: A thing
#+ parameter: count
#+   type: integer
#+   default: 3
#+   description: A number
#+ parameter: share
#+   type: decimal
#+   default: any
#+   description: A share
#+ parameter: day
#+   type: date
#+   default: any
#+   description: A day
#+ parameter: flag
#+   type: boolean
#+   default: true
#+   description: A flag

SELECT ?word ?thing ?count ?share ?day ?flag
WHERE {
  VALUES ?word { UNDEF }
  VALUES ?thing { UNDEF }
  VALUES ?count { 3 }
  VALUES ?share { UNDEF }
  VALUES ?day { UNDEF }
  VALUES ?flag { true }
}
ORDER BY ?word ?thing ?count ?share ?day ?flag
"""
QUERY = parse_query("typed", "test", TEXT)


def shape(text: str) -> str:
    """The parse tree of a query with the terms of its VALUES blocks left out."""

    def walk(node: object) -> object:
        if hasattr(node, "name") and getattr(node, "name", "") == "InlineData":
            return ("InlineData", str(node["var"]))
        if hasattr(node, "items") and callable(node.items):
            return (getattr(node, "name", ""), [(key, walk(value)) for key, value in node.items()])
        if isinstance(node, (list, tuple)) or type(node).__name__ == "ParseResults":
            return [walk(part) for part in node]
        return repr(node)

    return repr(walk(parseQuery(text)))


def answer(text: str) -> list[object]:
    (row,) = list(Store().query(text))
    return list(row)


@settings(deadline=None, max_examples=40)
@given(word=st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1))
def test_any_text_becomes_one_literal_and_changes_nothing_else(word: str) -> None:
    bound = bind(QUERY, {"word": word})
    if word != "any":
        assert answer(bound)[0] == Literal(word)
    assert shape(bound) == shape(QUERY.text)


@pytest.mark.parametrize(
    "attack",
    [
        '" } SELECT * WHERE { ?s ?p ?o } #',
        "} } # ",
        '\\" }',
        "VALUES ?word { 1 }",
        "'''",
        "UNDEF",
        "\n\r\t",
        "{{{",
        "\\u0022 }",
    ],
)
def test_an_attack_stays_a_literal(attack: str) -> None:
    bound = bind(QUERY, {"word": attack})
    assert answer(bound)[0] == Literal(attack)
    assert shape(bound) == shape(QUERY.text)


@settings(deadline=None, max_examples=40)
@given(path=st.text(min_size=0, max_size=30))
def test_an_address_is_bound_as_an_address_or_refused(path: str) -> None:
    address = "http://example.org/" + path
    try:
        bound = bind(QUERY, {"thing": address})
    except UsageError:
        return
    assert answer(bound)[1] == NamedNode(address)
    assert shape(bound) == shape(QUERY.text)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(-(10**17), 10**17),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6),
    st.dates(),
)
def test_numbers_and_dates_become_typed_literals(count: int, share: Decimal, day: object) -> None:
    row = answer(bind(QUERY, {"count": count, "share": share, "day": day, "flag": False}))
    assert int(row[2].value) == count
    assert Decimal(row[3].value) == share
    assert row[4].value == str(day)
    assert row[5].value == "false"


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"count": "three"}, "is no integer"),
        ({"count": "3.5"}, "is no integer"),
        ({"share": "NaN"}, "is no decimal"),
        ({"share": "1e999999"}, "is no decimal"),
        ({"day": "2016-13-01"}, "is no date"),
        ({"flag": "perhaps"}, "is no boolean"),
        ({"thing": "no address"}, "is no iri"),
        ({"thing": "http://e/> } #"}, "is no iri"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(values: dict[str, str], part: str) -> None:
    with pytest.raises(UsageError) as caught:
        bind(QUERY, values)
    assert part in caught.value.message


def test_an_open_parameter_is_undef_and_a_default_is_used() -> None:
    assert effective(QUERY)["word"] is None
    assert answer(bind(QUERY))[2].value == "3"
    assert answer(bind(QUERY, {"count": "any"}))[2] is None


def test_mistaken_names_and_values_name_the_nearest() -> None:
    with pytest.raises(UsageError, match="no parameter") as caught:
        bind(find("h1-instruments"), {"regoin": "bki:region/flanders"})
    assert "'region'" in (caught.value.fix or "")
    with pytest.raises(UsageError, match="is not a value") as caught:
        bind(find("h1-instruments"), {"region": "bki:region/flandres"})
    assert "bki:region/flanders" in (caught.value.fix or "")
    with pytest.raises(NotFound) as missing:
        find("h1-instrument")
    assert "h1-instruments" in (missing.value.fix or "")


def test_every_parameter_of_the_catalogue_takes_its_default_and_allowed_values() -> None:
    for query in catalogue().values():
        for parameter in query.parameters:
            for value in (*parameter.allowed, parameter.default):
                if value is not None:
                    assert shape(bind(query, {parameter.name: value})) == shape(query.text)
