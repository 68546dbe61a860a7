"""Exit codes: the numbers are from `migrate.errors`, what to do is said here."""

from __future__ import annotations

from generator.markdown import NOTE, table
from migrate.errors import Exit

MEANING = {
    Exit.DONE: ("The work ran and all is well.", "Go on."),
    Exit.INTERNAL: (
        "A bug in this program. The message names file and line only; an unexpected error's text may hold data.",
        "Report it. `AURORA_MIGRATE_TRACEBACK=1` shows all of it. Then look at `aurora-migrate status`.",
    ),
    Exit.USAGE: (
        "The command line or migration.toml is wrong, a secret is missing, or a runbook is not usable.",
        "Mend what the message names. Nothing was done.",
    ),
    Exit.SAYS_NO: (
        "The work ran, and the answer is no: blockers, a closed gate, differences, a budget that ran out.",
        "Read the reason. Before the switch everything was undone: the application runs where it ran.",
    ),
    Exit.STATE_CONFLICT: (
        "Another process holds the migration's lease, a handover is open already, or its request changed meanwhile.",
        "`aurora-migrate status` says what is open. Never remove the lease by hand.",
    ),
    Exit.HUMAN_MUST_DECIDE: (
        "It cannot be read who owns the application's writes. Both sides stay fenced.",
        "Find out who owns, see [operations](../operations.md#exit-5-a-human-must-decide).",
    ),
    Exit.SOURCE: ("The source database refused or could not be reached.", "Mend that, then repeat the command."),
    Exit.TARGET: ("The target database refused or could not be reached.", "Mend that, then repeat the command."),
    Exit.AWS: ("AWS refused or could not be reached.", "Mend that, then repeat the command."),
    Exit.INTERRUPTED: (
        "Ctrl-C, SIGTERM or a lost terminal: the program ended at the next safe point.",
        "A cutover that had not switched was unwound; anything else goes on with the command in `status`.",
    ),
}


def page() -> str:
    """Raises KeyError for a code without a meaning."""
    rows = [(str(int(code)), code.name.lower().replace("_", " "), *MEANING[code]) for code in Exit]
    return "\n".join(
        [
            "# Exit codes",
            "",
            NOTE,
            "",
            "They are a contract: scripts may depend on them. With `--format json` an error is the one document on",
            "stdout: [its fields](documents.md#error).",
            "Every error's own code is in [errors.md](errors.md).",
            "",
            table(("exit", "name", "what happened", "what to do"), rows),
        ]
    )
