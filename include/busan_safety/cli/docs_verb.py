"""The verb `docs`: dbt's documentation of the warehouse."""

from __future__ import annotations

from typing import Annotated

import typer

from busan_safety.cli.output import Json, VerbFailed, print_json, screen
from busan_safety.settings import get_settings


def docs(
    static: Annotated[
        bool, typer.Option("--static", help="Write one file that needs no server, and end.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Generate dbt's documentation of every table and column and serve it on this machine."""
    from busan_safety.transform import BuildFailed
    from busan_safety.transform.site import build_site, serve_site

    try:
        page = build_site(static=static)
    except BuildFailed as error:
        raise VerbFailed(str(error)) from error
    settings = get_settings()
    address = page.as_uri() if static else f"http://{settings.host}:{settings.docs_port}/"
    if as_json:
        print_json({"page": page, "address": address})
    else:
        screen.print(f"The warehouse, documented: {address}", highlight=False, soft_wrap=True)
    if static:
        return
    if not as_json:
        screen.print("Ctrl-C ends it.", highlight=False)
    try:
        serve_site(page)
    except OSError as error:
        raise VerbFailed(
            f"Port {settings.docs_port} cannot be used ({error.strerror}): set BUSAN_DOCS_PORT."
        ) from error


VERBS = (docs,)
