"""Canned queries: one ``.rq`` file each, with a strict header, typed parameters and a total order.

>>> from biokg.queries import catalogue
>>> "firm-register" in catalogue()
True
"""

from biokg.queries.binding import bind, effective
from biokg.queries.catalogue import catalogue, find
from biokg.queries.header import CannedQuery, Parameter, parse_query
from biokg.queries.run import run
from biokg.queries.table import Table

__all__ = ["CannedQuery", "Parameter", "Table", "bind", "catalogue", "effective", "find", "parse_query", "run"]
