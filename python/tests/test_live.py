"""Against a gordon-data on simulated venues: what arrives equals what the database holds."""

from __future__ import annotations

import math
import os
from importlib.util import find_spec
from pathlib import Path
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import psycopg
import pyarrow as pa
import pytest
from psycopg.rows import dict_row
from sqlalchemy import create_engine

from gordon_data import Refused, TermsNotAccepted, Warehouse
from gordon_data.frames import PandasFrames, PolarsFrames, ArrowFrames, kind_of

Row = Sequence[Any]


def records_of(frame: Any) -> list[Row]:
    """The rows of a frame of any kind, a missing value as None."""
    if isinstance(frame, pl.DataFrame):
        return list(frame.rows())
    if isinstance(frame, pa.Table):
        return list(zip(*(column.to_pylist() for column in frame.columns))) if frame.num_rows else []
    columns = [[None if pd.isna(value) else value for value in frame[name]] for name in frame]
    return list(zip(*columns))


def names_of(frame: Any) -> list[str]:
    return list(frame.column_names if isinstance(frame, pa.Table) else frame.columns)


def plain(value: Any) -> Any:
    """pandas has timestamps of its own, and the database a date where the API has text."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def sorted_rows(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(plain(value) for value in row.values()) for row in rows), key=repr)


def rows_of(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """With the columns of the table: a source has no value of a column that is another source's."""
    return sorted_rows([{name: row.get(name) for name in expected[0]} for row in rows])


@pytest.fixture(scope="session")
def database() -> str:
    url = os.environ.get("GORDON_TEST_DATABASE_URL")
    if url is None:
        pytest.skip("GORDON_TEST_DATABASE_URL names no database")
    return url


def in_database(
    database: str, table: str, rows: list[dict[str, Any]], types: dict[str, str]
) -> list[dict[str, Any]]:
    """The rows of a table with those columns that `rows` have too, except what the API computes."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with psycopg.connect(database, row_factory=dict_row) as connection:
        schema = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'market_data' AND table_name = %s",
            [table],
        )
        have = {row["column_name"] for row in schema}
        assert set(names) - have <= {"close_time", "known_at"}
        picked = ", ".join(
            f'"{name}"' if kind_of(types[name]) != "text" else f'"{name}"::text AS "{name}"'
            for name in names
            if name in have
        )
        found = connection.execute(f"SELECT {picked} FROM market_data.{table}").fetchall()
    return [
        {name: value.astimezone(timezone.utc) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in found
    ]


# Of each table: how many rows it has at least, and the symbols that were loaded.
DATA: dict[str, tuple[int, list[str]]] = {
    "spot_klines": (2 * 3 * 1_440, ["BTCUSDT", "ETHUSDT"]),
    "perp_klines": (2 * 3 * 1_440, ["BTCUSDT", "ETHUSDT"]),
    "price_klines": (3 * 288, ["BTCUSDT"]),
    "funding_rates": (2 * 9, ["BTCUSDT"]),
    "open_interest": (2 * 3 * 24, ["BTCUSDT"]),
    "long_short_ratios": (4 * 3 * 24, ["BTCUSDT"]),
    "fear_greed": (3, ["FNG"]),
    "stablecoin_supply": (4 * 3, ["ALL", "DAI", "USDC", "USDT"]),
    "market_caps": (3, ["BTC"]),
    "macro_observations": (3, ["CPIAUCSL", "DFF"]),
    "gex_snapshots": (100, ["BTC", "ETH"]),
}


def sources_of(warehouse: Warehouse[Any], table: str) -> list[str]:
    return [one["id"] for one in warehouse.sources() if one["table"] == table]


@pytest.mark.parametrize("parquet", [True, False])
@pytest.mark.parametrize("frame", ["pandas", "polars", "arrow"])
@pytest.mark.parametrize("table", DATA)
def test_frames_equal_the_table(loaded: str, database: str, table: str, frame: Any, parquet: bool) -> None:
    warehouse: Warehouse[Any] = Warehouse(loaded, frame=frame)
    warehouse._parquet = parquet
    least, symbols = DATA[table]
    found = [warehouse.table(table, symbol=symbols, source=one) for one in sources_of(warehouse, table)]
    rows = [dict(zip(names_of(one), row)) for one in found for row in records_of(one)]
    expected = in_database(database, table, rows, warehouse._types_of(table))
    assert len(expected) >= least
    assert rows_of(rows, expected) == sorted_rows(expected)


@pytest.mark.parametrize("table", DATA)
def test_rows_one_by_one_equal_the_table(loaded: str, database: str, table: str) -> None:
    warehouse = Warehouse(loaded)
    symbols = DATA[table][1]
    rows = [row for one in sources_of(warehouse, table) for row in warehouse.rows(table, symbol=symbols, source=one)]
    expected = in_database(database, table, rows, warehouse._types_of(table))
    assert rows_of(rows, expected) == sorted_rows(expected)


@pytest.mark.parametrize("parquet", [True, False])
def test_types_are_those_of_the_database(loaded: str, parquet: bool) -> None:
    warehouse = Warehouse(loaded)
    warehouse._parquet = parquet
    columns = ["open_time", "symbol", "close", "trades"]
    frame = warehouse.klines("BTCUSDT", start="2026-10-01", end="2026-10-02", columns=columns)
    assert [str(dtype) for dtype in frame.dtypes] == ["datetime64[ms, UTC]", "string", "float64", "Int64"]
    as_polars = Warehouse(loaded, frame="polars")
    as_polars._parquet = parquet
    schema = as_polars.klines("BTCUSDT", start="2026-10-01", end="2026-10-02", columns=columns).schema
    assert list(schema.values()) == [pl.Datetime("ms", "UTC"), pl.String, pl.Float64, pl.Int64]
    as_arrow = Warehouse(loaded, frame="arrow")
    as_arrow._parquet = parquet
    table = as_arrow.klines("BTCUSDT", start="2026-10-01", end="2026-10-02", columns=columns)
    assert table.schema.types == [pa.timestamp("ms", tz="UTC"), pa.string(), pa.float64(), pa.int64()]


def test_candles_are_made_of_smaller_ones(loaded: str, database: str) -> None:
    warehouse = Warehouse(loaded)
    start = datetime(2026, 10, 1, tzinfo=timezone.utc)
    frame = warehouse.klines(["BTCUSDT", "ETHUSDT"], market="spot", every="1h", start=start, end="2026-10-04")
    assert frame.groupby("symbol").size().to_dict() == {"BTCUSDT": 72, "ETHUSDT": 72}
    with psycopg.connect(database) as connection:
        expected = connection.execute(
            """SELECT sum(volume) FROM market_data.spot_klines
               WHERE symbol = 'ETHUSDT' AND timeframe = '1m' AND open_time < '2026-10-01T01:00Z'"""
        ).fetchone()
    first = frame[frame.symbol == "ETHUSDT"].iloc[0]
    assert expected is not None and first.volume == pytest.approx(expected[0])
    assert first.open_time == pd.Timestamp("2026-10-01", tz="UTC")


def test_an_empty_range_is_an_empty_frame_with_its_types(loaded: str) -> None:
    frame = Warehouse(loaded).klines("BTCUSDT", start="2020-01-01", end="2020-01-02")
    assert len(frame) == 0
    assert str(frame.dtypes["open_time"]) == "datetime64[ms, UTC]"


def test_coverage_and_gaps_follow_a_deletion(loaded: str, database: str) -> None:
    warehouse = Warehouse(loaded)
    where = "symbol = 'ETHUSDT' AND open_time >= '2026-10-02T05:00Z' AND open_time < '2026-10-02T06:00Z'"
    try:
        with psycopg.connect(database) as connection:
            connection.execute(f"DELETE FROM market_data.spot_klines WHERE {where}")
        gaps = warehouse.gaps("klines_spot", symbol="ETHUSDT")
        assert gaps[["source", "symbol", "timeframe", "rows"]].values.tolist() == [["klines_spot", "ETHUSDT", "1m", 60]]
        assert gaps["from"].iloc[0] == pd.Timestamp("2026-10-02T05:00Z")
        runs = warehouse.coverage("klines_spot", symbol="ETHUSDT", start="2026-10-01", end="2026-10-04")
        assert runs[["buckets", "have", "missing"]].values.tolist() == [[1, 1_440, 0], [1, 1_380, 60], [1, 1_440, 0]]
    finally:
        job = warehouse.backfill("klines_spot", symbols="ETHUSDT", start="2026-10-01", end="2026-10-04")
        assert warehouse.wait(job).rows_fetched == 60
    assert len(warehouse.gaps("klines_spot")) == 0


def test_a_plan_orders_nothing(loaded: str) -> None:
    plan = Warehouse(loaded).plan("klines_spot", symbols="SOLUSDT", start="2026-10-01", end="2026-10-02")
    assert plan["quote"]["rows"] == 1_440


def test_what_the_api_refuses_is_an_exception(loaded: str) -> None:
    warehouse = Warehouse(loaded)
    for call, code in (
        (lambda: warehouse.table("no_such_table"), "unknown-table"),
        (lambda: warehouse.klines("BTCUSDT", columns=["nope"]), "unknown-column"),
        (lambda: warehouse.klines("BTCUSDT", start="2026-10-02", end="2026-10-01"), "empty-range"),
        (lambda: warehouse.job("01JD6Z8X5Q0000000000000000"), "unknown-job"),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert (caught.value.code, bool(caught.value.remedy)) == (code, True)
    with pytest.raises(TermsNotAccepted, match="inclusion in a database"):
        warehouse.backfill("macro")


def test_sources_have_their_licence(loaded: str) -> None:
    by_id = {one["id"]: one for one in Warehouse(loaded).sources()}
    assert by_id["fear_greed"]["licence"]["attribution"] == "Fear & Greed Index: alternative.me"
    assert by_id["macro_fred"]["opt_in_symbols"] == ["VIXCLS", "SP500"]


def one_line(url: str) -> str:
    return f"{url}/data/spot_klines?symbol=BTCUSDT&format=parquet"


def test_one_line_of_each_library_reads_the_api(loaded: str) -> None:
    closes = Warehouse(loaded).klines("BTCUSDT")["close"].tolist()
    assert len(closes) >= 3 * 1_440
    assert pd.read_parquet(one_line(loaded))["close"].tolist() == closes
    assert pl.read_parquet(one_line(loaded))["close"].to_list() == closes


def test_duckdb_reads_the_api_by_ranges(loaded: str) -> None:
    """With the extension of PyPI, by its path: DuckDB would download it elsewhere."""
    (extension,) = Path(find_spec("duckdb_extension_httpfs").submodule_search_locations[0]).rglob("*.duckdb_extension")  # type: ignore[union-attr,index]
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{extension}'")
        query = f"SELECT count(*), sum(close) FROM read_parquet('{one_line(loaded)}')"
        found = connection.execute(query).fetchone()
    closes = Warehouse(loaded).klines("BTCUSDT")["close"]
    assert found is not None and found == (len(closes), pytest.approx(closes.sum()))


def test_sqlalchemy_reads_the_same_database(loaded: str, database: str) -> None:
    """With the URL that `gordon-data status` prints for it."""
    engine = create_engine(database.replace("postgres://", "postgresql+psycopg://", 1))
    query = "select open_time, close from market_data.spot_klines where symbol = 'BTCUSDT' order by 1 limit 3"
    with engine.connect() as connection:
        frame = pd.read_sql(query, connection)
    engine.dispose()
    assert len(frame) == 3


def test_frames_are_typed() -> None:
    """mypy checks these lines; each kind of frame has its class."""

    def check(url: str) -> tuple[pd.DataFrame, pl.DataFrame, pa.Table]:
        return (
            Warehouse(url).gaps(),
            Warehouse(url, frame="polars").gaps(),
            Warehouse(url, frame="arrow").gaps(),
        )

    assert callable(check)
    assert {PandasFrames, PolarsFrames, ArrowFrames}
