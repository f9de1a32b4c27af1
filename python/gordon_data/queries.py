"""What a request sends: queries of rows and bodies of orders. Instants are texts, `None` is left out."""

from __future__ import annotations

from collections.abc import Sequence

from .times import Instant, instant_text


def listed(symbols: str | Sequence[str] | None) -> list[str] | None:
    if symbols is None:
        return None
    return [symbols] if isinstance(symbols, str) else list(symbols)


def rows_query(
    symbols: list[str] | None,
    source: str | None,
    timeframe: str | None,
    every: str | None,
    start: Instant | None,
    end: Instant | None,
    columns: Sequence[str] | None,
    as_of: Instant | None,
) -> dict[str, str | None]:
    return {
        "symbol": None if symbols is None else ",".join(symbols),
        "source": source,
        "timeframe": timeframe,
        "every": every,
        "from": instant_text("start", start),
        "to": instant_text("end", end),
        "columns": None if columns is None else ",".join(columns),
        "as_of": instant_text("as_of", as_of),
    }


def order_body(
    source: str,
    symbols: str | Sequence[str] | None,
    start: Instant | None,
    end: Instant | None,
    timeframe: str | None,
) -> dict[str, object]:
    order = {
        "source": source,
        "symbols": listed(symbols),
        "from": instant_text("start", start),
        "to": instant_text("end", end),
        "timeframe": timeframe,
    }
    return {name: value for name, value in order.items() if value is not None}
