"""The verb `docs`: dbt's documentation of the warehouse, or the gate's answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from busan_safety.cli.output import Json, VerbFailed, print_json, screen
from busan_safety.settings import get_settings


def docs(
    static: Annotated[
        bool, typer.Option("--static", help="Write files that need no server, and end.")
    ] = False,
    gate: Annotated[
        bool,
        typer.Option("--gate", help="Every check's last answer instead (internal, no values)."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Generate dbt's documentation of every table and column and serve it on this machine."""
    from busan_safety.transform.site import serve_site

    page = _answers_of_the_gate() if gate else _warehouse(static=static)
    settings = get_settings()
    address = page.as_uri() if static else f"http://{settings.host}:{settings.docs_port}/"
    if as_json:
        print_json({"page": page, "address": address})
    else:
        what = "The gate's last answers" if gate else "The warehouse, documented"
        screen.print(f"{what}: {address}", highlight=False, soft_wrap=True)
    if static:
        return
    if not as_json:
        screen.print("Ctrl-C ends it.", highlight=False)
    try:
        serve_site(page, whole_folder=gate)
    except OSError as error:
        raise VerbFailed(
            f"Port {settings.docs_port} cannot be used ({error.strerror}): set BUSAN_DOCS_PORT."
        ) from error


def _warehouse(*, static: bool) -> Path:
    from busan_safety.transform import BuildFailed
    from busan_safety.transform.site import build_site

    try:
        return build_site(static=static)
    except BuildFailed as error:
        raise VerbFailed(str(error)) from error


def _answers_of_the_gate() -> Path:
    from busan_safety.gate.data_docs import NoDataDocs, build_data_docs

    try:
        return build_data_docs()
    except NoDataDocs as error:
        raise VerbFailed(str(error)) from error


VERBS = (docs,)
