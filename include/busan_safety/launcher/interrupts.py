"""Turn Ctrl-C, SIGTERM and SIGHUP into one exception, and hold it back where half is too little."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Someone asked this program to stop; like KeyboardInterrupt it is not an `Exception`."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _State:
    shields = 0
    pending: int | None = None


def raise_on_signals() -> None:
    """From now on the stop signals raise Interrupted in the main thread."""
    for number in _SIGNALS:
        signal.signal(number, _handle)


def ignore_signals() -> None:
    """From now on nothing interrupts: the clean-up itself must come to its end."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def shielded() -> Iterator[None]:
    """Hold a stop signal back until the block ends, so that a started child is also recorded."""
    _State.shields += 1
    try:
        yield
    finally:
        _State.shields -= 1
    if _State.pending is not None and not _State.shields:
        number, _State.pending = _State.pending, None
        raise Interrupted(number)


def _handle(number: int, _frame: FrameType | None) -> None:
    if _State.shields:
        _State.pending = number
        return
    raise Interrupted(number)
