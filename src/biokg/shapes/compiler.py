"""Constraints as set-wise SPARQL: one query answers a constraint for all focus nodes of a shape.

Every function returns query text whose rows are violations: ``?this`` the focus node, ``?value`` the value node
where the component reports one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, Literal, NamedNode

from biokg.shapes.index import Node
from biokg.shapes.lexical import well_formed
from biokg.shapes.model import VALUE_COMPONENTS, Constraint, Shape, Target
from biokg.shapes.paths import Path
from biokg.shapes.vocabulary import RDF, SH
from biokg.terms import PREFIXES

THIS, VALUE = "?this", "?value"
_NODE_KINDS = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBlank({0})",
    "BlankNodeOrIRI": "(isBlank({0}) || isIRI({0}))",
    "BlankNodeOrLiteral": "(isBlank({0}) || isLiteral({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLiteral({0}))",
}
_ORDER = {"MinExclusive": ">", "MinInclusive": ">=", "MaxExclusive": "<", "MaxInclusive": "<="}


@dataclass(frozen=True)
class Focus:
    """The focus nodes of a shape as a graph pattern: where they start and the paths that lead on to them."""

    base: str
    """Pattern that binds ``%this%``."""
    steps: tuple[Path, ...] = ()
    nodes: tuple[Node, ...] | None = None
    """The focus nodes themselves, where it is known how many values they have."""

    def pattern(self, variable: str = THIS) -> str:
        """The pattern that binds *variable* to each focus node (possibly more than once)."""
        names = [f"?f{i}" for i in range(len(self.steps))] + [variable]
        parts = [self.base.replace("%this%", names[0])]
        parts += [f"{a} {path.sparql()} {b} ." for a, path, b in zip(names, self.steps, names[1:], strict=False)]
        return " ".join(parts)

    @property
    def names(self) -> str:
        """The variables that tell one focus node from another reached by a different way."""
        return " ".join([*(f"?f{i}" for i in range(len(self.steps))), THIS])

    def follow(self, path: Path | None) -> Focus:
        """The value nodes of a shape with *path* at these focus nodes."""
        return self if path is None else replace(self, steps=(*self.steps, path), nodes=None)


@dataclass(frozen=True)
class Dialect:
    """What the compiler must know about the store and the data: subclasses, and how integers are kept."""

    subclasses: Callable[[str], tuple[str, ...]]
    shape: Callable[[Node], Shape]
    widened_integers: bool = True


def spell(node: Node) -> str:
    """A term in SPARQL. A blank node of the shapes graph is spelled as an IRI that nothing has."""
    return f"<urn:x-biokg:blank:{node.value}>" if isinstance(node, BlankNode) else str(node)


def instance_of(variable: str, class_iri: str, dialect: Dialect, fresh: str) -> str:
    """Pattern: *variable* is typed with the class or a subclass."""
    classes = dialect.subclasses(class_iri)
    if len(classes) == 1:
        return f"{variable} a <{classes[0]}> ."
    return f"VALUES {fresh} {{ {' '.join(f'<{c}>' for c in classes)} }} {variable} a {fresh} ."


def target_focus(targets: Sequence[Target], dialect: Dialect) -> Focus:
    """The focus nodes that the targets declare."""
    patterns = []
    for i, target in enumerate(targets):
        fresh = f"?any{i}"
        if target.kind == "targetClass" and isinstance(target.term, NamedNode):
            patterns.append(instance_of("%this%", target.term.value, dialect, fresh))
        elif target.kind == "targetNode":
            patterns.append(f"VALUES %this% {{ {spell(target.term)} }}")
        elif target.kind == "targetSubjectsOf":
            patterns.append(f"%this% {spell(target.term)} {fresh} .")
        else:
            patterns.append(f"{fresh} {spell(target.term)} %this% .")
    return Focus(patterns[0] if len(patterns) == 1 else " UNION ".join(f"{{ {p} }}" for p in patterns))


def accepts(constraint: Constraint, variable: str, dialect: Dialect) -> str:
    """SPARQL expression that is true for a value node that meets a constraint on values alone."""
    component, parameter = constraint.component, constraint.parameter
    text = f"STR({variable})"
    if component in _ORDER and parameter is not None:
        return f"{variable} {_ORDER[component]} {spell(parameter)}"
    if component == "Class" and isinstance(parameter, NamedNode):
        return f"EXISTS {{ {instance_of(variable, parameter.value, dialect, '?anyType')} }}"
    if component == "Datatype" and isinstance(parameter, NamedNode):
        return well_formed(parameter.value, variable, widened=dialect.widened_integers)
    if component == "NodeKind" and isinstance(parameter, NamedNode):
        return _NODE_KINDS[parameter.value.removeprefix(SH)].format(variable)
    if component in {"MinLength", "MaxLength"} and isinstance(parameter, Literal):
        sign = ">=" if component == "MinLength" else "<="
        return f"!isBlank({variable}) && STRLEN({text}) {sign} {parameter.value}"
    if component == "Pattern" and isinstance(parameter, Literal):
        flags = f", {Literal(constraint.flags)}" if constraint.flags else ""
        return f"!isBlank({variable}) && REGEX({text}, {Literal(parameter.value)}{flags})"
    if component == "LanguageIn":
        ranges = (f"LANGMATCHES(LANG({variable}), {Literal(item.value)})" for item in constraint.items)
        return f'isLiteral({variable}) && LANG({variable}) != "" && ({" || ".join([*ranges, "false"])})'
    if component == "In":
        return " || ".join([*(f"sameTerm({variable}, {spell(item)})" for item in constraint.items), "false"])
    raise ValueError(f"{component} is no constraint on values alone")


def inline(constraint: Constraint, variable: str, dialect: Dialect) -> str | None:
    """Expression that is true for a value node that meets the constraint; ``None`` where it takes more than that."""
    if constraint.component in VALUE_COMPONENTS.values():
        return f"COALESCE({accepts(constraint, variable, dialect)}, false)"
    if constraint.component not in {"Node", "And", "Or", "Not"}:
        return None
    inner = [conforms(dialect.shape(node), variable, dialect) for node in constraint.shapes]
    if any(test is None for test in inner):
        return None
    joined = (" || " if constraint.component == "Or" else " && ").join(f"({test})" for test in inner)
    return f"!({joined})" if constraint.component == "Not" else f"({joined or 'true'})"


def conforms(shape: Shape, variable: str, dialect: Dialect) -> str | None:
    """Expression that is true for a node that conforms to a simple shape; ``None`` for a shape that is not simple."""
    if shape.path is not None:
        return None
    tests = [inline(constraint, variable, dialect) for constraint in shape.constraints]
    for node in shape.properties:
        inner = dialect.shape(node)
        for constraint in inner.constraints:
            tests.append(_present(inner, constraint, variable))
        tests += [None] * len(inner.properties)
    found = [test for test in tests if test is not None]
    return (" && ".join(found) or "true") if len(found) == len(tests) else None


def _present(shape: Shape, constraint: Constraint, variable: str) -> str | None:
    if shape.path is None or constraint.parameter is None:
        return None
    if constraint.component == "HasValue":
        return f"EXISTS {{ {variable} {shape.path.sparql()} {spell(constraint.parameter)} }}"
    if constraint.component == "MinCount" and constraint.parameter.value == "1":
        return f"EXISTS {{ {variable} {shape.path.sparql()} ?any }}"
    return None


def count_test(shape: Shape, constraint: Constraint) -> str | None:
    """Expression that is true for a focus node with too few or too many values; ``None`` where it takes counting."""
    if shape.path is None or constraint.parameter is None:
        return None
    component, step, bound = constraint.component, shape.path.sparql(), constraint.parameter.value
    if component == "HasValue":
        return f"NOT EXISTS {{ {THIS} {step} {spell(constraint.parameter)} }}"
    if (component, bound) == ("MinCount", "1"):
        return f"NOT EXISTS {{ {THIS} {step} ?any }}"
    if (component, bound) == ("MaxCount", "0"):
        return f"EXISTS {{ {THIS} {step} ?any }}"
    if (component, bound) == ("MaxCount", "1"):
        other = f"FILTER EXISTS {{ {THIS} {step} ?other FILTER(!sameTerm(?any, ?other)) }}"
        return f"EXISTS {{ {THIS} {step} ?any {other} }}"
    return None


def counts_query(focus: Focus, tests: Sequence[str]) -> str:
    """Several count tests in one scan; ``?c0``, ``?c1`` … say which of them a focus node breaks."""
    return f"SELECT DISTINCT {focus.names} {_flags(tests)} WHERE {{ {focus.pattern()} FILTER({' || '.join(tests)}) }}"


def _flags(tests: Sequence[str]) -> str:
    return " ".join(f"({test} AS ?c{i})" for i, test in enumerate(tests)) if len(tests) > 1 else "(true AS ?c0)"


def values(focus: Focus, path: Path | None) -> tuple[str, str]:
    """Pattern of focus and value nodes, and the variable of the value node."""
    if path is None:
        return focus.pattern(), THIS
    return f"{focus.pattern()} {THIS} {path.sparql()} {VALUE} .", VALUE


def value_query(focus: Focus, shape: Shape, tests: Sequence[str]) -> str:
    """All tests on values alone in one scan; ``?c0``, ``?c1`` … say which of them a row does not pass."""
    pattern, variable = values(focus, shape.path)
    shown = focus.names if variable == THIS else f"{focus.names} {VALUE}"
    return f"SELECT DISTINCT {shown} {_flags(_negated(tests))} WHERE {{ {pattern} FILTER({broken(tests)}) }}"


def broken(tests: Sequence[str]) -> str:
    """Expression that is true for a value that does not pass one of the *tests*."""
    return " || ".join(_negated(tests))


def _negated(tests: Sequence[str]) -> list[str]:
    return [f"!{test}" if test.startswith(("(", "COALESCE(")) else f"!({test})" for test in tests]


def focus_query(focus: Focus, shape: Shape, constraint: Constraint) -> str:
    """A constraint on the set of value nodes: counts, languages, a required value."""
    component, parameter = constraint.component, constraint.parameter
    pattern = focus.pattern()
    if shape.path is None:
        return _select(focus, f"FILTER(!sameTerm({THIS}, {spell(_given(parameter))}))")
    step = shape.path.sparql()
    if component == "HasValue":
        return _select(focus, f"FILTER NOT EXISTS {{ {THIS} {step} {spell(_given(parameter))} }}")
    if component == "UniqueLang":
        tagged = f'BIND(LCASE(LANG({VALUE})) AS ?language) FILTER(?language != "")'
        return (
            f"SELECT {focus.names} ?language WHERE {{ {pattern} {THIS} {step} {VALUE} . {tagged} }} "
            f"GROUP BY {focus.names} ?language HAVING(COUNT(DISTINCT {VALUE}) > 1)"
        )
    count = int(_given(parameter).value)
    if component == "MinCount":
        if count <= 1:
            return _select(focus, f"FILTER NOT EXISTS {{ {THIS} {step} ?any }}" if count == 1 else "FILTER(false)")
        return (
            f"SELECT {focus.names} WHERE {{ {pattern} OPTIONAL {{ {THIS} {step} {VALUE} }} }} "
            f"GROUP BY {focus.names} HAVING(COUNT(DISTINCT {VALUE}) < {count})"
        )
    if count == 0:
        return _select(focus, f"FILTER EXISTS {{ {THIS} {step} ?any }}")
    if count == 1:
        other = f"FILTER EXISTS {{ {THIS} {step} ?other FILTER(!sameTerm({VALUE}, ?other)) }}"
        return _select(focus, f"{THIS} {step} {VALUE} . {other}")
    return (
        f"SELECT {focus.names} WHERE {{ {pattern} {THIS} {step} {VALUE} }} "
        f"GROUP BY {focus.names} HAVING(COUNT(DISTINCT {VALUE}) > {count})"
    )


def pair_query(focus: Focus, shape: Shape, constraint: Constraint) -> str:
    """A constraint that compares value nodes with the values of another property."""
    pattern, variable = values(focus, shape.path)
    other = spell(_given(constraint.parameter))
    shown = f"SELECT DISTINCT {focus.names} ({variable} AS ?found)"
    if constraint.component == "Disjoint":
        return f"{shown} WHERE {{ {pattern} {THIS} {other} {variable} . }}"
    if constraint.component == "Equals":
        step = "" if shape.path is None else f"FILTER NOT EXISTS {{ {THIS} {shape.path.sparql()} ?found }}"
        back = f"FILTER(!sameTerm({THIS}, ?found))" if shape.path is None else step
        forth = f"{pattern} FILTER NOT EXISTS {{ {THIS} {other} {variable} }} BIND({variable} AS ?found)"
        return (
            f"SELECT DISTINCT {focus.names} ?found WHERE {{ {{ {forth} }} "
            f"UNION {{ {focus.pattern()} {THIS} {other} ?found . {back} }} }}"
        )
    sign = "<" if constraint.component == "LessThan" else "<="
    test = f"FILTER(!COALESCE({variable} {sign} ?other, false))"
    return f"{shown} ?other WHERE {{ {pattern} {THIS} {other} ?other . {test} }}"


def closed_query(focus: Focus, constraint: Constraint, shape: Shape) -> str:
    """Properties that a closed shape does not list; ``?predicate`` is the one found."""
    pattern, variable = values(focus, shape.path)
    listed = [f"!sameTerm(?predicate, {spell(item)})" for item in constraint.items]
    test = f"FILTER({' && '.join(listed)})" if listed else ""
    return (
        f"SELECT DISTINCT {focus.names} ?predicate ?found WHERE {{ {pattern} {variable} ?predicate ?found . {test} }}"
    )


def names_query(class_iri: str, dialect: Dialect) -> str:
    """Every member of a class (``?this``) with each of its names (``?found``)."""
    members = instance_of(THIS, class_iri, dialect, "?anyType")
    return f"SELECT DISTINCT {THIS} ?found WHERE {{ {members} {THIS} <{PREFIXES['rdfs']}label> ?found . }}"


def member_query(focus: Focus, shape: Shape) -> str:
    """Every focus node with each of its value nodes."""
    pattern, variable = values(focus, shape.path)
    return f"SELECT DISTINCT {focus.names} ({variable} AS ?found) WHERE {{ {pattern} }}"


def all_values(path: Path) -> str:
    """Pattern of every node with each of its values of *path*, whatever class it is of."""
    return f"{THIS} {path.sparql()} {VALUE}"


def size_query(pattern: str) -> str:
    """How many solutions (``?size``) *pattern* has."""
    return f"SELECT (COUNT(*) AS ?size) WHERE {{ {pattern} }}"


def several_query(path: Path) -> str:
    """Every node with more than one value of *path*."""
    return f"SELECT {THIS} WHERE {{ {all_values(path)} }} GROUP BY {THIS} HAVING(COUNT(DISTINCT {VALUE}) > 1)"


def some_values_query(path: Path, most: int) -> str:
    """At most *most* different values of *path*."""
    return f"SELECT DISTINCT {VALUE} WHERE {{ {all_values(path)} }} LIMIT {most}"


def breaking_query(path: Path, listed: str | None, broken: str) -> str:
    """The values, those *listed* or else all of *path*, for which the expression *broken* is true."""
    values = listed or f"{{ SELECT DISTINCT {VALUE} WHERE {{ {all_values(path)} }} }}"
    return f"SELECT {VALUE} WHERE {{ {values} FILTER({broken}) }}"


def outside_query(path: Path, members: str) -> str:
    """The values of *path* that the pattern *members* does not bind, by taking away all that it does."""
    return (
        f"SELECT {VALUE} WHERE {{ {{ SELECT DISTINCT {VALUE} WHERE {{ {all_values(path)} }} }} MINUS {{ {members} }} }}"
    )


def missing_query(focus: Focus, path: Path) -> str:
    """The focus nodes without a value of *path*, by taking away all that have one."""
    return f"SELECT DISTINCT {THIS} WHERE {{ {focus.pattern()} MINUS {{ {THIS} {path.sparql()} ?any }} }}"


def types_query(nodes: Sequence[Node]) -> str:
    """The types of *nodes*."""
    return f"SELECT DISTINCT {THIS} ?type WHERE {{ {listed(THIS, nodes)} {THIS} a ?type }}"


def referring_query(nodes: Sequence[Node]) -> str:
    """Every node that refers to one of *nodes* (``?node``), and the ``?property`` it does so by."""
    return f"SELECT DISTINCT {THIS} ?property ?node WHERE {{ {listed('?node', nodes)} {THIS} ?property ?node }}"


def leading_query(ways: Sequence[Path], nodes: Sequence[Node]) -> str:
    """Every node from which one of *ways* leads to one of *nodes*."""
    reached = " UNION ".join(f"{{ {THIS} {way.sparql()} ?node }}" for way in ways)
    return f"SELECT DISTINCT {THIS} WHERE {{ {listed('?node', nodes)} {reached} }}"


def held_query(nodes: Sequence[Node]) -> str:
    """How many values (``?count``) each of *nodes* has of each ``?property``."""
    counted = f"SELECT {THIS} ?property (COUNT(DISTINCT ?any) AS ?count)"
    return f"{counted} WHERE {{ {listed(THIS, nodes)} {THIS} ?property ?any }} GROUP BY {THIS} ?property"


def having_query(nodes: Sequence[Node], wanted: str) -> str:
    """Those of *nodes* that have the predicate and object *wanted*."""
    return f"SELECT DISTINCT {THIS} WHERE {{ {listed(THIS, nodes)} {THIS} {wanted} }}"


def joined_query(variable: str, nodes: Sequence[Node], way: str) -> str:
    """The focus nodes that the patterns *way* lead to from *nodes*, which *variable* stands for."""
    return f"SELECT DISTINCT {THIS} {variable} WHERE {{ {listed(variable, nodes)} {way} }}"


def listed(variable: str, nodes: Sequence[Node]) -> str:
    """The pattern that binds *variable* to each of *nodes*."""
    return f"VALUES {variable} {{ {' '.join(map(str, nodes))} }}"


def _select(focus: Focus, rest: str) -> str:
    return f"SELECT DISTINCT {focus.names} WHERE {{ {focus.pattern()} {rest} }}"


def _given(parameter: Node | None) -> Node:
    return NamedNode(RDF + "nil") if parameter is None else parameter
