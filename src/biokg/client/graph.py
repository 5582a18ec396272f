"""The client for notebooks: ask a graph in this process or a running service, and get pandas frames.

>>> import biokg
>>> graph = biokg.open()                         # the project's own tables, built if they changed
>>> graph = biokg.connect("http://127.0.0.1:8000")   # doctest: +SKIP
>>> graph.query("h2-large-pharma-share", view="to-2016").shape[1]
3
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biokg.client.frames import typed_frame
from biokg.errors import NotFound, RemoteEngineError, UsageError
from biokg.terms import asserted

if TYPE_CHECKING:
    import pandas as pd

    from biokg.client.assessed import Assessed
    from biokg.queries.header import CannedQuery
    from biokg.store.base import Store

HYPOTHESES = ("H1", "H2", "H3", "H4")
TIMEOUT = 120.0
"""Seconds that a request to a service may take."""


class Graph:
    """One version of the graph and the questions it answers.

    Every method raises :class:`~biokg.errors.UsageError` for what does not exist or has the wrong form, and
    :class:`~biokg.errors.BioKGError` for everything else that can go wrong; each says how to mend it.
    """

    def __init__(self, store: Store, version: str, address: str | None = None) -> None:
        self._store = store
        self.version = version
        self.address = address

    def query(self, name: str, view: str = "all", **parameters: Any) -> pd.DataFrame:
        """The answer of a canned query over the layers of *view* (``dissertation``, ``to-2016``, ``all``)."""
        from biokg.queries import run

        table = run(self._store, name, parameters, view)
        return typed_frame(table.variables, table.rows)

    def queries(self) -> pd.DataFrame:
        """The canned queries: name, hypothesis, role, question and parameters."""
        import pandas as pd

        from biokg.queries import catalogue

        return pd.DataFrame([_described(query) for query in catalogue().values()]).set_index("name").sort_index()

    def sparql(self, text: str, view: str | None = None, *, inferred: bool = True) -> pd.DataFrame | bool:
        """The answer of a SPARQL query: a frame, for ASK true or false; triples are a frame of three columns.

        Well-known prefixes need no declaration. Without *view* the query reads every graph; without *inferred*
        only what the sources state, not what follows from it.
        """
        from biokg.errors import QuerySyntaxError
        from biokg.queries.run import find_view
        from biokg.sparql.faults import explained
        from biokg.sparql.guard import Guard, check_query
        from biokg.sparql.prefixes import with_prefixes

        form = check_query(text, Guard()).form
        declared = with_prefixes(text)
        graphs: Sequence[str] | None = find_view(view).graphs if view else None
        if not inferred:
            graphs = asserted(graphs or sorted(self._store.graphs()))
        try:
            return self._answer(form, declared, graphs)
        except QuerySyntaxError as error:
            raise explained(error, text, declared) from None

    def _answer(self, form: str, text: str, graphs: Sequence[str] | None) -> pd.DataFrame | bool:
        if form == "ASK":
            return self._store.ask(text, default_graphs=graphs)
        if form == "SELECT":
            found = self._store.select(text, default_graphs=graphs)
            return typed_frame(found.variables, found.rows)
        triples = self._store.construct(text, default_graphs=graphs)
        return typed_frame(("subject", "predicate", "object"), ((t.subject, t.predicate, t.object) for t in triples))

    def hypothesis(self, name: str, views: Iterable[str] = ("dissertation", "to-2016", "all")) -> Assessed:
        """The assessment of H1, H2, H3 or H4, computed from the graph; shows itself in a notebook."""
        from biokg.client.assessed import Assessed
        from biokg.queries.run import find_view

        wanted = name.upper()
        if wanted not in HYPOTHESES:
            raise UsageError(f"there is no hypothesis {name!r}", fix=f"one of: {', '.join(HYPOTHESES)}")
        chosen = tuple(find_view(view).name for view in views)
        document = self._assessment(wanted, chosen)
        return Assessed({**document, "views": [view for view in document["views"] if view["view"] in chosen]})

    def _assessment(self, name: str, views: tuple[str, ...]) -> dict[str, Any]:
        if self.address is not None:
            found: dict[str, Any] = json.loads(_fetched(f"{self.address}/hypotheses/{name}.json"))
            return found
        from biokg.hypotheses import assess

        (found_here,) = assess(self._store, views, hypotheses=(name.lower(),), graph_version=self.version)
        return found_here.to_dict()

    def close(self) -> None:
        """Let go of the graph."""
        self._store.close()

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        where = f"at {self.address}, " if self.address else ""
        return f"<BioKG graph {where}version {self.version[:12]}>"


def _described(query: CannedQuery) -> dict[str, str]:
    given = ", ".join(parameter.name for parameter in query.parameters)
    about = query.sub_claim or query.hypothesis
    return {"name": query.name, "about": about, "role": query.role, "question": query.question, "parameters": given}


def open_graph(data_dir: str | Path | None = None, state_dir: str | Path | None = None) -> Graph:
    """The graph of the tables in *data_dir* (default: the project's own), built first if they changed.

    Raises :class:`~biokg.errors.DataError` for a bad cell and :class:`~biokg.errors.ValidationFailed` for a broken
    shape when there is no earlier version; where there is one, it is used and a warning says why.
    """
    import warnings

    from biokg.knowledge.build import open_published, publish
    from biokg.settings import load_settings

    folders = {"data_dir": data_dir, "state_dir": state_dir}
    publication = publish(load_settings({name: str(value) for name, value in folders.items() if value is not None}))
    if publication.problem:
        warnings.warn(f"the last good graph is used: {publication.problem}", stacklevel=3)
    return Graph(open_published(publication), publication.version)


def connect(address: str) -> Graph:
    """The graph of the service at *address*, for instance ``http://127.0.0.1:8000``.

    Raises :class:`~biokg.errors.RemoteEngineError` when no BioKG service answers there.
    """
    from biokg.store.remote import RemoteStore

    address = address.rstrip("/")
    _require_http(address)
    store = RemoteStore(f"{address}/sparql", timeout=TIMEOUT)
    state = json.loads(_fetched(f"{address}/health/ready"))
    return Graph(store, str(state.get("version", "")), address)


def _require_http(address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise UsageError(f"{address!r} is no http(s) address", fix="for instance http://127.0.0.1:8000")


def _fetched(address: str) -> bytes:
    _require_http(address)
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as error:
        kind = NotFound if error.code == 404 else RemoteEngineError
        raise kind(f"{address} answered {error.code}", fix="is this the address of a BioKG service?") from None
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise RemoteEngineError(
            f"{address}: {reason}", fix="start it with `biokg serve`, or mend the address"
        ) from None
