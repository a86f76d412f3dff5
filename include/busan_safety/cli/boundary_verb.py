"""The verb that makes a boundary file from polygons that somebody publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from busan_safety.cli.output import Json, print_json, screen


def boundaries(
    dongs: Annotated[
        Path, typer.Argument(help="GeoJSON of dong polygons with `adm_cd2` or `adm_cd`.")
    ],
    crosswalk: Annotated[
        Path, typer.Argument(help="Table of dong codes (tab-separated: adm_cd, adm_cd2, sgg).")
    ],
    out: Annotated[Path, typer.Option("--out", help="The boundary file to write.")],
    as_json: Json = False,
) -> None:
    """Dissolve published dong polygons into the polygons of the sixteen districts."""
    from busan_safety.sources.boundaries import dissolve

    content = dissolve(dongs, crosswalk)
    beside = out.with_name(f".{out.name}.part")
    beside.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    beside.replace(out)
    if as_json:
        print_json({"file": str(out), "districts": len(content["features"])})
    else:
        screen.print(
            f"{len(content['features'])} districts in {out}. Set BUSAN_BOUNDARY_FILE to it."
        )


VERBS = (boundaries,)
