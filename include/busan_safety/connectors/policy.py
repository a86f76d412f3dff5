"""What each sender's error codes mean and what is done about them: one table a family.

data.go.kr: its own list and the older one in circulation (DOMAIN A1); NEIS: DOMAIN A4; odcloud:
A2; KOSIS: its developer guide (10 to 50; 40 and 42 were never seen by us).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from busan_safety.connectors.errors import Action, SourceFailure
from busan_safety.settings import SEOUL

USED_UP = "22"
TOO_FAST = "23"
# Codes that a second attempt may help and a third will not.
RETRIED_ONCE = frozenset({"99"})
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True)
class Policy:
    """The code's name, what to do about it, and what a person should do."""

    name: str
    action: Action
    remedy: str


_KEY = "check the key of this connection at data.go.kr (마이페이지 > 인증키)"
_RETRY = "the sender has a problem; it is tried again"
_MIDNIGHT = "the daily limit is used up; it is free again after midnight (KST)"
_SLOWER = "the sender asks for fewer requests; it is tried again more slowly"
_PARAMETERS = "correct `params` in the registry"
_UNKNOWN = Policy("unknown code", "fail", "look the code up at the service's page")

GATEWAY: dict[str, Policy] = {
    "01": Policy("APPLICATION_ERROR", "retry", _RETRY),
    "02": Policy("DB_ERROR", "retry", _RETRY),
    "04": Policy("HTTP_ERROR", "retry", _RETRY),
    "05": Policy("SERVICETIMEOUT_ERROR", "retry", _RETRY),
    "10": Policy("INVALID_REQUEST_PARAMETER_ERROR", "fail", _PARAMETERS),
    "11": Policy("NO_MANDATORY_REQUEST_PARAMETERS_ERROR", "fail", "add the missing parameter"),
    "12": Policy("NO_OPENAPI_SERVICE_ERROR", "fail", "the service was removed; find its successor"),
    "20": Policy("SERVICE_ACCESS_DENIED_ERROR", "fail", "apply for the service with this key"),
    "21": Policy("TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR", "fail", _KEY),
    "22": Policy(
        "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR", "stop_until_midnight", _MIDNIGHT
    ),
    "23": Policy(
        "LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS_ERROR", "back_off", _SLOWER
    ),
    "29": Policy("BLACKLIST_IP_ACCESS_ERROR", "fail", "ask data.go.kr to unblock this address"),
    "30": Policy("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "fail", _KEY),
    "31": Policy("DEADLINE_HAS_EXPIRED_ERROR", "fail", "the key has expired; renew it"),
    "32": Policy("UNREGISTERED_IP_ERROR", "fail", "register this machine's address for the key"),
    "33": Policy("UNSIGNED_CALL_ERROR", "fail", _KEY),
    "99": Policy("UNKNOWN_ERROR", "retry", _RETRY),
}
NEIS: dict[str, Policy] = {
    "INFO-300": Policy("", "fail", "the key is restricted; ask the operator"),
    "ERROR-290": Policy("", "fail", "check the key of this connection at open.neis.go.kr"),
    "ERROR-300": Policy("", "fail", "add the missing parameter"),
    "ERROR-310": Policy("", "fail", "the service was removed; find its successor"),
    "ERROR-333": Policy("", "fail", _PARAMETERS),
    "ERROR-336": Policy("", "fail", "lower `page_size` to 1000 or less"),
    "ERROR-337": Policy("", "stop_until_midnight", _MIDNIGHT),
    "ERROR-500": Policy("", "retry", _RETRY),
    "ERROR-600": Policy("", "retry", _RETRY),
    "ERROR-601": Policy("", "retry", _RETRY),
}
ODCLOUD: dict[str, Policy] = {
    "-401": Policy("", "fail", _KEY),
    "-4": Policy("", "fail", _KEY),
    "-3": Policy("", "fail", "the service was removed; find its successor"),
}
KOSIS: dict[str, Policy] = {
    "10": Policy("", "fail", "set the key of this connection (kosis.kr > 공유서비스)"),
    "11": Policy("", "fail", "the key has expired; renew it at kosis.kr > 공유서비스"),
    "20": Policy("", "fail", "add the missing parameter"),
    "21": Policy("", "fail", _PARAMETERS),
    "31": Policy("", "fail", "the answer would be too long; ask for fewer items in `params`"),
    "40": Policy("", "back_off", _SLOWER),
    "41": Policy("", "fail", "the answer would be too long; ask for fewer items in `params`"),
    "42": Policy("", "fail", "the key is restricted; ask the operator"),
    "50": Policy("", "retry", _RETRY),
}


def failure(
    code: str, table: Mapping[str, Policy] = GATEWAY, sender: str = "The sender"
) -> SourceFailure:
    """The error for a sender's code, with its name, action and remedy.

    A code that does not look like one is not repeated: it may be anything, the key included.
    """
    shown = code if _CODE.fullmatch(code) else "something that is no code"
    policy = table.get(code, _UNKNOWN)
    name = f" {policy.name}" if policy.name else ""
    return SourceFailure(
        f"{sender} answered {shown}{name}: {policy.remedy}.",
        code=code if _CODE.fullmatch(code) else "unknown",
        action=policy.action,
        retry_at=next_midnight() if policy.action == "stop_until_midnight" else None,
    )


def gateway_failure(code: str) -> SourceFailure:
    """The error for a data.go.kr code, written with one digit or two."""
    return failure(code.zfill(2))


def next_midnight(now: dt.datetime | None = None) -> dt.datetime:
    """The next midnight in Korea, when daily limits begin anew."""
    day = (now or dt.datetime.now(SEOUL)).astimezone(SEOUL).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), tzinfo=SEOUL)
