from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gordon_data import Job, JobFailed, MissingPackage, Refused, TermsNotAccepted, Warehouse, WaitTimeout
from gordon_data import frames

from .conftest import Answer, FakeApi


def job(status: str, **more: Any) -> Answer:
    ended = status not in ("queued", "running")
    document = {
        "id": "J1",
        "status": status,
        "source": "klines",
        "symbols": ["BTCUSDT"],
        "rows_fetched": 10,
        "progress": 0.5,
        "reason": None,
        "finished_at": "2025-01-01T00:00:00Z" if ended else None,
        **more,
    }
    return Answer(json.dumps(document).encode())


def test_an_order_has_what_was_given_and_no_more(api: FakeApi) -> None:
    api.answers = [Answer(b"[]"), job("queued")]
    ordered = Warehouse(api.url).backfill("klines", symbols="BTCUSDT", start="2025-01-01")
    assert (ordered.id, ordered.ended, ordered.complete) == ("J1", False, False)
    request = api.received[1]
    assert (request.method, request.path) == ("POST", "/backfill")
    assert json.loads(request.body) == {"source": "klines", "symbols": ["BTCUSDT"], "from": "2025-01-01"}


def test_waiting_reports_each_state_and_ends_with_the_job(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("gordon_data.warehouse.time.sleep", pauses.append)
    api.answers = [job("queued"), job("running"), job("completed_with_gaps")]
    seen: list[str] = []
    ended = Warehouse(api.url).wait("J1", progress=lambda now: seen.append(now.status))
    assert (ended.ended, ended.complete) == (True, False)
    assert seen == ["queued", "running", "completed_with_gaps"]
    assert pauses == [0.2, 0.4]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_job_that_failed_raises(api: FakeApi, status: str) -> None:
    api.answers = [job(status, reason="HTTP 451")]
    with pytest.raises(JobFailed, match=f"job J1 {status}: HTTP 451. Run `gordon-data backfill job J1`."):
        Warehouse(api.url).wait(Job.of(json.loads(job("running").body)))


def test_waiting_has_an_end(api: FakeApi) -> None:
    api.answers = [job("running")]
    with pytest.raises(WaitTimeout, match="goes on"):
        Warehouse(api.url).wait("J1", timeout=0)


FRED: dict[str, Any] = {
    "id": "macro_fred",
    "family": "macro",
    "key_missing": None,
    "licence": {"title": "Terms", "url": "https://x", "storing": "none", "training": "none", "notice": "Not endorsed."},
}
HEALTH = Answer(b'{"simulated": false}')


def sources(**more: Any) -> Answer:
    return Answer(json.dumps([{**FRED, **more}]).encode())


def test_fred_is_loaded_only_by_who_accepts_its_terms(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = Warehouse(api.url)
    api.answers = [sources(), HEALTH]
    with pytest.raises(TermsNotAccepted) as caught:
        warehouse.backfill("macro")
    assert caught.value.clauses == ("Terms, https://x", "storing: none", "training: none", "Not endorsed.")
    assert "accept_fred_terms=True" in str(caught.value)
    api.answers = [job("queued"), job("queued")]
    warehouse.backfill("macro", accept_fred_terms=True)
    monkeypatch.setenv("GORDON_ACCEPT_FRED_TERMS", "1")
    warehouse.backfill("macro_fred")
    assert [one.method for one in api.received].count("POST") == 2


def test_simulated_data_have_no_terms(api: FakeApi) -> None:
    api.answers = [sources(), Answer(b'{"simulated": true}'), job("queued")]
    assert Warehouse(api.url).backfill("macro").id == "J1"
    api.answers = [sources(key_missing="FRED_API_KEY"), job("queued")]
    assert Warehouse(api.url).backfill("macro").id == "J1"


def test_a_package_that_is_missing_is_named(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(frames, "import_module", absent)
    with pytest.raises(MissingPackage, match=r"polars is not installed. Run `pip install 'gordon-data\[polars\]'`."):
        Warehouse(api.url, frame="polars").gaps()


def test_words_that_are_none_are_refused_before_any_request(api: FakeApi) -> None:
    with pytest.raises(ValueError, match='frame is "excel"'):
        Warehouse(api.url, frame="excel")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match='market is "futures"'):
        Warehouse(api.url).klines("BTCUSDT", market="futures")  # type: ignore[arg-type]
    assert api.received == []


@pytest.mark.parametrize(
    ("market", "table", "source"),
    [
        ("perp", "perp_klines", None),
        ("okx-swap", "okx_klines", "klines_okx_swap"),
        ("coinm-mark", "coinm_mark_price_klines", None),
    ],
)
def test_a_market_is_a_table_and_where_several_share_it_a_source(api: FakeApi, market: Any, table: str, source: str | None) -> None:
    # Refused, so that nothing has to be read.
    api.answers = [Answer(b'{"code": "unknown-table", "detail": "no such table"}', status=404)]
    with pytest.raises(Refused):
        Warehouse(api.url).klines("BTC", market=market)
    requested = urlsplit(api.received[0].path)
    assert requested.path == f"/data/{table}"
    assert parse_qs(requested.query).get("source") == ([source] if source else None)


def universe(complete: bool) -> Answer:
    market = {"market": "binance spot", "symbols": 2, "failed": 0, "completed_at": "2026-01-01T00:00:00Z" if complete else None}
    life = {"venue": "binance", "contract": "spot", "base": "LUNA", "quote": "USDT", "evidence": {}, "renames": []}
    symbols = [
        {**life, "symbol": "LUNAUSDT", "listed_at": "2020-08-21T10:00:00Z", "delisted_at": "2022-05-13T01:00:00Z"},
        {**life, "symbol": "LUNAUSDT", "listed_at": "2022-05-31T06:00:00Z", "delisted_at": None},
    ]
    return Answer(json.dumps({"at": None, "complete": complete, "markets": [market], "symbols": symbols}).encode())


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_the_universe_is_a_frame_with_a_row_for_each_life(api: FakeApi, kind: Any) -> None:
    api.answers = [universe(True)]
    frame = Warehouse(api.url, frame=kind).universe("2022-01-01", quote="USDT")
    rows = frame.to_dict("records") if kind == "pandas" else frame.to_dicts() if kind == "polars" else frame.to_pylist()
    assert [row["symbol"] for row in rows] == ["LUNAUSDT", "LUNAUSDT"]
    assert rows[0]["delisted_at"].isoformat() == "2022-05-13T01:00:00+00:00"
    assert [row["listed_at"].year for row in rows] == [2020, 2022]
    assert api.received[0].path == "/universe?at=2022-01-01&quote=USDT"


def test_a_universe_that_may_lack_symbols_is_refused(api: FakeApi) -> None:
    api.answers = [universe(False)]
    with pytest.raises(Refused, match="binance spot was never refreshed") as error:
        Warehouse(api.url, frame="pandas").universe("2022-01-01")
    assert error.value.code == "universe-incomplete"
