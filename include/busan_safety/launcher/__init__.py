"""Starts and stops the platform of one machine, follows its DAG runs, and tells what they did.

In: settings. Out: background processes (PostgreSQL, sandbox, Airflow, portal) with process id
files in `var/run` and logs in `var/log`. Promises: loopback only; a process is signalled only
when its id and creation time both match; an interrupted start leaves nothing of its own behind.
"""

from busan_safety.launcher.demo import run_demo
from busan_safety.launcher.preflight import PreflightError
from busan_safety.launcher.stack import ServiceStatus, Stack, StartError, running_warehouse

__all__ = [
    "PreflightError",
    "ServiceStatus",
    "Stack",
    "StartError",
    "run_demo",
    "running_warehouse",
]
