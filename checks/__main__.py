"""`python -m checks list | explain CODE | new CODE SLUG | docs`: the catalogue without the toolkit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from checks.errors import ChecksError
from checks.explain import document, explain, listing
from checks.scaffold import new

_WRONG_USE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what was asked for to standard output. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m checks", description="The catalogue of compatibility rules.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="one line for each rule")
    commands.add_parser("explain", help="the page of one rule").add_argument("code", metavar="CODE")
    made = commands.add_parser("new", help="write the file of a new rule")
    made.add_argument("code", metavar="CODE")
    made.add_argument("slug", metavar="SLUG")
    commands.add_parser("docs", help="the whole catalogue as Markdown")
    chosen = parser.parse_args(arguments)
    try:
        match chosen.command:
            case "list":
                text = listing()
            case "explain":
                text = explain(chosen.code)
            case "new":
                text = f"{new(chosen.code, chosen.slug)}\n"
            case _:
                text = document()
    except ChecksError as error:
        sys.stderr.write(f"{error} {error.hint}\n")
        return _WRONG_USE
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
