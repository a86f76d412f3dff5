"""`python -m busan_safety.portal [--host H] [--port P] [--directory D]`: serve the releases."""

from __future__ import annotations

import argparse
from pathlib import Path

from busan_safety.portal.server import serve
from busan_safety.settings import get_settings


def main() -> None:
    """Read the arguments and serve until the process is ended."""
    settings = get_settings()
    parser = argparse.ArgumentParser(prog="python -m busan_safety.portal")
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.portal_port)
    parser.add_argument("--directory", type=Path, default=settings.releases_dir)
    chosen = parser.parse_args()
    serve(chosen.host, chosen.port, chosen.directory)


if __name__ == "__main__":
    main()
