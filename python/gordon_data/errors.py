"""What can go wrong, each with a stable code and with what to do about it."""

from __future__ import annotations


class GordonError(Exception):
    """The base of all errors of this package. `code` is stable, `remedy` says what to do."""

    def __init__(self, code: str, message: str, remedy: str | None = None) -> None:
        super().__init__(f"{message} {remedy}" if remedy and remedy not in message else message)
        self.code = code
        self.remedy = remedy


class Refused(GordonError):
    """The API refused the request (4xx) or failed (5xx); `code` is that of its problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        subject: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(code, detail, remedy)
        self.status = status
        self.detail = detail
        self.subject = subject


class Unreachable(GordonError):
    """No answer came, or one that is not gordon-data's."""


class MissingPackage(GordonError):
    """An optional package is not installed."""


class TermsNotAccepted(GordonError):
    """The terms of the data have to be accepted before they are loaded. `clauses` has them, a line each."""

    def __init__(self, clauses: tuple[str, ...], remedy: str) -> None:
        super().__init__("terms-not-accepted", "The terms of this source are not accepted:\n" + "\n".join(clauses), remedy)
        self.clauses = clauses


class JobFailed(GordonError):
    """A job ended as failed or cancelled."""

    def __init__(self, id: str, status: str, reason: str | None) -> None:
        super().__init__(
            f"job-{status}",
            f"job {id} {status}{f': {reason}' if reason else ''}.",
            f"Run `gordon-data backfill job {id}`.",
        )
        self.id = id
        self.status = status


class WaitTimeout(GordonError):
    """The job goes on; only the waiting ended."""

    def __init__(self, id: str, seconds: float) -> None:
        super().__init__(
            "wait-timeout",
            f"job {id} has not ended after {seconds:g} s, and goes on.",
            f'Wait again: warehouse.wait("{id}").',
        )
        self.id = id
