"""The command line `busan-safety`: thin verbs over the packages below, for people and machines.

In: arguments. Out: tables for people, `--json` for machines.

Every verb takes `--json`. What goes wrong is one line on the error stream; exit status 2 for bad
input or a refused delivery, 1 for anything else that failed.
"""

import sys


def main() -> None:
    """Run the verb that the command line names and end the process with its status."""
    try:
        # Imported here, so that Ctrl-C during the imports ends as quietly as later.
        from busan_safety.cli.app import run

        run()
    except KeyboardInterrupt:
        print("Interrupted before anything was started.", file=sys.stderr)
        sys.exit(130)
