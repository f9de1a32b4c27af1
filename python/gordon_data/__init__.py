"""Reads and fills a gordon-data warehouse of crypto market data.

>>> from gordon_data import Warehouse
>>> warehouse = Warehouse("http://127.0.0.1:8081")
>>> warehouse.klines("BTCUSDT", market="spot", every="1h", start="2025-01-01")  # doctest: +SKIP
"""

from .errors import (
    GordonError,
    JobFailed,
    MissingPackage,
    Refused,
    TermsNotAccepted,
    Unreachable,
    WaitTimeout,
)
from .jobs import Job
from .warehouse import Warehouse

__version__ = "0.1.0"

__all__ = [
    "GordonError",
    "Job",
    "JobFailed",
    "MissingPackage",
    "Refused",
    "TermsNotAccepted",
    "Unreachable",
    "WaitTimeout",
    "Warehouse",
]
