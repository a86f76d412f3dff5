"""Senders that fail on request.

A fault is written `kind` or `kind:times`; with times it passes after that many requests, so
that a client's retry can be seen to succeed. Senders: a district's seven-digit code, `datagokr`,
`datagokr_standard`, `odcloud`, `neis`, or `*` for all.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping

from busan_sandbox.api import Answer, gateway_error, neis_result, odcloud_error

KINDS = ("down", "closed", "error22", "error30", "slow", "empty", "malformed")
_SENDER = re.compile(r"\d{7}|datagokr|datagokr_standard|odcloud|neis|\*")
_FAULT = re.compile(rf"(?P<kind>{'|'.join(KINDS)})(?::(?P<times>[1-9]\d*))?")


class FaultError(ValueError):
    """A fault or a sender that the sandbox does not know."""


class Faults:
    """The faults in force; safe to use from several threads."""

    def __init__(self, wanted: Mapping[str, object] | None = None) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, tuple[str, int | None]] = {}
        self.replace(wanted or {})

    def replace(self, wanted: Mapping[str, object]) -> None:
        """Put these faults in force instead of the former ones. Raises FaultError."""
        parsed: dict[str, tuple[str, int | None]] = {}
        for sender, fault in wanted.items():
            found = _FAULT.fullmatch(str(fault))
            if found is None:
                raise FaultError(f"unknown fault {fault!r}: use one of {', '.join(KINDS)}")
            if _SENDER.fullmatch(sender) is None:
                raise FaultError(
                    f"unknown sender {sender!r}: use a seven-digit district code, datagokr, "
                    "datagokr_standard, odcloud, neis or *"
                )
            parsed[sender] = (found["kind"], int(found["times"]) if found["times"] else None)
        with self._lock:
            self._faults = parsed

    def as_dict(self) -> dict[str, str]:
        """Return the faults in force as they would be written."""
        with self._lock:
            return {
                sender: kind if left is None else f"{kind}:{left}"
                for sender, (kind, left) in self._faults.items()
            }

    def take(self, sender: str) -> str | None:
        """Return the kind of fault that this request meets, counting it."""
        general = "datagokr_standard" if sender.isdecimal() else sender
        with self._lock:
            for name in (sender, general, "*"):
                if name not in self._faults:
                    continue
                kind, left = self._faults[name]
                if left is not None:
                    if left == 1:
                        del self._faults[name]
                    else:
                        self._faults[name] = (kind, left - 1)
                return kind
        return None


def refusal(kind: str, sender: str) -> Answer:
    """Return how a sender words error22 (daily limit) or error30 (unknown key)."""
    if sender == "neis":
        return neis_result("ERROR-337" if kind == "error22" else "ERROR-290")
    if sender == "odcloud" and kind == "error30":
        return odcloud_error("유효하지 않은 인증키 입니다.")
    return gateway_error(kind.removeprefix("error"))


def malformed(answer: Answer) -> Answer:
    """Return an answer cut off in the middle, as a proxy leaves it that ran out of time."""
    return Answer(answer.status, answer.body[: len(answer.body) * 3 // 5], answer.content_type)
