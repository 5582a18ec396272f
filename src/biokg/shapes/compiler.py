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
from biokg.shapes.model import Constraint, Shape, Target
from biokg.shapes.paths import Path
from biokg.shapes.vocabulary import RDF, SH
from biokg.terms import PREFIXES

THIS, VALUE = "?this", "?value"
LEGAL_FORM = "[ .,]+(nv|sa|s[.]a[.]|bv|bvba|sprl|srl|inc|ltd|plc|gmbh|ag|se|llc|corp|co)[.]?$"
PUNCTUATION = "[ .,;:!?()/&+_-]"
"""What is left out of a name before names are compared, as ontology/shapes/core.ttl says it."""
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
        return self if path is None else replace(self, steps=(*self.steps, path))


@dataclass(frozen=True)
class Dialect:
    """What the compiler must know about the store and the data: subclasses, and how integers are kept."""

    subclasses: Callable[[str], tuple[str, ...]]
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


def values(focus: Focus, path: Path | None) -> tuple[str, str]:
    """Pattern of focus and value nodes, and the variable of the value node."""
    if path is None:
        return focus.pattern(), THIS
    return f"{focus.pattern()} {THIS} {path.sparql()} {VALUE} .", VALUE


def value_query(focus: Focus, shape: Shape, constraints: Sequence[Constraint], dialect: Dialect) -> str:
    """All constraints on values alone in one scan; ``?c0``, ``?c1`` … say which of them a row breaks."""
    pattern, variable = values(focus, shape.path)
    broken = [f"!COALESCE({accepts(c, variable, dialect)}, false)" for c in constraints]
    flags = " ".join(f"({test} AS ?c{i})" for i, test in enumerate(broken)) if len(broken) > 1 else "(true AS ?c0)"
    shown = focus.names if variable == THIS else f"{focus.names} {VALUE}"
    return f"SELECT DISTINCT {shown} {flags} WHERE {{ {pattern} FILTER({' || '.join(broken)}) }}"


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


def unique_query(focus: Focus, shape: Shape, constraint: Constraint, dialect: Dialect) -> str:
    """Names (``?found``) that another member of the class has too, case, punctuation and legal form left out."""
    pattern, variable = values(focus, shape.path)
    members = instance_of("?member", _given(constraint.parameter).value, dialect, "?anyType")
    mine = f"{{ {pattern} BIND({variable} AS ?found) BIND({_name_key('?found')} AS ?key) }}"
    others = f"{{ {members} ?member <{PREFIXES['rdfs']}label> ?name . BIND({_name_key('?name')} AS ?key) }}"
    return f"SELECT DISTINCT {focus.names} ?found WHERE {{ {mine} {others} FILTER(!sameTerm({THIS}, ?member)) }}"


def _name_key(variable: str) -> str:
    return f'REPLACE(REPLACE(LCASE(STR({variable})), "{LEGAL_FORM}", ""), "{PUNCTUATION}", "")'


def member_query(focus: Focus, shape: Shape) -> str:
    """Every focus node with each of its value nodes."""
    pattern, variable = values(focus, shape.path)
    return f"SELECT DISTINCT {focus.names} ({variable} AS ?found) WHERE {{ {pattern} }}"


def _select(focus: Focus, rest: str) -> str:
    return f"SELECT DISTINCT {focus.names} WHERE {{ {focus.pattern()} {rest} }}"


def _given(parameter: Node | None) -> Node:
    return NamedNode(RDF + "nil") if parameter is None else parameter
