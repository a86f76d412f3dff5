"""`make mutate-gate`: break the data once per check, and show that each time the gate closes.

Runs exactly the mutations of `test_published_suites.py` and ends with their table. A check that
only warns leaves the gate open for a person: where people decide, nothing is published by itself.
"""

from __future__ import annotations

import sys

import pytest

from expectations.mutations import MUTATIONS

_TEST = "test_exactly_this_check_sees_the_damage"


class Table:
    """Collects what became of each mutation."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and _TEST in report.nodeid:
            case = report.nodeid.partition("[")[2].removesuffix("]")
            said = dict(report.user_properties).get("gate", "")
            self.outcomes[case] = f"gate {said}" if report.passed else "NOT SEEN"

    def show(self) -> None:
        wide = max(map(len, self.outcomes), default=0)
        for case, outcome in sorted(self.outcomes.items()):
            print(f"{case:<{wide}}  {outcome}")


def main() -> int:
    """Return 0 when every declared mutation was seen by its check, and by that one only."""
    table = Table()
    code = pytest.main(
        ["-q", "--no-header", "-p", "no:cacheprovider", "tests/expectations", "-k", _TEST],
        plugins=[table],
    )
    table.show()
    declared = sum(map(len, MUTATIONS.values()))
    print(f"{len(table.outcomes)} of {declared} mutations ran")
    return int(code) or int(len(table.outcomes) != declared)


if __name__ == "__main__":
    sys.exit(main())
