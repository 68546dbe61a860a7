from __future__ import annotations

from checks.facts import ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine
from checks.rule import Rule
from checks.waivers import Waiver


class WaiverUnused(Rule):
    """Waiver that covers nothing.

    ## What it finds
    A waiver of a rule that was asked, but none of whose findings it covers; and one of a code that no rule has.

    ## Why it matters on Aurora
    The fault is gone, or the pattern never matched. A waiver left behind would silently cover the fault when it comes
    back.

    ## What to do
    Delete the waiver, or correct its object pattern.

    ## References
    The rules of this catalogue: an unused waiver is itself a finding.
    """

    code = "CK003"
    slug = "waiver-unused"
    severity = Severity.NOTICE
    source = "aurora-migrate: waivers are kept short"
    engines = (Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB)
    reported_by_run = True

    def report(self, ref: ObjectRef, waiver: Waiver) -> Finding:
        """The finding for a waiver that covers nothing."""
        return self.finding(
            ref, f"of {waiver.owner} covers no finding", remedy="Delete the waiver or correct its pattern."
        )
