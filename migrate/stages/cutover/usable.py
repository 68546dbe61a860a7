"""Whether a runbook's names mean something here: what it gets wrong is said before anything is begun."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from migrate.errors import UsageError
from migrate.model.gate import Moment
from migrate.model.runbook import Runbook


def refuse_unknown(runbook: Runbook, kind: str, named: Sequence[str], known: Sequence[str], code: str) -> None:
    """Raises UsageError with the nearest known name."""
    unknown = [name for name in named if name not in known]
    if unknown:
        nearest = get_close_matches(unknown[0], known, n=1)
        hint = f"Did you mean {nearest[0]}?" if nearest else f"Known {kind}s: {', '.join(known)}."
        raise UsageError(f"runbook {runbook.name} names unknown {kind}s: {', '.join(unknown)}", code=code, hint=hint)


def refuse_omitted(runbook: Runbook, moment: Moment, wanted: Sequence[str]) -> None:
    """Raises UsageError where the runbook leaves out a gate that safety rests on."""
    omitted = [slug for slug in wanted if slug not in runbook.gates_at(moment)]
    if omitted:
        raise UsageError(
            f"runbook {runbook.name} is not safe: at {moment.value} it does not ask {', '.join(omitted)}",
            code="CFG-035",
            hint="Put the gates back; others may be added or left out.",
        )


def refuse_unasked(runbook: Runbook, moments: Sequence[Moment]) -> None:
    """Raises UsageError for gates at a moment that never comes in this runbook: nobody would ask them."""
    never = [moment.value for moment, slugs in runbook.gates if slugs and moment not in moments]
    if never:
        raise UsageError(
            f"runbook {runbook.name} has gates at {' and '.join(never)}, which never comes in it",
            code="CFG-039",
            hint=f"They would never be asked. Its moments: {', '.join(moment.value for moment in moments)}.",
        )
