"""The outcome of a validation, for programs, for readers and as a W3C validation report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from biokg.shapes.paths import Path
from biokg.shapes.vocabulary import RDF, SH, XSD, Term, display, shorten
from biokg.terms import PREFIXES

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Result:
    """One validation result.

    ``severity`` is ``Violation``, ``Warning``, ``Info`` or the full IRI of another severity; ``component`` is the
    full IRI of the constraint component; ``shape`` the node of the source shape (a blank node where it has no name).
    """

    focus: Term
    path: Path | None
    value: Term | None
    shape: Term
    component: str
    severity: str
    message: str

    def __str__(self) -> str:
        where = f" {self.path}" if self.path else ""
        value = "" if self.value is None or self.value == self.focus else f" = {display(self.value)}"
        return f"{display(self.focus)}{where}{value}: {self.message}"


@dataclass(frozen=True)
class Delegated:
    """A shape that was not compiled and was given to pyshacl, and why."""

    shape: str
    reason: str


@dataclass(frozen=True)
class ValidationReport:
    """All results of a validation.

    ``conforms`` is true when there is no result of severity Violation; ``clean`` when there is no result at all
    (this is what ``sh:conforms`` says in the W3C report). ``delegated`` names the shapes that pyshacl judged.
    """

    results: tuple[Result, ...]
    delegated: tuple[Delegated, ...] = ()

    @property
    def conforms(self) -> bool:
        """No result has severity Violation."""
        return not self.of("Violation")

    @property
    def clean(self) -> bool:
        """There is no result of any severity."""
        return not self.results

    def of(self, severity: str) -> tuple[Result, ...]:
        """The results of one severity."""
        return tuple(result for result in self.results if result.severity == severity)

    def text(self, *, limit: int = 20, where: Callable[[Term], str] | None = None) -> str:
        """The results grouped by shape and message, at most *limit* focus nodes of each group written out.

        *where* says in which file and line a node stands, or nothing.
        """
        counts = ", ".join(f"{len(self.of(s))} {s.lower()}(s)" for s in SEVERITIES)
        lines = [f"{'The data conforms' if self.conforms else 'The data does not conform'}: {counts}."]
        groups: dict[tuple[str, str, str], list[Result]] = defaultdict(list)
        for result in self.results:
            groups[result.severity, display(result.shape), result.message].append(result)
        for severity, shape, message in sorted(groups, key=_worst_first):
            found = groups[severity, shape, message]
            places = {_place(result): result.focus for result in found}
            lines.append(f"\n{severity} {shape} ({len(places)}): {message}")
            lines += [f"  {place}{_line(focus, where)}" for place, focus in islice(places.items(), limit)]
            if len(places) > limit:
                lines.append(f"  … and {len(places) - limit} more")
        lines += [f"\nJudged by pyshacl: {d.shape} ({d.reason})" for d in self.delegated]
        return "\n".join(lines)

    def to_graph(self) -> list[Triple]:
        """The report in the W3C vocabulary."""
        report = BlankNode()
        clean = Literal("true" if self.clean else "false", datatype=NamedNode(XSD + "boolean"))
        triples = [_typed(report, "ValidationReport"), Triple(report, NamedNode(SH + "conforms"), clean)]
        for result in self.results:
            node, more = _describe(result)
            triples += [Triple(report, NamedNode(SH + "result"), node), *more]
        return triples

    def turtle(self) -> str:
        """The W3C report as Turtle."""
        prefixes = {p: PREFIXES[p] for p in ("sh", "xsd", "rdf", "bkg", "bks", "bki", "bksh")}
        written = serialize(self.to_graph(), format=RdfFormat.TURTLE, prefixes=prefixes)
        return (written or b"").decode()


def _worst_first(group: tuple[str, str, str]) -> tuple[int, str, str]:
    severity, shape, message = group
    return (SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES), shape, message)


def _line(focus: Term, where: Callable[[Term], str] | None) -> str:
    line = where(focus) if where else ""
    return f"  ({line})" if line else ""


def _place(result: Result) -> str:
    path = f"  {result.path}" if result.path else ""
    value = "" if result.value is None or result.value == result.focus else f"  {display(result.value)}"
    return f"{display(result.focus)}{path}{value}"


def _typed(node: BlankNode, name: str) -> Triple:
    return Triple(node, NamedNode(RDF + "type"), NamedNode(SH + name))


def _describe(result: Result) -> tuple[BlankNode, list[Triple]]:
    node = BlankNode()
    severity = SH + result.severity if result.severity in SEVERITIES else result.severity
    named: list[tuple[str, Term]] = [
        ("focusNode", result.focus),
        ("sourceShape", result.shape),
        ("sourceConstraintComponent", NamedNode(result.component)),
        ("resultSeverity", NamedNode(severity)),
        ("resultMessage", Literal(result.message)),
    ]
    triples = [_typed(node, "ValidationResult")]
    if result.path is not None:
        path, more = result.path.triples()
        named.append(("resultPath", path))
        triples += more
    if result.value is not None:
        named.append(("value", result.value))
    return node, triples + [Triple(node, NamedNode(SH + name), term) for name, term in named]


def default_message(component: str, parameter: object) -> str:
    """A plain message for a constraint whose shape gives none."""
    name = component.removeprefix(SH).removesuffix("ConstraintComponent")
    return f"the constraint sh:{name[0].lower()}{name[1:]} is not met ({display(parameter)})"


__all__ = ["Delegated", "Result", "ValidationReport", "default_message", "shorten"]
