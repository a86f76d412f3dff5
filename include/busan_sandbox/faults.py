"""Senders that fail on request.

A fault is written `kind`, `kind:argument`, and after it, both optional, `:times` (it passes after
so many requests, so that a client's retry can be seen to succeed) and `@first` (it begins with
that request, so that a client can fail between two pages): `down:2`, `error:22:E2@3`.

Kinds at interfaces (arguments in brackets are optional):

    down status:CODE closed cut slow[:SECONDS] empty malformed text html entities echo
                            (cut: the connection ends inside the answer; malformed: the answer is
                            cut off, its length is honest; SECONDS as in 1.5)
    error:CODE[:ENVELOPE]   a gateway code, or a NEIS code as error:337; ENVELOPE E1 to E8
    quota:N rate:N          22 after N requests a day (KST), 23 above N requests a second
    total[:MORE] repeat     announces more rows than there are (MORE as in +7); every page is the
                            first page
    rename:OLD=NEW column:NAME=VALUE value:COLUMN=VALUE   drifting columns, a new code or alias
    lossy leak:IDENTIFIER[=COLUMN]   letters lost to U+FFFD; a resident_number, phone,
                            vehicle_plate or driver_licence in a text column
    error22 error30         the same as error:22 and error:30

Kinds at folders (HTTP and SFTP):

    down status:CODE closed cut slow[:SECONDS] empty malformed text html
    refused changing traversal   credentials refused; files change while they are listed; names
                            with .. in the index

Senders, the first that has a fault goes before the others: a district and a path
(`3310000/openapi/…`), a path (`/openapi/…`), a district's seven-digit code, `datagokr`,
`datagokr_standard`, `taas`, `odcloud`, `neis`, `kosis`, an agency's folder (`city_files`,
`police_sftp`), `sftp` for the SFTP server as a whole, an agency with its interfaces and folders
(`city`, `police`, `education`, `districts`), or `*` for all. Files that an agency drops by itself
have no server that could fail: see `filefaults`.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from busan_sandbox.refusals import ENVELOPES, is_code

_BOTH = (
    "down", "status", "closed", "cut", "slow", "empty", "malformed", "text", "html",
)  # fmt: skip
API_KINDS = (
    *_BOTH, "entities", "echo", "error", "quota", "rate", "total", "repeat", "rename", "column",
    "value", "lossy", "leak",
)  # fmt: skip
FOLDER_KINDS = (*_BOTH, "refused", "changing", "traversal")
# Of the SFTP server as a whole, before it knows the folder.
SERVER_KINDS = ("refused", "closed", "down", "slow")
KINDS = (*API_KINDS, "refused", "changing", "traversal", "error22", "error30")
IDENTIFIERS = {
    # Made up: a birth date, office or branch that nobody has, zeros behind it.
    "resident_number": "990101-1000000",
    "phone": "010-0000-0000",
    "vehicle_plate": "00가0000",
    "driver_licence": "26-00-000000-00",
}
_FOLDER = re.compile(r"[a-z]+_(?:files|sftp)|/files/.+")
_SENDER = re.compile(
    r"(?:\d{7})?/[\w./:-]+|\d{7}|datagokr|datagokr_standard|taas|odcloud|neis|kosis|city|police|"
    rf"education|districts|sftp|\*|{_FOLDER.pattern}"
)
_FAULT = re.compile(r"(?P<kind>[a-z]+(?:22|30)?)(?::(?P<rest>.*?))?(?:@(?P<first>[1-9]\d*))?")
_ARGUMENTS = {
    "status": re.compile(r"[1-5]\d\d"),
    "error": re.compile(rf"[A-Z\d-]+(?::(?:{'|'.join(ENVELOPES)}))?"),
    "quota": re.compile(r"\d+"),
    "rate": re.compile(r"[1-9]\d*"),
    "rename": re.compile(r"[^=]+=[^=]+"),
    "column": re.compile(r"[^=]+=[^=]*"),
    "value": re.compile(r"[^=]+=[^=]*"),
    "leak": re.compile(rf"(?:{'|'.join(IDENTIFIERS)})(?:=[^=]+)?"),
    "slow": re.compile(r"(?:\d+\.\d+)?"),
    "total": re.compile(r"(?:\+\d+)?"),
}
_NOTHING = re.compile("")
_KST = timezone(timedelta(hours=9))


class FaultError(ValueError):
    """A fault or a sender that the sandbox does not know."""


@dataclass(frozen=True)
class Fault:
    """A fault in force: what happens, from which request on, and how often still."""

    kind: str
    argument: str = ""
    times: int | None = None
    first: int = 1

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault as it is written. Raises FaultError."""
        found = _FAULT.fullmatch(text)
        kind, rest = (found["kind"], found["rest"] or "") if found else ("", "")
        if found is None or kind not in KINDS:
            raise FaultError(f"unknown fault {text!r}: use one of {', '.join(KINDS)}")
        if kind in ("error22", "error30"):
            kind, rest = "error", f"{kind[5:]}:{rest}".rstrip(":")
        argument, times = _split(kind, rest, text)
        if kind == "error" and not is_code(argument.partition(":")[0]):
            raise FaultError(f"unknown fault {text!r}: no sender answers that code")
        return cls(kind, argument, times, int(found["first"] or 1))

    def __str__(self) -> str:
        parts = [self.kind, self.argument, "" if self.times is None else str(self.times)]
        start = f"@{self.first}" if self.first > 1 else ""
        return ":".join(part for part in parts if part) + start

    def __bool__(self) -> bool:
        return bool(self.kind)


NO_FAULT = Fault("")


class Faults:
    """The faults in force and the requests seen; safe to use from several threads.

    clock: seconds since the epoch.
    """

    def __init__(
        self, wanted: Mapping[str, object] | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._faults: dict[str, Fault] = {}
        self._today: Counter[tuple[str, str]] = Counter()
        self._recent: dict[str, deque[float]] = {}
        self._seen: Counter[str] = Counter()
        self._busiest: Counter[str] = Counter()
        self.replace(wanted or {})

    def replace(self, wanted: Mapping[str, object]) -> None:
        """Put these faults in force instead of the former ones. Raises FaultError."""
        parsed: dict[str, Fault] = {}
        for sender, written in wanted.items():
            fault = Fault.parse(str(written))
            if _SENDER.fullmatch(sender) is None:
                raise FaultError(
                    f"unknown sender {sender!r}: use a seven-digit district code, datagokr, "
                    "datagokr_standard, taas, odcloud, neis, kosis, a folder such as city_files, "
                    "an agency such as city, a path or *"
                )
            known = _kinds_of(sender)
            if fault.kind not in known:
                raise FaultError(f"{sender} cannot play {fault.kind}: use {', '.join(known)}")
            parsed[sender] = fault
        with self._lock:
            self._faults = parsed
            self._today.clear()

    def as_dict(self) -> dict[str, str]:
        """Return the faults in force as they would be written."""
        with self._lock:
            return {sender: str(fault) for sender, fault in self._faults.items()}

    def take(self, names: Sequence[str], playable: Sequence[str] = API_KINDS) -> Fault:
        """Count a request and return the fault that it meets, `NO_FAULT` if it meets none.

        names: what the sender is called, the closest first; playable: kinds that it can play.
        """
        now = self._clock()
        day = f"{datetime.fromtimestamp(now, _KST):%Y-%m-%d}"
        with self._lock:
            for name in names:
                self._note(name, now)
            for name in names:
                fault = self._faults.get(name)
                if fault is None or fault.kind not in playable:
                    continue
                self._today[name, day] += 1
                return self._met(name, fault, self._today[name, day])
        return NO_FAULT

    def requests(self) -> dict[str, dict[str, int]]:
        """Return, by sender, the requests seen and the most of them within one second."""
        with self._lock:
            return {
                name: {"requests": count, "most_in_a_second": self._busiest[name]}
                for name, count in sorted(self._seen.items())
            }

    def forget_requests(self) -> None:
        """Count requests from nought again; a daily limit begins anew."""
        with self._lock:
            for counted in (self._seen, self._busiest, self._today, self._recent):
                counted.clear()

    def _note(self, name: str, now: float) -> None:
        recent = self._recent.setdefault(name, deque())
        recent.append(now)
        while recent[0] <= now - 1:
            recent.popleft()
        self._seen[name] += 1
        self._busiest[name] = max(self._busiest[name], len(recent))

    def _met(self, name: str, fault: Fault, number: int) -> Fault:
        if number < fault.first:
            return NO_FAULT
        if fault.kind == "quota":
            return Fault("error", "22") if number > int(fault.argument) else NO_FAULT
        if fault.kind == "rate":
            too_many = len(self._recent[name]) > int(fault.argument)
            return Fault("error", "23:E7") if too_many else NO_FAULT
        if fault.times == 1:
            del self._faults[name]
        elif fault.times is not None:
            self._faults[name] = replace(fault, times=fault.times - 1)
        return fault


def _kinds_of(sender: str) -> tuple[str, ...]:
    if sender == "sftp":
        return SERVER_KINDS
    return FOLDER_KINDS if _FOLDER.fullmatch(sender) else (*API_KINDS, *FOLDER_KINDS)


def _split(kind: str, rest: str, text: str) -> tuple[str, int | None]:
    """Return (argument, times) of what stands behind a kind. Raises FaultError."""
    form = _ARGUMENTS.get(kind, _NOTHING)
    head, _, last = rest.rpartition(":")
    if re.fullmatch(r"[1-9]\d*", last) and form.fullmatch(head):
        return head, int(last)
    if form.fullmatch(rest):
        return rest, None
    raise FaultError(f"unknown fault {text!r}: {kind} is written in another way")
