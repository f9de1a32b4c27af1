"""HTTP with the standard library: one request, its answer, and what the API says when it refuses."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .errors import GordonError, Refused, Unreachable
from .operations import OPERATIONS

_OWN_HOST = "http://127.0.0.1:8081"
_BUSY = (429, 503)
"""The same request may succeed later: the API is busy."""
_REDIRECTS = (302, 303, 307)
_BLOCK = 2**18
_NEXT = re.compile(r'<(?:https?://[^/>]+)?([^>]*)>\s*;\s*rel="?next"?')


class _NoRedirects(HTTPRedirectHandler):
    """Redirects are followed by hand: credentials must not go to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = build_opener(_NoRedirects)


def blocks_of(response: HTTPResponse) -> Iterator[bytes]:
    """The body in blocks. Raises IncompleteRead where it ends before its declared length: `read` would take that for its end."""
    while block := response.read(_BLOCK):
        yield block
    if response.length:
        raise IncompleteRead(b"", response.length)


def lines_of(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of a text in blocks, without their ends."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    if rest:
        yield rest


class Transport:
    """Sends the operations of one API."""

    def __init__(self, url: str | None, token: str | None, api_key: str | None, patience: float) -> None:
        self.url = (url or os.environ.get("GORDON_API_URL") or _OWN_HOST).rstrip("/")
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise GordonError("bad-url", f'"{self.url}" is not a URL.', f"Write it as {_OWN_HOST}.")
        token = token or os.environ.get("GORDON_API_TOKEN")
        api_key = api_key or os.environ.get("GORDON_API_KEY")
        self._credentials = {
            **({"Authorization": f"Bearer {token}"} if token else {}),
            **({"x-api-key": api_key} if api_key else {}),
        }
        self._patience = patience

    def call(
        self,
        operation: str,
        *,
        params: Mapping[str, str] = {},
        query: Mapping[str, str | None] = {},
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] = {},
    ) -> Any:
        """The parsed JSON of an answer, of one in pages all of them. Raises Refused or Unreachable."""
        request = self._request(operation, params, query, body, headers)
        answer, following = self._page(request)
        while OPERATIONS[operation].paged and following:
            page, following = self._page(Request(self.url + following, headers=self._credentials))
            answer = [*answer, *page]
        return answer

    def _page(self, request: Request) -> tuple[Any, str | None]:
        """The parsed JSON of an answer, and the path of the page after it."""
        with self._opened(request) as response:
            answer = self._parse(b"".join(blocks_of(response)))
            link = _NEXT.search(response.headers.get("Link") or "")
            return answer, link[1] if link else None

    @contextmanager
    def open(
        self,
        operation: str,
        *,
        params: Mapping[str, str] = {},
        query: Mapping[str, str | None] = {},
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] = {},
    ) -> Iterator[Iterator[bytes]]:
        """The answer in blocks, as they arrive. Raises Refused or Unreachable; also when the stream ends early."""
        with self._opened(self._request(operation, params, query, body, headers)) as response:
            yield blocks_of(response)

    def _request(
        self,
        operation: str,
        params: Mapping[str, str],
        query: Mapping[str, str | None],
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> Request:
        known = OPERATIONS[operation]
        given = {name: value for name, value in query.items() if value is not None}
        for names, allowed in ((given, known.query), (body or {}, known.body), (headers, known.headers)):
            unknown = set(names) - allowed
            assert not unknown, f"{operation} takes no {unknown}"
        path = known.path.format(**{name: quote(value, safe="") for name, value in params.items()})
        target = self.url + path + (f"?{urlencode(given)}" if given else "")
        return Request(
            target,
            method=known.method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                **self._credentials,
                **({"Content-Type": "application/json"} if body is not None else {}),
                **headers,
            },
        )

    @contextmanager
    def _opened(self, request: Request) -> Iterator[HTTPResponse]:
        response = self._send(request)
        try:
            with response:
                yield response
        except (HTTPException, TimeoutError, ConnectionError) as error:
            raise self._unreachable(f"the answer ended early: {error}") from error

    def _send(self, request: Request) -> HTTPResponse:
        deadline = time.monotonic() + self._patience
        while True:
            status, response = self._attempt(request)
            if status in _REDIRECTS:
                target = urljoin(request.full_url, response.headers["Location"])
                same = urlsplit(target).netloc == urlsplit(self.url).netloc
                request = Request(target, headers=self._credentials if same else {})
                response.close()
                continue
            pause = float(response.headers.get("Retry-After") or 0)
            # The API itself gives up a file that it cannot make. A job that was accepted is answered with 202 too, without a time to come again.
            later = pause > 0 and (status == 202 or (status in _BUSY and time.monotonic() + pause < deadline))
            if not later:
                if status >= 400:
                    raise self._refusal(status, response.read())
                return response
            if status == 202:
                request = Request(urljoin(request.full_url, response.headers["Location"]), headers=self._credentials)
            response.close()
            time.sleep(pause)

    def _attempt(self, request: Request) -> tuple[int, HTTPResponse]:
        try:
            response = cast(HTTPResponse, _OPENER.open(request, timeout=self._patience))
            return response.status, response
        except HTTPError as error:
            return error.code, cast(HTTPResponse, error)
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            raise self._unreachable(str(getattr(error, "reason", error))) from error

    def _refusal(self, status: int, body: bytes) -> GordonError:
        problem = self._parse(body)
        if not isinstance(problem, dict) or "code" not in problem:
            return self._unreachable(f"HTTP {status}, and not as gordon-data answers")
        return Refused(
            status,
            str(problem["code"]),
            str(problem.get("detail", problem["code"])),
            problem.get("subject"),
            problem.get("remedy"),
        )

    def _parse(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except ValueError as error:
            raise self._unreachable("it answers what is not JSON") from error

    def _unreachable(self, why: str) -> Unreachable:
        return Unreachable(
            "unreachable",
            f"no gordon-data at {self.url} ({why}).",
            "Start one with `gordon-data up`, or check GORDON_API_URL.",
        )
