"""Command line of the sandbox: `generate` a city, `serve` its senders, `fault` a bad file."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from busan_sandbox.faults import Faults
from busan_sandbox.files import JOURNAL
from busan_sandbox.server import SandboxServer
from busan_sandbox.sftp import USER, SftpServer

_DEFAULT_KEY = "sandbox-key"
S = TypeVar("S")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 is success, 2 a refused option."""
    options = _parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
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
    drop = _drop_of(data)
    wanted = json.loads(Path(given.faults).read_text(encoding="utf-8")) if given.faults else {}
    key = os.environ.get("BUSAN_SANDBOX_KEY", _DEFAULT_KEY)
    level = logging.INFO if given.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(message)s")
    # Its errors are the clients that go away.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    faults, slow = Faults(wanted), float(given.slow_seconds)
    with ExitStack() as stack:
        server = _listening(
            given.port,
            lambda port: SandboxServer((given.host, port), data, key, faults, slow, drop),
        )
        stack.enter_context(server)
        lines = [f"synthetic agencies at {server.url}"]
        if given.sftp_port != "off":
            folders = _listening(
                given.sftp_port,
                lambda port: SftpServer((given.host, port), drop, data, key, faults, slow),
            )
            stack.enter_context(folders)
            lines += [f"synthetic folders at sftp://{USER}@{given.host}:{folders.port}"]
            lines += [f"host key {folders.known_host}"]
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread of its own: shutdown waits for the loop that the signal interrupts.
            signal.signal(
                number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start()
            )
        print("\n".join(lines), flush=True)
        server.serve_forever(poll_interval=0.2)
    return 0


def _listening(port: str, start: Callable[[int], S]) -> S:
    """Start a server on a port; raises ValueError with the port where it is taken."""
    try:
        return start(int(port))
    except OSError as error:
        raise ValueError(f"cannot listen on port {port}: {error.strerror}") from error


def _drop_of(data: Path) -> Path:
    """Return the drop folder of a generated city. Raises ValueError where there is no city."""
    if not (data / JOURNAL).exists():
        raise ValueError(f"{data} holds no generated city: run generate first")
    with (data / JOURNAL).open(encoding="utf-8") as journal:
        return data / str(json.loads(journal.readline())["drop"])


def _fault(given: argparse.Namespace) -> int:
    from busan_sandbox.filefaults import write_faulty

    path = write_faulty(Path(given.path), given.fault, name=given.name, replace=given.replace)
    print(f"wrote {path}")
    return 0


_COMMANDS = {"generate": _generate, "serve": _serve, "fault": _fault}


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

    server = commands.add_parser("serve", help="play the interfaces and the folders")
    _option(server, "--host", "127.0.0.1", "address to listen on")
    _option(server, "--port", "58090", "port to listen on; 0 takes a free one")
    _option(server, "--sftp-port", "58022", "port of the SFTP folders; 0 takes a free one, or off")
    _option(server, "--data", "var/sandbox", "state folder that generate wrote")
    _option(server, "--faults", "", "JSON file {sender: fault}, as for POST /_control/faults")
    _option(server, "--slow-seconds", "3", "how long the fault slow holds an answer back")
    server.add_argument("--verbose", action="store_true", help="log each request's path")

    fault = commands.add_parser("fault", help="write a faulty variant of a delivered file")
    fault.add_argument("path", help="the file, or a folder whose last file by name is meant")
    fault.add_argument("fault", help="such as rename:위도=Y; see busan_sandbox.filefaults")
    fault.add_argument("--name", help="name of the variant (default: that of the next delivery)")
    fault.add_argument("--replace", action="store_true", help="put it in the good file's place")
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
