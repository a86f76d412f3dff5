"""`busan-safety siting`: where new cameras would cover most need, against the plain lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from busan_safety.cli.output import BadInput, Json, print_json, print_table, screen

if TYPE_CHECKING:
    from busan_safety.evaluation.siting.run import SitingReport

_SHOWN = 10
_CELLS = ("order", "cell", "district", "score", "rank", "by crimes", "crimes", "cameras near")
_DISTRICTS = ("district", "cells", "cameras", "chosen", "by crimes", "need", "covered now", "new")
_CHOICES = (
    ("chosen together", "covered_by_selection"),
    ("greedy", "covered_by_greedy"),
    ("first by score", "covered_by_score"),
    ("first by reported crimes", "covered_by_crimes"),
)


def siting(
    cameras: Annotated[
        int | None, typer.Option("--cameras", min=1, help="New cameras; else the policy's number.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Folder for a map of the cells (SVG).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score map cells for new cameras and choose sites; for use inside the agency."""
    from busan_safety.evaluation.siting.policy import SitingPolicyRefused
    from busan_safety.evaluation.siting.run import site

    try:
        report = site(cameras)
    except SitingPolicyRefused as error:
        raise BadInput(str(error)) from error
    drawn = _draw(report, picture) if picture else None
    if as_json:
        print_json(
            {
                **report.totals,
                "districts": _districts(report),
                "selected": _selected(report),
            }
        )
        return
    _show(report)
    if drawn:
        screen.print(f"Picture: {drawn}", highlight=False, soft_wrap=True)


def _show(report: SitingReport) -> None:
    totals = report.totals
    if report.siting is not None:
        open_need = totals["total_need"] - totals["covered_before"]
        print_table(
            ("choice", "need newly covered", "of what is left"),
            [
                (words, f"{totals[name]:.1f}", f"{100 * totals[name] / open_need:.1f} %")
                for words, name in _CHOICES
            ],
        )
        screen.print(f"\nThe first {_SHOWN} of {len(_selected(report))} cells", style="bold")
        print_table(_CELLS, [_cell(row) for row in _selected(report)[:_SHOWN]])
        screen.print("\nBy district", style="bold")
        print_table(_DISTRICTS, [_district(row) for row in _districts(report)])
    screen.print(f"\n{report.sentence.ko}\n{report.sentence.en}", highlight=False)
    screen.print(f"\n{report.limits.ko}\n\n{report.limits.en}", style="dim", highlight=False)


def _selected(report: SitingReport) -> list[dict[str, Any]]:
    if report.siting is None:
        return []
    cells = report.siting.cells
    chosen = cells[cells["is_selected"]].sort_values("selected_order")
    names = (
        *("selected_order", "h3_cell", "district_code", "score", "priority_rank", "naive_rank"),
        *("event_count", "covering_camera_count"),
    )
    rows = chosen[list(names)].astype(object).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _districts(report: SitingReport) -> list[dict[str, Any]]:
    rows = report.districts.astype(object).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _cell(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        row["selected_order"],
        row["h3_cell"],
        row["district_code"] or "–",
        f"{row['score']:.3f}",
        row["priority_rank"],
        row["naive_rank"],
        row["event_count"],
        row["covering_camera_count"],
    )


def _district(row: dict[str, Any]) -> tuple[object, ...]:
    needs = ("need_total", "need_covered_before", "need_selected")
    counts = ("cell_count", "camera_count", "selected_count", "naive_count")
    return (
        row["district_code"],
        *(int(row[name]) for name in counts),
        *(f"{row[name]:.1f}" for name in needs),
    )


def _draw(report: SitingReport, folder: Path) -> Path | None:
    from busan_safety.evaluation.siting.picture import draw_map
    from busan_safety.sources.boundaries import outlines

    if report.siting is None or report.inputs is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cctv_siting.svg"
    path.write_text(
        draw_map(report.siting, outlines() or {}, is_synthetic=report.inputs.is_synthetic),
        encoding="utf-8",
    )
    return path


VERBS = (siting,)
