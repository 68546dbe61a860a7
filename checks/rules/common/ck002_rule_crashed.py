from __future__ import annotations

from checks.facts import ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine
from checks.rule import Rule


class RuleCrashed(Rule):
    """Rule that failed while it was asked.

    ## What it finds
    A rule of the catalogue raised an error. All other rules were still asked.

    ## Why it matters on Aurora
    The question of that rule is open: what it would have found is not in the report.

    ## What to do
    Report the error with the object that caused it. Until it is mended, answer the rule's question by hand: its page
    (`checks explain CODE`) says what it looks for.

    ## References
    The rules of this catalogue: one bad rule never hides another.
    """

    code = "CK002"
    slug = "rule-crashed"
    severity = Severity.WARNING
    source = "aurora-migrate: an error in a rule is reported, never swallowed"
    engines = (Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB)
    mandatory = True
    reported_by_run = True

    def report(self, code: str, error: str) -> Finding:
        """The finding for a rule that raised `error`."""
        return self.finding(
            ObjectRef("rule", code),
            f"could not answer: {error}",
            remedy=f"Answer its question by hand (checks explain {code}) and report the error.",
        )
