"""An assessment as RDF: PROV activities that name the graph version, query hashes, settings and software.

The same assessments give the same bytes: no clock, no blank node, sorted lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from biokg import __version__
from biokg.hypotheses.counting import Outcome
from biokg.queries import find
from biokg.terms import ASSESSMENT_GRAPH, PREFIXES, RDF_TYPE, RDFS_LABEL, concept, entity, term

if TYPE_CHECKING:
    from biokg.hypotheses.assessment import HypothesisAssessment, SubClaimAssessment, ViewAssessment
    from biokg.hypotheses.criteria import CriterionAssessment
    from biokg.hypotheses.evidence import EvidenceLine
    from biokg.hypotheses.verdict import Decision

_PROV, _EARL, _XSD, _CITO = (PREFIXES[name] for name in ("prov", "earl", "xsd", "cito"))
_EARL_OUTCOME = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.CANT_TELL: "cantTell",
    Outcome.UNTESTED: "untested",
}
_GRAPH = NamedNode(ASSESSMENT_GRAPH)


def _typed(value: str, kind: str) -> Literal:
    return Literal(value, datatype=NamedNode(_XSD + kind))


class _Writer:
    """Quads of one subject after another, all in the assessment graph."""

    def __init__(self) -> None:
        self.quads: set[Quad] = set()

    def add(self, subject: str, predicate: str, value: str | Literal) -> None:
        target = NamedNode(value) if isinstance(value, str) else value
        self.quads.add(Quad(NamedNode(subject), NamedNode(predicate), target, _GRAPH))

    def number(self, subject: str, name: str, value: int) -> None:
        self.add(subject, term(name), _typed(str(value), "integer"))

    def share(self, subject: str, name: str, value: float | None) -> None:
        if value is not None:
            self.add(subject, term(name), _typed(f"{value:.6f}", "decimal"))

    def text(self, subject: str, predicate: str, value: str) -> None:
        self.add(subject, predicate, Literal(value))


def _base(assessment: HypothesisAssessment, view: str) -> str:
    version = (assessment.graph_version or "unversioned")[:16]
    return entity("assessment", version, assessment.definitions.version[:16], view)


def _activity(out: _Writer, assessment: HypothesisAssessment, view: ViewAssessment) -> str:
    """The activity of one hypothesis in one view, with everything that it used."""
    activity = f"{_base(assessment, view.view)}/{assessment.id}/activity"
    out.add(activity, RDF_TYPE, _PROV + "Activity")
    dataset = entity("dataset", assessment.graph_version or "unversioned")
    out.add(dataset, RDF_TYPE, _PROV + "Entity")
    out.text(dataset, term("version"), assessment.graph_version)
    settings = entity("definitions", assessment.definitions.version)
    out.add(settings, RDF_TYPE, _PROV + "Entity")
    out.text(settings, term("version"), assessment.definitions.version)
    software = entity("software", f"biokg-{__version__}")
    out.add(software, RDF_TYPE, _PROV + "SoftwareAgent")
    out.text(software, RDFS_LABEL, f"biokg {__version__}")
    out.add(activity, _PROV + "used", dataset)
    out.add(activity, _PROV + "used", settings)
    out.add(activity, _PROV + "wasAssociatedWith", software)
    out.text(activity, term("view"), view.view)
    for name in sorted(_queries(view)):
        canned = find(name)
        used = entity("query", name, canned.sha256[:16])
        out.add(used, RDF_TYPE, _PROV + "Entity")
        out.add(used, _PROV + "specializationOf", canned.iri)
        out.text(used, term("sha256"), canned.sha256)
        out.add(activity, _PROV + "used", used)
    return activity


def _queries(view: ViewAssessment) -> set[str]:
    definitions = view.answers.definitions
    found = {"evidence-lines", "statement-sources", "author-verdicts"}
    for part in view.sub_claims:
        for item in part.criteria:
            criterion = item.criterion
            found |= {criterion.query, criterion.counter_query}
            found.add(definitions.populations[criterion.populations[0]].query)
            found |= {criterion.exposure_query} if criterion.exposure_query else set()
    return found


def _assessment(out: _Writer, node: str, about: str, decision: Decision, *, view: str, activity: str) -> None:
    out.add(node, RDF_TYPE, term("Assessment"))
    out.add(node, RDF_TYPE, _PROV + "Entity")
    out.add(node, term("about"), about)
    out.add(node, term("verdict"), concept("verdict", decision.verdict.value))
    out.text(node, term("basis"), decision.why)
    out.text(node, term("view"), view)
    out.add(node, _PROV + "wasGeneratedBy", activity)


def _criterion(out: _Writer, base: str, found: CriterionAssessment, activity: str) -> str:
    criterion, count = found.criterion, found.tally
    node = f"{base}/{criterion.id}"
    out.add(node, RDF_TYPE, _EARL + "Assertion")
    out.add(node, _EARL + "test", entity("criterion", criterion.id))
    out.add(node, _EARL + "result", f"{node}/result")
    out.add(node, _PROV + "wasGeneratedBy", activity)
    result = f"{node}/result"
    out.add(result, RDF_TYPE, _EARL + "TestResult")
    out.add(result, _EARL + "outcome", _EARL + _EARL_OUTCOME[found.outcome])
    out.add(result, term("populationChoice"), entity("population", criterion.populations[0]))
    out.add(result, term("rule"), entity("rule", criterion.rules[0]))
    out.add(result, term("threshold"), _typed(f"{criterion.threshold:g}", "decimal"))
    out.text(result, term("basis"), found.why)
    numbers = {"memberCount": count.n, "knownYes": count.yes, "knownNo": count.no, "unknownCount": count.unknown}
    for name, value in numbers.items():
        out.number(result, name, value)
    out.share(result, "certainShare", found.low)
    out.share(result, "possibleShare", found.high)
    out.share(result, "coverage", count.coverage)
    return node


def _evidence(out: _Writer, base: str, line: EvidenceLine) -> str:
    node = f"{base}/evidence/{line.id}"
    out.add(node, RDF_TYPE, term("WeighedEvidence"))
    out.add(node, term("evidenceLine"), line.iri)
    out.add(node, term("stance"), concept("stance", line.stance))
    out.text(node, term("weight"), line.weight)
    out.number(node, "points", line.points)
    for other in line.disputed_by:
        out.add(line.iri, _CITO + "isDisputedBy", other)
    for other in line.answered_by:
        out.add(node, term("answeredBy"), other)
    return node


def _sub_claim(out: _Writer, base: str, part: SubClaimAssessment, view: str, activity: str) -> str:
    node = f"{base}/{part.claim.id}"
    _assessment(out, node, entity("sub-claim", part.claim.id), part.decision, view=view, activity=activity)
    for item in part.criteria:
        out.add(node, _PROV + "wasDerivedFrom", _criterion(out, base, item, activity))
    for line in part.evidence:
        out.add(node, term("usesEvidence"), _evidence(out, node, line))
    return node


def assessment_quads(assessments: Sequence[HypothesisAssessment]) -> Iterator[Quad]:
    """The quads of the assessments, in the assessment graph, in a fixed order."""
    out = _Writer()
    for assessment in assessments:
        for view in assessment.views:
            activity = _activity(out, assessment, view)
            base = f"{_base(assessment, view.view)}/{assessment.id}"
            _assessment(out, base, assessment.iri, view.decision, view=view.view, activity=activity)
            for part in view.sub_claims:
                out.add(base, _PROV + "wasDerivedFrom", _sub_claim(out, base, part, view.view, activity))
    return iter(sorted(out.quads, key=str))


def to_nquads(assessments: Sequence[HypothesisAssessment]) -> bytes:
    """The assessments as N-Quads; two runs on one version give the same bytes."""
    return "".join(f"{quad} .\n" for quad in assessment_quads(assessments)).encode()
