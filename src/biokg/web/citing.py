"""How to cite a page of the graph: APA, BibTeX and CSL-JSON, with the version and the permanent address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Response

from biokg.terms import slug
from biokg.web.asking import labels
from biokg.web.links import words
from biokg.web.rendering import TITLE, finish
from biokg.web.service import service

SUFFIXES = {"bib": "application/x-bibtex", "csl": "application/vnd.citationstyles.csl+json"}
AUTHOR = "BioKG engineers"


@dataclass(frozen=True)
class Citation:
    """One way of citing in three styles."""

    apa: str
    bibtex: str
    csl: str


def citation(iri: str, label: str) -> Citation:
    """The citation of the page of *iri*; the version stands where a year would be vague."""
    version = service().version[:12]
    title = f"{label}. In {TITLE}"
    item: dict[str, Any] = {
        "id": f"biokg-{slug(iri.rsplit('/', 1)[-1]) or 'graph'}",
        "type": "dataset",
        "title": label,
        "container-title": TITLE,
        "author": [{"literal": AUTHOR}],
        "version": version,
        "URL": iri,
    }
    fields = {"author": "{" + AUTHOR + "}", "title": title, "version": version, "url": iri}
    body = ",\n".join(f"  {key} = {{{_bibtex(value)}}}" for key, value in fields.items())
    return Citation(
        apa=f"{AUTHOR}. (n.d.). {label}. In {TITLE} (version {version}) [Data set]. {iri}",
        bibtex=f"@misc{{{item['id']},\n{body}\n}}\n",
        csl=json.dumps([item], ensure_ascii=False, indent=2) + "\n",
    )


def response(iri: str, suffix: str) -> Response:
    """The citation of *iri* as a file."""
    made = citation(iri, labels([iri]).get(iri) or words(iri))
    return finish(made.bibtex if suffix == "bib" else made.csl, SUFFIXES[suffix])


def _bibtex(text: str) -> str:
    special = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$"}
    if text.startswith(("http://", "https://", "{")):
        return text
    return "".join(special.get(c, c) for c in text.replace("{", "(").replace("}", ")"))
