"""`python -m migrate.sandbox`: serve one sandbox until told to stop."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.profile import PROFILES


def main() -> int:
    """Exit code 0 after an orderly stop, 2 with one line on stderr when the sandbox cannot start."""
    parser = argparse.ArgumentParser(prog="python -m migrate.sandbox", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="directory for data, logs and the state file")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="instant")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    wanted = parser.parse_args()
    try:
        from migrate.sandbox.app import serve
    except ImportError as error:
        sys.stderr.write(f"the sandbox lacks {error.name}: pip install 'aurora-migrate[sandbox]'\n")
        return 2
    try:
        serve(
            home=wanted.home.absolute(),
            port=wanted.port,
            profile=PROFILES[wanted.profile],
            region=wanted.region,
            stop_with_stdin=wanted.stop_with_stdin,
        )
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
