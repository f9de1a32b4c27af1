from __future__ import annotations

import json
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from gordon_data import GordonError, Refused, Unreachable, Warehouse
from gordon_data.times import instant_text, parse_instant

from .conftest import Answer, FakeApi


def problem(status: int, code: str, **more: str) -> Answer:
    return Answer(json.dumps({"code": code, "detail": f"{code} happened.", **more}).encode(), status)


def test_a_refusal_has_its_code_and_remedy(api: FakeApi) -> None:
    api.answers = [problem(400, "unknown-source", subject="klinez", remedy="Use klines.")]
    with pytest.raises(Refused) as caught:
        Warehouse(api.url).gaps("klinez")
    error = caught.value
    assert (error.status, error.code, error.subject, error.remedy) == (400, "unknown-source", "klinez", "Use klines.")
    assert str(error) == "unknown-source happened. Use klines."


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"^no gordon-data at http://127\.0\.0\.1:1 .*`gordon-data up`"):
        Warehouse("http://127.0.0.1:1").sources()


@pytest.mark.parametrize("answer", [Answer(b"<html>"), Answer(b"<html>", 500), Answer(b"[]", 404)])
def test_what_is_not_gordon_data_is_unreachable(api: FakeApi, answer: Answer) -> None:
    api.answers = [answer]
    with pytest.raises(Unreachable):
        Warehouse(api.url).sources()


def test_an_answer_that_ends_early_is_no_frame(api: FakeApi) -> None:
    tables = json.dumps([{"name": "spot_klines", "columns": []}]).encode()
    warehouse = Warehouse(api.url)
    warehouse._parquet = False
    api.answers = [Answer(tables), Answer(b"symbol\nBTCUSDT\n", declared=1_000)]
    with pytest.raises(Unreachable, match="ended early"):
        warehouse.table("spot_klines")


def test_a_busy_api_is_called_again_after_its_time(api: FakeApi) -> None:
    api.answers = [Answer(status=503, headers={"Retry-After": "0.01"}), Answer(b"[]")]
    assert Warehouse(api.url).sources() == []
    assert [one.path for one in api.received] == ["/backfill/sources"] * 2


def test_it_waits_no_longer_than_its_patience(api: FakeApi) -> None:
    busy = problem(503, "busy")
    api.answers = [Answer(busy.body, 503, {"Retry-After": "60"})]
    with pytest.raises(Refused, match="busy happened"):
        Warehouse(api.url, patience=5).sources()


def test_an_answer_that_is_being_made_is_fetched_where_it_will_be(api: FakeApi) -> None:
    api.answers = [
        Answer(status=202, headers={"Retry-After": "0.01", "Location": "/later?id=1"}),
        Answer(b'[{"id": 1}]'),
    ]
    assert Warehouse(api.url, token="t").sources() == [{"id": 1}]
    assert [(one.path, one.headers["Authorization"]) for one in api.received] == [
        ("/backfill/sources", "Bearer t"),
        ("/later?id=1", "Bearer t"),
    ]


def test_a_file_that_is_being_made_is_waited_for_beyond_the_patience(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr("gordon_data.transport.time", SimpleNamespace(monotonic=lambda: now, sleep=sleep))
    making = Answer(b"{}", 202, {"Retry-After": "30", "Location": "?file=1"})
    elsewhere = api.url.replace("127.0.0.1", "localhost")
    api.answers = [*[making] * 9, Answer(status=303, headers={"Location": f"{elsewhere}/object"}), Answer(b"[]")]
    assert Warehouse(api.url, token="t", patience=60).sources() == []
    assert (now, [one.path for one in api.received]) == (
        270.0,
        ["/backfill/sources", *["/backfill/sources?file=1"] * 9, "/object"],
    )
    assert "Authorization" not in api.received[-1].headers


def test_credentials_stay_with_their_host(api: FakeApi) -> None:
    elsewhere = api.url.replace("127.0.0.1", "localhost")
    api.answers = [Answer(status=303, headers={"Location": f"{elsewhere}/object"}), Answer(b"[]")]
    assert Warehouse(api.url, token="t", api_key="k").sources() == []
    first, second = api.received
    assert (first.headers["Authorization"], first.headers["X-Api-Key"]) == ("Bearer t", "k")
    assert not {"Authorization", "X-Api-Key"} & set(second.headers)


def test_names_are_quoted(api: FakeApi) -> None:
    api.answers = [problem(404, "unknown-job")]
    with pytest.raises(Refused):
        Warehouse(api.url).job("../sources?x=1")
    assert api.received[0].path == "/backfill/jobs/..%2Fsources%3Fx%3D1"


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(GordonError, match='"localhost:8081" is not a URL'):
        Warehouse("localhost:8081")


def test_instants() -> None:
    assert instant_text("start", None) is None
    assert instant_text("start", "2025-01-31") == "2025-01-31"
    assert instant_text("start", datetime(2025, 1, 31).date()) == "2025-01-31"
    assert instant_text("start", datetime(2025, 1, 31, 12, tzinfo=timezone.utc)) == "2025-01-31T12:00:00.000Z"
    with pytest.raises(ValueError, match="start has no time zone"):
        instant_text("start", datetime(2025, 1, 31))
    assert parse_instant("2025-01-31T12:00:00Z") == datetime(2025, 1, 31, 12, tzinfo=timezone.utc)
