"""The warehouse: its rows as frames, what is there and what is missing, and orders that fill it."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, cast, overload

from .errors import JobFailed, Refused, TermsNotAccepted, WaitTimeout
from .frames import FRAMES, INSTANT, Frames, FrameT, has_parquet, kind_of
from .jobs import Job
from .markets import MARKETS, Market
from .queries import listed, order_body, rows_query
from .times import Instant, instant_text, parse_instant
from .transport import Transport, lines_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_SPAN = {"from": INSTANT, "to": INSTANT}
_SERIES = {"source": "text", "symbol": "text", "timeframe": "text"}
_GAPS = {**_SERIES, **_SPAN, "rows": "bigint", "cause": "text", "error": "text"}
_LIVES = {
    "venue": "text",
    "contract": "text",
    "symbol": "text",
    "base": "text",
    "quote": "text",
    "listed_at": INSTANT,
    "delisted_at": INSTANT,
}
_RUNS = {
    **_SERIES,
    **_SPAN,
    "buckets": "bigint",
    "have": "bigint",
    "empty": "bigint",
    "failed": "bigint",
    "in_flight": "bigint",
    "missing": "bigint",
}
_COMPUTED = {"close_time": INSTANT, "known_at": INSTANT, "rows": "bigint"}
"""Columns that the API computes; a table that stores one has it in the dictionary."""
_SPOOLED_IN_MEMORY = 64 * 2**20
_FIRST_POLL = 0.2
_SLOWEST_POLL = 5.0
ACCEPT_FRED = "GORDON_ACCEPT_FRED_TERMS"


class Warehouse(Generic[FrameT]):
    """A gordon-data warehouse, by its API.

    `url` defaults to GORDON_API_URL, or else to the host of this machine, http://127.0.0.1:8081. `frame` is the kind of all frames that it returns:
    "pandas" (the default), "polars" or "arrow". `token` and `api_key` are for a deployed API and default to GORDON_API_TOKEN and
    GORDON_API_KEY. `patience` is how many seconds it waits for an answer; while the API says that it makes
    a file, it waits for that as long as it takes.

    Instants are UTC; ranges have their `start` and not their `end`. Every method raises Unreachable where no gordon-data answers and Refused for
    what the API refuses.
    """

    @overload
    def __init__(
        self: Warehouse[pd.DataFrame],
        url: str | None = ...,
        *,
        frame: Literal["pandas"] = ...,
        token: str | None = ...,
        api_key: str | None = ...,
        patience: float = ...,
    ) -> None: ...

    @overload
    def __init__(
        self: Warehouse[pl.DataFrame],
        url: str | None = ...,
        *,
        frame: Literal["polars"],
        token: str | None = ...,
        api_key: str | None = ...,
        patience: float = ...,
    ) -> None: ...

    @overload
    def __init__(
        self: Warehouse[pa.Table],
        url: str | None = ...,
        *,
        frame: Literal["arrow"],
        token: str | None = ...,
        api_key: str | None = ...,
        patience: float = ...,
    ) -> None: ...

    def __init__(
        self,
        url: str | None = None,
        *,
        frame: str = "pandas",
        token: str | None = None,
        api_key: str | None = None,
        patience: float = 120.0,
    ) -> None:
        if frame not in FRAMES:
            raise ValueError(f'frame is "{frame}": write one of {", ".join(FRAMES)}')
        self._transport = Transport(url, token, api_key, patience)
        self._frame = frame
        self._parquet = has_parquet(frame)
        self._types: dict[str, dict[str, str]] | None = None

    @property
    def url(self) -> str:
        """The address of the API."""
        return self._transport.url

    # Rows

    def klines(
        self,
        symbol: str | Sequence[str],
        *,
        market: Market = "spot",
        timeframe: str | None = None,
        every: str | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        columns: Sequence[str] | None = None,
        as_of: Instant | None = None,
    ) -> FrameT:
        """Candles of one or several symbols, by symbol and time.

        `market` is one of `MARKETS`: Binance's spot or perpetuals ("spot", "perp"), those settled in the coin ("coinm"), the prices computed about
        them ("mark", "index", "premium", "coinm-mark", "coinm-premium"), Bybit's perpetuals with aggregates ("bybit"), or a market of another venue, such as
        "okx-swap". `every` makes candles of smaller ones: those of `timeframe`, which defaults to the usual one of the source. `as_of` reads what
        was known at an instant.
        """
        if market not in MARKETS:
            raise ValueError(f'market is "{market}": write one of {", ".join(MARKETS)}')
        table, source = MARKETS[market]
        return self.table(
            table,
            symbol=symbol,
            source=source,
            timeframe=timeframe,
            every=every,
            start=start,
            end=end,
            columns=columns,
            as_of=as_of,
        )

    def table(
        self,
        name: str,
        *,
        symbol: str | Sequence[str] | None = None,
        source: str | None = None,
        timeframe: str | None = None,
        every: str | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        columns: Sequence[str] | None = None,
        as_of: Instant | None = None,
    ) -> FrameT:
        """All rows of a range of a table of `market_data`, by symbol and time, as a frame.

        The API wants a `symbol`, or several, of most tables. `source` says whose rows, where several sources share the table. Without `start` and
        `end` it is the whole series. `as_of` reads what was known at an instant: rows that were, and of revised values those that held then.
        """
        symbols = listed(symbol)
        if every is None or symbols is None:
            return self._read(name, rows_query(symbols, source, timeframe, every, start, end, columns, as_of))
        # Candles that the API makes are those of one symbol, and do not name it.
        frames = self._frames()
        each = [self._read(name, rows_query([one], source, timeframe, every, start, end, columns, as_of)) for one in symbols]
        if columns is None:
            each = [frames.with_text(frame, "symbol", one) for one, frame in zip(symbols, each)]
        return frames.concat(each)

    def rows(
        self,
        name: str,
        *,
        symbol: str | Sequence[str] | None = None,
        source: str | None = None,
        timeframe: str | None = None,
        every: str | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        columns: Sequence[str] | None = None,
        as_of: Instant | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The same rows one by one, while they arrive: memory stays flat, and no package is needed. Instants are `datetime` in UTC."""
        query = rows_query(listed(symbol), source, timeframe, every, start, end, columns, as_of)
        types = self._types_of(name)
        instants = [column for column, type in types.items() if kind_of(type) == "instant"]
        with self._transport.open("rows", params={"table": name}, query={**query, "format": "ndjson"}) as blocks:
            for line in lines_of(blocks):
                row: dict[str, Any] = json.loads(line)
                for column in instants:
                    if row.get(column) is not None:
                        row[column] = parse_instant(row[column])
                yield row

    def tables(self) -> list[dict[str, Any]]:
        """Every table and view with its columns: meaning, unit, type, sources."""
        return cast("list[dict[str, Any]]", self._transport.call("listTables"))

    def sources(self) -> list[dict[str, Any]]:
        """What can be ordered, with table, timeframes, default symbols and licence."""
        return cast("list[dict[str, Any]]", self._transport.call("listSources"))

    def universe(
        self,
        at: Instant | None = None,
        *,
        venue: str | None = None,
        contract: Literal["spot", "perpetual", "delivery"] | None = None,
        quote: str | None = None,
        base: str | None = None,
        symbol: str | None = None,
    ) -> FrameT:
        """Every symbol that was listed at an instant, those that ended since among them; without `at` every life of every symbol.

        `delisted_at` is null while a life lasts. Raises Refused ("universe-incomplete") where a market was never refreshed to its end:
        symbols would lack.
        """
        frames = self._frames()
        found = self._transport.call(
            "universe",
            query={
                "at": instant_text("at", at),
                "venue": venue,
                "contract": contract,
                "quote": quote,
                "base": base,
                "symbol": symbol,
            },
        )
        if not found["complete"]:
            never = ", ".join(one["market"] for one in found["markets"] if one["completed_at"] is None)
            raise Refused(
                409,
                "universe-incomplete",
                f"{never} was never refreshed to its end, so symbols may be missing.",
                remedy="Run `gordon-data universe refresh`.",
            )
        return frames.of_records(found["symbols"], _LIVES)

    # What is there, and what is missing

    def coverage(
        self,
        source: str | None = None,
        *,
        symbol: str | None = None,
        timeframe: str | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        bucket: Literal["hour", "day", "month"] = "day",
    ) -> FrameT:
        """What is there of each series, by hour, day or month; `source` is a family or one source.

        A row stands for `buckets` neighbouring buckets that are alike; its counts are those of each of them. `empty` steps are proven to have no row.
        """
        frames = self._frames()
        series = self._transport.call(
            "coverage",
            query={
                "source": source,
                "symbol": symbol,
                "timeframe": timeframe,
                "from": instant_text("start", start),
                "to": instant_text("end", end),
                "bucket": bucket,
            },
        )
        runs = [
            {**{key: one[key] for key in _SERIES}, **run, "empty": sum(run["empty"].values())}
            for one in series
            for run in one["runs"]
        ]
        return frames.of_records(runs, _RUNS)

    def gaps(self, source: str | None = None, *, symbol: str | None = None) -> FrameT:
        """What was requested and is missing, with its cause; an empty frame says that nothing is."""
        frames = self._frames()
        report = self._transport.call("report", query={"source": source, "symbol": symbol})
        gaps = [{**{key: one[key] for key in _SERIES}, **gap} for one in report for gap in one["gaps"]]
        return frames.of_records(gaps, _GAPS)

    # Orders

    def backfill(
        self,
        source: str,
        *,
        symbols: str | Sequence[str] | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        timeframe: str | None = None,
        accept_fred_terms: bool = False,
    ) -> Job:
        """Orders what is missing of a range. `source` is a family ("klines") or one source ("klines_spot"); a range defaults to the last year.

        The same order twice is one job while it is at work. Series of FRED have terms to accept: `accept_fred_terms`, or
        GORDON_ACCEPT_FRED_TERMS=1. Raises TermsNotAccepted, which has the clauses.
        """
        if not accept_fred_terms and os.environ.get(ACCEPT_FRED) != "1":
            self._check_terms(source)
        return Job.of(self._transport.call("createJob", body=order_body(source, symbols, start, end, timeframe)))

    def plan(
        self,
        source: str,
        *,
        symbols: str | Sequence[str] | None = None,
        start: Instant | None = None,
        end: Instant | None = None,
        timeframe: str | None = None,
    ) -> dict[str, Any]:
        """What an order would take: rows, requests, seconds, dollars. Nothing is ordered."""
        order = order_body(source, symbols, start, end, timeframe)
        return cast("dict[str, Any]", self._transport.call("createJob", query={"dry_run": "true"}, body=order))

    def job(self, id: str) -> Job:
        """A job as it is now."""
        return Job.of(self._transport.call("getJob", params={"id": id}))

    def cancel(self, id: str) -> None:
        """Stops a job at its next checkpoint; its rows stay."""
        self._transport.call("cancelJob", params={"id": id})

    def wait(
        self,
        job: Job | str,
        *,
        timeout: float | None = None,
        progress: Callable[[Job], None] | None = None,
    ) -> Job:
        """Waits until a job has ended and returns it; `complete` says whether nothing is missing.

        `progress` is called with each new state. Raises JobFailed where it failed or was cancelled, and WaitTimeout after `timeout` seconds.
        """
        id = job if isinstance(job, str) else job.id
        began = time.monotonic()
        pause = _FIRST_POLL
        while True:
            now = self.job(id)
            if progress is not None:
                progress(now)
            if now.status in ("failed", "cancelled"):
                raise JobFailed(id, now.status, now.reason)
            if now.ended:
                return now
            if timeout is not None and time.monotonic() + pause - began > timeout:
                raise WaitTimeout(id, timeout)
            time.sleep(pause)
            pause = min(2 * pause, _SLOWEST_POLL)

    # Inside

    def _read(self, name: str, query: Mapping[str, str | None]) -> FrameT:
        frames = self._frames()
        if self._parquet:
            try:
                return self._download(name, {**query, "format": "parquet"}, frames.read_parquet)
            except Refused as error:
                if error.code != "unknown-format":
                    raise
                self._parquet = False
        types = self._types_of(name)
        return self._download(name, {**query, "format": "csv"}, lambda file: self._read_csv(file, types))

    def _download(self, name: str, query: Mapping[str, str | None], read: Callable[[Any], FrameT]) -> FrameT:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED_IN_MEMORY) as file:
            with self._transport.open("rows", params={"table": name}, query=query) as blocks:
                file.writelines(blocks)
            file.seek(0)
            return read(file)

    def _read_csv(self, file: Any, types: Mapping[str, str]) -> FrameT:
        head = file.readline().decode().rstrip("\n").split(",")
        file.seek(0)
        return self._frames().read_csv(file, {column: types.get(column, "text") for column in head})

    def _types_of(self, table: str) -> dict[str, str]:
        if self._types is None:
            self._types = {
                one["name"]: {column["name"]: column["type"] for column in one["columns"]} for one in self.tables()
            }
        # A table that it does not know is the API's to refuse.
        return {**_COMPUTED, **self._types.get(table, {})}

    def _frames(self) -> Frames[FrameT]:
        return cast("Frames[FrameT]", FRAMES[self._frame]())

    def _check_terms(self, source: str) -> None:
        wanted = [one for one in self.sources() if source in (one["id"], one["family"])]
        bound = [one for one in wanted if one["id"] == "macro_fred" and one["key_missing"] is None]
        if not bound or self._transport.call("health")["simulated"]:
            return
        licence = bound[0]["licence"]
        clauses = (
            f"{licence['title']}, {licence['url']}",
            f"storing: {licence['storing']}",
            f"training: {licence['training']}",
            licence["notice"],
        )
        raise TermsNotAccepted(clauses, f"Pass accept_fred_terms=True, or set {ACCEPT_FRED}=1.")


__all__ = ["MARKETS", "Market", "Warehouse"]
