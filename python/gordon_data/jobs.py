"""Jobs: what was ordered, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Job:
    """A job as the API shows it. `document` is its whole answer."""

    id: str
    status: str
    """queued, running, succeeded, completed_with_gaps, failed or cancelled"""
    source: str
    symbols: tuple[str, ...]
    rows_fetched: int
    progress: float
    """0 to 1, of what was missing when the job was planned"""
    reason: str | None
    document: Mapping[str, Any] = field(repr=False)

    @property
    def ended(self) -> bool:
        """Whether it is over, however it went."""
        return self.document["finished_at"] is not None

    @property
    def complete(self) -> bool:
        """Whether it is over and nothing that it was ordered to load is missing."""
        return self.status == "succeeded"

    @staticmethod
    def of(document: Mapping[str, Any]) -> Job:
        """The job of an answer of the API."""
        return Job(
            id=document["id"],
            status=document["status"],
            source=document["source"],
            symbols=tuple(document["symbols"]),
            rows_fetched=document["rows_fetched"],
            progress=document["progress"],
            reason=document["reason"],
            document=document,
        )
