"""The header of a canned query is read strictly: a mistake is refused, with its reason."""

import pytest

from biokg.errors import UsageError
from biokg.queries import parse_query
from biokg.queries.header import slots

GOOD = """#+ title: A title
#+ question: What?
#+ hypothesis: h1
#+ sub-claim: h1a
#+ role: supports
#+ view: table
#+ parameter: region
#+   type: iri
#+   default: any
#+   allowed: bki:region/flanders bki:region/wallonia
#+   description: A region

SELECT ?s WHERE { VALUES ?region { UNDEF } ?s ?p ?region } ORDER BY ?s
"""


def test_a_good_header_is_read_whole() -> None:
    query = parse_query("name", "h1", GOOD)
    assert (query.title, query.question, query.hypothesis, query.sub_claim) == ("A title", "What?", "h1", "h1a")
    parameter = query.parameter("region")
    assert parameter is not None
    assert parameter.default is None
    assert parameter.allowed == ("bki:region/flanders", "bki:region/wallonia")
    assert query.parameter("nothing") is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#+ title: A title\n", "", "no title"),
        ("#+ role: supports", "#+ role: proves", "role is 'proves'"),
        ("#+ view: table", "#+ view: pie", "view is 'pie'"),
        ("#+ hypothesis: h1", "#+ hypothesis: h9", "hypothesis is 'h9'"),
        ("#+ sub-claim: h1a", "#+ sub-claim: h2a", "does not belong"),
        ("#+ title: A title", "#+ tittle: A title", "'tittle' is not known"),
        ("#+ title: A title", "#+ title: A title\n#+ title: Again", "stands twice"),
        ("#+   type: iri", "#+   type: number", "type 'number'"),
        ("#+   type: iri\n", "", "has no type"),
        ("#+   default: any", "#+   default: bki:region/brussels", "is not among its allowed values"),
        ("VALUES ?region { UNDEF }", "", "exactly one VALUES block, found 0"),
        ("VALUES ?region { UNDEF }", "VALUES ?region { UNDEF } VALUES ?region { UNDEF }", "found 2"),
        ("VALUES ?region { UNDEF }", "# VALUES ?region { UNDEF }\n", "found 0"),
        ("VALUES ?region { UNDEF }", '?s ?q "VALUES ?region { UNDEF }" .', "found 0"),
        ("#+ question: What?", "#+ question:", "is not 'key: value'"),
    ],
)
def test_a_mistake_in_the_header_is_refused_with_its_reason(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(UsageError) as caught:
        parse_query("name", "h1", GOOD.replace(old, new))
    assert reason in caught.value.message
    assert caught.value.fix


def test_slots_skip_comments_strings_and_addresses() -> None:
    hidden = "# VALUES ?a { 1 }\n<http://e/#VALUES> \"VALUES ?b { 1 }\" '''VALUES ?c { 1 }''' "
    text = hidden + 'VALUES ?d { <http://e/> "}" 2 }'
    assert [slot.name for slot in slots(text)] == ["d"]
    slot = slots(text)[0]
    assert text[slot.start : slot.end] == ' <http://e/> "}" 2 '
