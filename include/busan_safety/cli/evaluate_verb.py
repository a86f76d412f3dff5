"""`busan-safety evaluate`: the table, the sentences, the checks and the picture of each result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from busan_safety.cli.output import BadInput, Json, print_json, print_table, screen
from busan_safety.settings import get_settings

if TYPE_CHECKING:
    from busan_safety.evaluation import PolicyEffect

_HEADINGS = ("effect", "ratio", "95 % interval", "p", "adjusted", "SMS", "verdict")
_NONE = "–"


def evaluate(
    programmes: Annotated[
        list[str] | None,
        typer.Argument(help="Programmes or plans, e.g. countdown_timers; all by default."),
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Folder for an SVG of each result.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Evaluate the registered policy plans on the marts as they are."""
    from busan_safety.evaluation import PlanRefused, UnknownProgramme
    from busan_safety.evaluation import evaluate as evaluate_plans

    try:
        effects = evaluate_plans(programmes=programmes or None)
    except (PlanRefused, UnknownProgramme) as error:
        raise BadInput(str(error)) from error
    drawn = _drawn(effects, pictures) if pictures or (programmes and not as_json) else []
    if as_json:
        print_json(effects)
        return
    print_table(_HEADINGS, [_row(effect) for effect in effects])
    for line, style in _words(effects):
        screen.print(line, style=style, highlight=False)
    for path in drawn:
        screen.print(f"Picture: {path}", highlight=False, soft_wrap=True)


def _row(effect: PolicyEffect) -> tuple[str, ...]:
    interval = f"{_figure(effect.lower_95)} to {_figure(effect.upper_95)}"
    adjusted = effect.p_adjusted
    return (
        effect.effect_id,
        _figure(effect.estimate),
        _NONE if effect.lower_95 is None else interval,
        _NONE if effect.p_value is None else f"{effect.p_value:.2g}",
        _NONE if adjusted is None else f"{adjusted:.2g} of {effect.family_size}",
        str(effect.maryland_scale),
        effect.verdict.replace("_", " "),
    )


def _words(effects: Sequence[PolicyEffect]) -> Iterator[tuple[str, str]]:
    for effect in effects:
        yield f"\n{effect.effect_id}", "bold"
        yield f"  {effect.sentence_ko}\n  {effect.sentence_en}", "none"
        if effect.family_note_ko:
            yield f"  {effect.family_note_ko}\n  {effect.family_note_en}", "none"
        for name, value in effect.diagnostics.items():
            yield f"    {name.replace('_', ' ')}: {_NONE if value is None else value}", "dim"


def _figure(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _drawn(effects: list[PolicyEffect], folder: Path | None) -> list[Path]:
    """Write a picture of each result that has one; without a folder beside the platform's data."""
    from busan_safety.evaluation.pictures import draw

    place = folder or get_settings().var_dir / "pictures"
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for effect in effects:
        if effect.points:
            path = place / f"{effect.effect_id}.svg"
            path.write_text(draw(effect), encoding="utf-8")
            written.append(path)
    return written


VERBS = (evaluate,)
