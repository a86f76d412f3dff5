"""What must be true before `make install`: one line for each thing that is not, exit status 2.

Runs on whatever Python 3 is there, also an old one: plain syntax, standard library only.
"""

import os
import shutil
import sys

LOWEST, BEYOND = (3, 11), (3, 14)
INSTALL_GB = 3


def problems(version, folder):
    """Return sentences about `version` (major, minor) and the folder that takes the environment."""
    found = []
    if not LOWEST <= version < BEYOND:
        found.append(
            f"Python {version[0]}.{version[1]} does not do: install Python 3.11, 3.12 or 3.13, "
            "or name one: make PYTHON=/path/to/python3.12 …"
        )
    elif not _has_venv():
        found.append("This Python has no venv module (Debian: apt-get install python3-venv).")
    if not os.access(folder, os.W_OK | os.X_OK):
        found.append(f"No permission to write to {folder}: change its owner or rights.")
    free_gb = shutil.disk_usage(folder).free / 1e9
    if free_gb < INSTALL_GB:
        found.append(f"Only {free_gb:.1f} GB are free at {folder}; {INSTALL_GB} GB are needed.")
    return found


def _has_venv():
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    LINES = problems(sys.version_info[:2], sys.argv[1])
    for LINE in LINES:
        print(LINE)
    sys.exit(2 if LINES else 0)
