"""Entry point of the image: the same environment wiring, then the service's own command.

`prepare` brings the databases up to date once; anything else replaces this process. What the
container's environment sets explicitly goes before the wiring for one machine.
"""

from __future__ import annotations

import os
import subprocess
import sys

from busan_safety.launcher.environment import airflow_env, seed_secrets
from busan_safety.launcher.services import generate_command, prepare_airflow_command
from busan_safety.loading import create_raw_tables
from busan_safety.settings import Settings, get_settings
from busan_safety.warehouse.bootstrap import bootstrap


def main() -> None:
    """Run `prepare`, or the command that the arguments name."""
    settings = get_settings()
    seed_secrets(settings)
    env = container_env(settings)
    if sys.argv[1:] == ["prepare"]:
        bootstrap(settings)
        create_raw_tables()
        subprocess.run(prepare_airflow_command(), env=env, check=True)  # noqa: S603
        return
    if sys.argv[1:] == ["sandbox"]:
        subprocess.run(generate_command(settings), env=env, check=True)  # noqa: S603
        port = str(settings.sandbox_port)
        command = [sys.executable, "-m", "busan_sandbox", "serve", "--port", port]
    else:
        command = sys.argv[1:]
    os.execvpe(command[0], command, env)  # noqa: S606 - the image's command line


def container_env(settings: Settings) -> dict[str, str]:
    """airflow_env() with the container's own AIRFLOW__ options on top."""
    given = {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")}
    return airflow_env(settings) | given


if __name__ == "__main__":
    main()
