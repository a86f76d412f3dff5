"""Command line of the sandbox: `generate` writes a city, `serve` plays its interfaces."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from busan_sandbox.faults import Faults
from busan_sandbox.files import JOURNAL
from busan_sandbox.server import SandboxServer

_DEFAULT_KEY = "sandbox-key"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 is success, 2 a refused option."""
    options = _parser().parse_args(arguments)
    try:
        return _generate(options) if options.command == "generate" else _serve(options)
    except (ValueError, OSError) as error:
        print(f"busan_sandbox: {error}", file=sys.stderr)
        return 2


def _generate(given: argparse.Namespace) -> int:
    # Imported here: `serve` starts in half the time and memory without numpy.
    from busan_sandbox.generate import generate
    from busan_sandbox.options import Month, OptionError, Options

    try:
        seed, scale, effect = int(given.seed), float(given.scale), float(given.route_effect)
    except ValueError as error:
        raise OptionError(f"seed, scale and route effect must be numbers ({error})") from error
    first, last = Month.parse(given.first), Month.parse(given.last)
    done = generate(Options(seed, scale, first, last, effect), Path(given.out))
    did = "wrote" if done.written else "already there:"
    print(f"{did} {done.files} files, {done.bytes / 1e6:.1f} MB in {done.drop_dir}")
    return 0


def _serve(given: argparse.Namespace) -> int:
    data = Path(given.data)
    if not (data / JOURNAL).exists():
        raise ValueError(f"{data} holds no generated city: run generate first")
    wanted = json.loads(Path(given.faults).read_text(encoding="utf-8")) if given.faults else {}
    key = os.environ.get("BUSAN_SANDBOX_KEY", _DEFAULT_KEY)
    level = logging.INFO if given.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(message)s")
    address = (given.host, int(given.port))
    try:
        server = SandboxServer(address, data, key, Faults(wanted), float(given.slow_seconds))
    except OSError as error:
        raise ValueError(f"cannot listen on port {given.port}: {error.strerror}") from error
    with server:
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread of its own: shutdown waits for the loop that the signal interrupts.
            signal.signal(
                number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start()
            )
        print(f"synthetic agencies at {server.url}", flush=True)
        server.serve_forever(poll_interval=0.2)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m busan_sandbox",
        description="A deterministic, synthetic Busan: the agencies' files and interfaces.",
        epilog="Every option can come from the environment as BUSAN_SANDBOX_<NAME>; the key that "
        "the interfaces expect only from BUSAN_SANDBOX_KEY.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    city = commands.add_parser("generate", help="write the file drops and the interfaces' data")
    _option(city, "--out", "var/drop", "drop folder; the rest goes to ../sandbox beside it")
    _option(city, "--scale", "0.02", "share of the real city's 112 calls and camera sites")
    _option(city, "--seed", "20240401", "the same seed and options give the same bytes")
    _option(city, "--from", "2023-01", "first month", dest="first")
    _option(city, "--to", "2024-12", "last month", dest="last")
    _option(
        city,
        "--route-effect",
        "0.80",
        "rate ratio of night calls after works on a safe return route; 1 plants no effect",
    )

    server = commands.add_parser("serve", help="play the HTTP interfaces")
    _option(server, "--host", "127.0.0.1", "address to listen on")
    _option(server, "--port", "58090", "port to listen on; 0 takes a free one")
    _option(server, "--data", "var/sandbox", "state folder that generate wrote")
    _option(server, "--faults", "", "JSON file {sender: fault}, as for POST /_control/faults")
    _option(server, "--slow-seconds", "3", "how long the fault slow holds an answer back")
    server.add_argument("--verbose", action="store_true", help="log each request's path")
    return parser


def _option(
    parser: argparse.ArgumentParser, flag: str, default: str, text: str, dest: str | None = None
) -> None:
    name = flag.removeprefix("--").replace("-", "_")
    variable = f"BUSAN_SANDBOX_{name.upper()}"
    parser.add_argument(
        flag,
        dest=dest or name,
        metavar=name.upper(),
        default=os.environ.get(variable, default),
        help=f"{text} (default {default or 'none'}; {variable})",
    )


if __name__ == "__main__":
    sys.exit(main())
