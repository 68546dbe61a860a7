from __future__ import annotations

from checks.facts import ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine
from checks.rule import Rule
from checks.waivers import Waiver


class WaiverExpired(Rule):
    """Waiver whose last day is over.

    ## What it finds
    A waiver with an expiry before today. The findings it covered are open again.

    ## Why it matters on Aurora
    Somebody accepted a risk for a time. The time is over, so the decision has to be taken again before the cutover.

    ## What to do
    Mend the fault, or let the owner renew the waiver with a new day.

    ## References
    The rules of this catalogue: an expired waiver is itself a finding.
    """

    code = "CK004"
    slug = "waiver-expired"
    severity = Severity.WARNING
    source = "aurora-migrate: waivers end"
    engines = (Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB)
    reported_by_run = True

    def report(self, ref: ObjectRef, waiver: Waiver) -> Finding:
        """The finding for a waiver that no longer holds."""
        return self.finding(
            ref,
            f"of {waiver.owner} ended on {waiver.expires.isoformat()}: {waiver.reason}",
            remedy="Mend the fault, or let the owner renew the waiver.",
        )
