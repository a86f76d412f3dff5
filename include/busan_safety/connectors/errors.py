"""Errors of fetching and reading: a delivery that is refused, a sender that fails."""

from __future__ import annotations


class DeliveryRefused(Exception):
    """The delivery as a whole is refused; nothing of it is loaded.

    code: short identifier such as `wrong_columns`. The message is one sentence that says what is
    wrong, where, and what to do.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class SourceFailure(Exception):
    """A sender did not answer as agreed. `transient` says whether a retry may help."""

    def __init__(self, sentence: str, *, transient: bool, code: str = "") -> None:
        super().__init__(sentence)
        self.transient = transient
        self.code = code
