"""The verb `query`: one indicator by place and period."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from busan_safety.cli.output import BadInput, Json, print_json, print_table, screen
from busan_safety.launcher.stack import running_warehouse
from busan_safety.settings import get_settings

if TYPE_CHECKING:
    from busan_safety.evaluation.indicator_query import Answer

_BAR = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"


def query(
    indicator: Annotated[
        str | None, typer.Argument(help="Its id, e.g. call_112_rate (all: --list).")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help="city, district, station, zone, event; day, month, quarter, half, year; subgroup."
            " Repeatable, or with commas: --by district,year.",
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First period: 2024, 2024-Q1, 2024-03, a day.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last period, included.")] = None,
    subgroup: Annotated[
        str | None, typer.Option("--subgroup", help="Part of the population (default: all).")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", help="Version of the definition (default: newest).")
    ] = None,
    place: Annotated[
        list[str] | None, typer.Option("--place", help="Only this code or name (repeatable).")
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="All declared indicators instead of one's values.")
    ] = False,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for spreadsheets.")] = False,
) -> None:
    """Show one indicator by place and period, as role evaluator.

    Without --by: the city in each period. With a place alone: one number for the whole range.
    Several periods are added as parts (sum of numerators / sum of denominators), never as rates;
    a median, a register or a snapshot is not added, and the refusal says so.

    Examples: `busan-safety query call_112_rate --by district --from 2024-01 --to 2024-06`;
    `busan-safety query code01_response_median_min --by station,month --from 2024-10`.
    """
    from busan_safety.evaluation.indicator_query import (
        QueryRefused,
        Question,
        declared_indicators,
    )
    from busan_safety.evaluation.indicator_query import query as ask

    if indicator is None and not show_list:
        raise BadInput("Say which indicator: busan-safety query call_112_rate; all: --list.")
    groups = tuple(part for one in by or () for part in one.replace(",", " ").split())
    with running_warehouse(get_settings(), say=lambda line: None):
        if show_list:
            declared = declared_indicators()
            if as_json:
                print_json(declared)
            else:
                print_table(list(declared[0]), [list(row.values()) for row in declared])
            return
        try:
            answer = ask(
                Question(
                    *(indicator or "", groups, start, end, subgroup, version),
                    places=tuple(place or ()),
                )
            )
        except QueryRefused as error:
            raise BadInput(str(error)) from error
    if as_json:
        print_json(answer)
    elif as_csv:
        _print_csv(answer)
    else:
        _print_answer(answer)


def _print_csv(answer: Answer) -> None:
    said = asdict(answer)
    beside = {
        name: said[name]
        for name in ("indicator_id", "definition_version", "unit", "population_basis", "place_type")
    }
    writer = csv.DictWriter(sys.stdout, [*beside, *said["cells"][0]])
    writer.writeheader()
    writer.writerows({**beside, **cell} for cell in said["cells"])
    for note in said["notes"]:
        print(note, file=sys.stderr)


def _print_answer(answer: Answer) -> None:
    screen.print(
        f"{answer.name_ko} / {answer.name_en}"
        f"  ({answer.indicator_id}, version {answer.definition_version})",
        style="bold",
        highlight=False,
    )
    basis = f"; population basis: {answer.population_basis}" if answer.population_basis else ""
    screen.print(f"Unit: {answer.unit}{basis}; owner: {answer.owner}", highlight=False)
    screen.print(answer.definition_en, style="dim", highlight=False)
    cells = answer.cells
    several = {
        "place": len({cell.place_code for cell in cells}) > 1,
        "subgroup": len({cell.subgroup for cell in cells}) > 1,
        "break": any(cell.series_break for cell in cells),
        "interval": any(cell.lower_95 is not None for cell in cells),
    }
    table = Table(box=None, pad_edge=False)
    table.add_column("period")
    table.add_column("place")
    if several["subgroup"]:
        table.add_column("subgroup")
    for heading in ("numerator", "denominator", "value"):
        table.add_column(heading, justify="right")
    if several["interval"]:
        table.add_column("95 % interval", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("status")
    if several["break"]:
        table.add_column("break")
    most = max((cell.value for cell in cells if cell.value is not None), default=Decimal(0))
    for cell in cells:
        line = [cell.period, cell.place_name]
        line += [cell.subgroup] if several["subgroup"] else []
        line += [_number(cell.numerator), _number(cell.denominator), _number(cell.value)]
        if several["interval"]:
            known = cell.lower_95 is not None
            line.append(f"{_number(cell.lower_95)} - {_number(cell.upper_95)}" if known else "")
        line.append(_bar(cell.value, most))
        line.append(cell.value_status + (" (partial)" if cell.is_partial_period else ""))
        line += [cell.series_break or ""] if several["break"] else []
        table.add_row(*(Text(part) for part in line))
    screen.print(table, highlight=False)
    for note in answer.notes:
        screen.print(note, style="yellow", highlight=False, markup=False, soft_wrap=True)


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def _bar(value: Decimal | None, most: Decimal) -> str:
    """A bar as long as the value is of the largest one, in eighths of a character."""
    if value is None or most <= 0 or value < 0:
        return ""
    eighths = round(float(value / most) * _BAR * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).strip()


VERBS = (query,)
