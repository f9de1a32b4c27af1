"""The markets of candles, by the words of `Warehouse.klines`."""

from __future__ import annotations

from typing import Literal

Market = Literal[
    "spot",
    "perp",
    "bybit",
    "bybit-spot",
    "bybit-linear",
    "okx-spot",
    "okx-swap",
    "hyperliquid-perp",
    "hyperliquid-spot",
    "coinm",
    "mark",
    "index",
    "premium",
    "coinm-mark",
    "coinm-premium",
]
MARKETS: dict[Market, tuple[str, str | None]] = {
    "spot": ("spot_klines", None),
    "perp": ("perp_klines", None),
    "bybit": ("price_klines", None),
    "bybit-spot": ("bybit_klines", "klines_bybit_spot"),
    "bybit-linear": ("bybit_klines", "klines_bybit_linear"),
    "okx-spot": ("okx_klines", "klines_okx_spot"),
    "okx-swap": ("okx_klines", "klines_okx_swap"),
    "hyperliquid-perp": ("hyperliquid_klines", "klines_hyperliquid_perp"),
    "hyperliquid-spot": ("hyperliquid_klines", "klines_hyperliquid_spot"),
    "coinm": ("coinm_klines", None),
    "mark": ("mark_price_klines", None),
    "index": ("index_price_klines", None),
    "premium": ("premium_index_klines", None),
    "coinm-mark": ("coinm_mark_price_klines", None),
    "coinm-premium": ("coinm_premium_index_klines", None),
}
"""The table of each market's candles, and the source where several share the table."""
