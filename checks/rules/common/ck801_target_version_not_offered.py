from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import is_accepted, is_known_major, versions, versions_source
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route, Version
from checks.rule import LiveExample, Rule


def _catalog() -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE)


class TargetVersionNotOffered(Rule):
    """Target version that Aurora does not offer.

    ## What it finds
    A target whose major version no list knows (blocker), or whose minor version is not among those accepted now, most
    often because it was retired (warning).

    ## Why it matters on Aurora
    The cluster cannot be created with it: `provision` refuses, or AWS does.

    ## What to do
    Choose one of the versions named in the finding.

    ## References
    AWS CloudFormation registry schema of AWS::RDS::DBCluster
    """

    code = "CK801"
    slug = "target-version-not-offered"
    severity = Severity.BLOCKER
    blocks = "provision"
    source = "AWS CloudFormation registry schema of AWS::RDS::DBCluster (us-east-1)"
    engines = (Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB)
    bad = (LiveExample(_catalog, because="the target is not part of a schema", target="99.1"),)
    good = (LiveExample(_catalog, because="the target is not part of a schema", target="17.4"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if is_accepted(route.target, route.target_version):
            return
        ref = ObjectRef("target", f"{route.target.value} {route.target_text}")
        all_versions = versions(route.target)
        major = route.target_version.major
        if is_known_major(route.target, route.target_version):
            same = [version for version in all_versions if Version.parse(version).major == major]
            yield self.finding(
                ref,
                "is not among the versions accepted now: retired, newer than the list, or never made",
                remedy=f"Choose one of: {', '.join(same)}.",
                severity=Severity.WARNING,
                source=str(versions_source()),
            )
        else:
            yield self.finding(
                ref,
                "is not known",
                remedy=f"Choose one of: {', '.join(all_versions[-10:])}.",
                source=str(versions_source()),
            )
