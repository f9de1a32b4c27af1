from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gordon_data import Warehouse


@dataclass(frozen=True)
class Answer:
    body: bytes = b"null"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = None
    """Content-Length, where it is not that of the body."""


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeApi:
    """Answers with what a test gives it, and keeps what it received."""

    url: str
    answers: list[Answer]
    received: list[Received]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    for name in ("GORDON_API_URL", "GORDON_API_TOKEN", "GORDON_API_KEY", "GORDON_ACCEPT_FRED_TERMS"):
        monkeypatch.delenv(name, raising=False)
    fake = FakeApi("", [], [])

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            fake.received.append(
                Received(self.command, self.path, {name.title(): value for name, value in self.headers.items()}, self.rfile.read(size))
            )
            answer = fake.answers.pop(0)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(answer.declared or len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def live() -> str:
    """The address of a gordon-data that the test may fill."""
    url = os.environ.get("GORDON_TEST_API")
    if url is None:
        pytest.skip("GORDON_TEST_API names no gordon-data")
    return url


@pytest.fixture(scope="session")
def loaded(live: str) -> str:
    """The same with three days of each family, loaded through the package."""
    warehouse = Warehouse(live)
    start, end = "2026-10-01", "2026-10-04"
    jobs = [
        warehouse.backfill("klines", symbols=["BTCUSDT", "ETHUSDT"], start=start, end=end),
        warehouse.backfill("funding", symbols="BTCUSDT", start=start, end=end),
        warehouse.backfill("open_interest", symbols="BTCUSDT", start=start, end=end),
        warehouse.backfill("candles", symbols="BTCUSDT", start=start, end=end),
        warehouse.backfill("sentiment", start=start, end=end),
        warehouse.backfill("macro", symbols=["DFF", "CPIAUCSL"], accept_fred_terms=True, start=start, end=end),
        warehouse.backfill("gex"),
    ]
    for job in jobs:
        assert warehouse.wait(job, timeout=120).complete
    # Its files came with open interest.
    assert warehouse.wait(warehouse.backfill("metrics", symbols="BTCUSDT", start=start, end=end)).complete
    return live
