"""Verbs about what goes out: publish, verify, withdraw."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from busan_safety.cli.output import (
    BadInput,
    Json,
    VerbFailed,
    print_error,
    print_json,
    print_table,
    screen,
)

if TYPE_CHECKING:
    from busan_safety.release import ReleaseReport


def publish(
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be published and why; write nothing."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Publish the candidates that the gate has passed, then rebuild the portal."""
    from busan_safety.gate import CandidateMissing, WaiverError
    from busan_safety.portal import build_portal
    from busan_safety.release import ReleaseError, publish_passed
    from busan_safety.release.calendar import CalendarError
    from busan_safety.release.known_issues import KnownIssuesError

    try:
        reports = publish_passed(dry_run=dry_run)
    except (
        *(CalendarError, CandidateMissing, KnownIssuesError),
        *(ReleaseError, WaiverError),
    ) as error:
        raise VerbFailed(str(error)) from error
    if not dry_run:
        build_portal()
    if as_json:
        print_json(reports)
    else:
        _show_reports(reports)
    if any(one.error for one in reports):
        sys.exit(1)


def _show_reports(reports: list[ReleaseReport]) -> None:
    print_table(
        ["dataset", "outcome", "version", "rows", "folder", "why"],
        [
            [
                *(one.dataset, one.outcome, one.version or "", one.row_count, one.path or ""),
                one.message,
            ]
            for one in reports
        ],
    )
    for one in reports:
        _show_preview(one)
    for one in reports:
        if one.error:
            print_error(f"{one.error}: {one.message}")


def verify(as_json: Json = False) -> None:
    """Check every release again: files, checksums, decisions, tombstones, catalogue."""
    from busan_safety.release import verify as verify_releases

    problems = verify_releases()
    if as_json:
        print_json(problems)
    elif not problems:
        screen.print("Every release is whole and has its decision.")
    else:
        for problem in problems:
            print_error(f"{problem.dataset} {problem.version} {problem.where}: {problem.what}")
    if problems:
        sys.exit(1)


def withdraw(
    dataset: Annotated[str, typer.Argument(help="A published dataset.")],
    version: Annotated[str, typer.Argument(help="The version to take back, e.g. 2024.12.2.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in Korean: the public reads it in the tombstone.")
    ],
    by: Annotated[str, typer.Option("--by", help="Who decided it: an office, or a name.")],
    reason_en: Annotated[
        str | None, typer.Option("--reason-en", help="Why, in English (default: --reason).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Take a version back: files removed, tombstone left, the version before is latest again."""
    from busan_safety.gate import Text, UnknownDataset
    from busan_safety.portal import build_portal
    from busan_safety.release import CannotWithdraw
    from busan_safety.release import withdraw as take_back

    if not yes:
        typer.confirm(f"Remove the files of {dataset} {version} for good?", abort=True)
    try:
        report = take_back(dataset, version, reason=Text(ko=reason, en=reason_en or reason), by=by)
    except (CannotWithdraw, UnknownDataset) as error:
        raise BadInput(str(error)) from error
    build_portal()
    if as_json:
        print_json(report)
        return
    stands = f"{report.newest} is latest again" if report.newest else "no version stands"
    screen.print(
        f"{report.dataset} {report.version} is withdrawn, {stands}. {report.tombstone}",
        highlight=False,
        soft_wrap=True,
    )


def _show_preview(report: ReleaseReport) -> None:
    known = report.preview
    if known is None:
        return
    against = f"against {known.previous_version}" if known.previous_version else "first version"
    columns = {"first": "new table", "same": "same columns"}.get(
        known.contract.kind, f"{known.contract.kind}: {'; '.join(known.contract.details)}"
    )
    screen.print(f"{report.dataset}: {against}; {columns}", style="bold", highlight=False)
    for reason in report.reasons:
        screen.print(f"  {reason.severity} {reason.check}: {reason.sentence}", highlight=False)
    for rows in known.changes:
        screen.print(
            f"  {rows.row_count:,} rows {rows.kind} ({rows.reason_code}), "
            f"e.g. {', '.join(rows.examples)}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if known.previous_version and not known.changes:
        screen.print("  no row differs (data_as_of is not compared)", highlight=False)


VERBS = (publish, verify, withdraw)
