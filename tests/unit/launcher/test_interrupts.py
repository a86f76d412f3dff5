import os
import signal
from collections.abc import Iterator

import pytest

from busan_safety.launcher.interrupts import Interrupted, raise_on_signals, shielded


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    raise_on_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_signals_raise(number: signal.Signals) -> None:
    with pytest.raises(Interrupted) as caught:
        os.kill(os.getpid(), number)

    assert caught.value.number == number


def test_a_shield_holds_the_signal_back_until_its_end() -> None:
    steps = []

    with pytest.raises(Interrupted), shielded():
        os.kill(os.getpid(), signal.SIGTERM)
        steps.append("child recorded")

    assert steps == ["child recorded"]


def test_an_inner_shield_does_not_let_the_signal_through() -> None:
    steps = []

    with pytest.raises(Interrupted), shielded():
        with shielded():
            os.kill(os.getpid(), signal.SIGINT)
        steps.append("still shielded")

    assert steps == ["still shielded"]


def test_an_interruption_is_not_caught_as_an_ordinary_error() -> None:
    assert not issubclass(Interrupted, Exception)
