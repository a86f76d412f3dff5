"""Errors of fetching and reading: a delivery that is refused, a sender that fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

Action = Literal["retry", "back_off", "stop_until_midnight", "fail"]


class DeliveryRefused(Exception):
    """The delivery as a whole is refused; nothing of it is loaded.

    code: short identifier such as `wrong_columns`. The message is one sentence that says what is
    wrong, where, and what to do. headers: what nobody declared, and the declared header each is
    most like (or None).
    """

    def __init__(
        self, code: str, sentence: str, *, headers: Mapping[str, str | None] | None = None
    ) -> None:
        super().__init__(_printable(sentence))
        self.code = code
        self.headers = dict(headers or {})


class SourceFailure(Exception):
    """A sender did not answer as agreed.

    code: the sender's own code, or a short identifier such as `unreachable`.
    action: what to do. `retry` and `back_off` may help, short waits were tried already;
    `stop_until_midnight` helps after midnight in Korea; `fail` needs a person first. Without it,
    `transient` chooses between `retry` and `fail`.
    retry_at: not before this time; None where asking again does not help or any time will do.
    """

    def __init__(
        self,
        sentence: str,
        *,
        transient: bool = False,
        code: str = "",
        action: Action | None = None,
        retry_at: dt.datetime | None = None,
    ) -> None:
        super().__init__(_printable(sentence))
        self.code = code
        self.action: Action = action or ("retry" if transient else "fail")
        self.retry_at = retry_at

    @property
    def transient(self) -> bool:
        """Whether asking again soon may help."""
        return self.action in ("retry", "back_off")


class NothingYet(Exception):
    """The sender has no rows for the period that was asked for: no delivery, and no failure."""


def _printable(sentence: str) -> str:
    """The sentence as any log and table takes it: senders' words may hold half letters and NUL."""
    return sentence.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
