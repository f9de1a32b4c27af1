"""The operations of the API that this package calls. A test compares them with the API's OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """Method, path with `{name}` for its parameters, and the names of what a request may carry."""

    method: str
    path: str
    query: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    paged: bool = False
    """The answer is an array in pages: `Link` has the next one."""


OPERATIONS: dict[str, Operation] = {
    "createJob": Operation(
        "POST",
        "/backfill",
        query=frozenset({"dry_run"}),
        body=frozenset({"source", "symbols", "from", "to", "timeframe"}),
        headers=frozenset({"Idempotency-Key"}),
    ),
    "getJob": Operation("GET", "/backfill/jobs/{id}"),
    "cancelJob": Operation("DELETE", "/backfill/jobs/{id}"),
    "report": Operation("GET", "/backfill/report", query=frozenset({"source", "symbol", "limit", "cursor"}), paged=True),
    "coverage": Operation(
        "GET",
        "/backfill/coverage",
        query=frozenset({"source", "symbol", "timeframe", "from", "to", "bucket"}),
    ),
    "universe": Operation(
        "GET",
        "/universe",
        query=frozenset({"at", "venue", "contract", "quote", "base", "symbol"}),
    ),
    "listSources": Operation("GET", "/backfill/sources"),
    "listTables": Operation("GET", "/data"),
    "rows": Operation(
        "GET",
        "/data/{table}",
        query=frozenset({"source", "symbol", "timeframe", "from", "to", "every", "columns", "format", "as_of"}),
    ),
    "health": Operation("GET", "/healthz"),
}
