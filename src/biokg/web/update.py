"""``/update``: SPARQL 1.1 Protocol, update operation."""

from __future__ import annotations

from flask import Blueprint, Response, request

from biokg.errors import UsageError
from biokg.execution.writes import Write
from biokg.sparql.dataset import with_using
from biokg.sparql.guard import Guard, check_update
from biokg.sparql.load import without_load
from biokg.sparql.silent import without_silent_services
from biokg.web.access import require_token
from biokg.web.protocol import UPDATE, require_iris
from biokg.web.service import service
from biokg.web.sparql import operation

blueprint = Blueprint("update", __name__)


@blueprint.post("/update")
def update() -> Response:
    """Do an update: all of its operations, or none. 204, with the new version in a header."""
    require_token()
    held = service()
    asked = operation("update", UPDATE, held.settings.max_upload_bytes)
    if asked is None:
        raise UsageError("there is no update", fix="send update=…, or a body of type application/sparql-update")
    text = without_silent_services(asked.text)
    check_update(text, Guard(held.settings.max_upload_bytes, held.settings.max_query_depth, max_chain=None))
    default, named = asked.all("using-graph-uri"), asked.all("using-named-graph-uri")
    require_iris((*default, *named))
    unloaded = without_load(with_using(text, default, named))
    operation_name = "refuse" if unloaded.refused else "update"
    done = held.pool.write(Write(operation_name, unloaded.text, base=request.base_url))
    response = Response(status=204, headers={"X-BioKG-Version": done["version"]})
    response.headers.remove("Content-Type")
    return response
