"""Instants, as callers write them and as the API takes them."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Union

Instant = Union[str, date, datetime]
"""A day (`"2025-01-31"`, midnight UTC), an ISO 8601 text with its zone, a `date`, or a `datetime` with its zone."""


def instant_text(name: str, at: Instant | None) -> str | None:
    """The instant as the API takes it. Raises ValueError for a `datetime` without a zone."""
    if at is None or isinstance(at, str):
        return at
    if not isinstance(at, datetime):
        return at.isoformat()
    if at.tzinfo is None:
        raise ValueError(f"{name} has no time zone: write datetime(..., tzinfo=timezone.utc)")
    return at.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """An instant of the API, in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
