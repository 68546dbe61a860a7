"""The rules of an audit, as data: what each asks, how bad a no is, and the line that mends it.

Numbers of controls are those of AWS Security Hub, Foundational Security Best Practices. RDS.14 (Backtrack) and RDS.22
(security groups outside a VPC) are left out: Backtrack excludes the way back, and such groups do not exist any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checks.finding import Severity
from migrate.model.posture import Posture
from migrate.model.tags import REQUIRED


@dataclass(frozen=True)
class Hit:
    """One thing that is not as it should be; `value` goes into the command that mends it."""

    object: str
    message: str
    value: str = ""


Found = Iterator[Hit]
MYSQL = "aurora-mysql"
MODIFY = "aws rds modify-db-cluster --db-cluster-identifier {cluster} --apply-immediately "
INSTANCE = "aws rds modify-db-instance --db-instance-identifier {object} --apply-immediately "
PARAMETER = (
    "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name {group} --parameters ParameterName="
)
SENSITIVE = frozenset({"confidential", "restricted", "secret", "personal"})
ALARMED = ("CPUUtilization", "FreeableMemory", "DatabaseConnections")
USUAL_ADMINS = frozenset({"admin", "postgres", "root", "rdsadmin", "administrator"})
LEAST_BACKUP_DAYS = 7
NAMED = 10
"""Of those who may do something, so many are named."""


@dataclass(frozen=True)
class Rule:
    code: str
    slug: str
    severity: Severity
    source: str
    remedy: str
    command: str
    """Of the AWS CLI, with {cluster}, {object}, {group}, {port} and {value}; NAME in capitals is yours to choose. Empty
    where no single line mends it."""
    find: Callable[[Posture], Found]


def _no(good: Callable[[Posture], bool], message: str) -> Callable[[Posture], Found]:
    """A rule about the cluster as a whole."""

    def find(posture: Posture) -> Found:
        if not good(posture):
            yield Hit(posture.cluster, message)

    return find


def _public(posture: Posture) -> Found:
    yield from (Hit(one.id, "can be reached from the internet") for one in posture.instances if one.public)


def _everybody(posture: Posture) -> Found:
    yield from (
        Hit(one.group, f"lets {one.source} in: everybody", one.source) for one in posture.ways if one.is_everybody
    )


def _ranges(posture: Posture) -> Found:
    ranges = (one for one in posture.ways if one.is_range and not one.is_everybody)
    yield from (Hit(one.group, f"lets the address range {one.source} in", one.source) for one in ranges)


def _one_zone(posture: Posture) -> Found:
    zones = {one.zone for one in posture.instances}
    if len(zones) < 2:
        yield Hit(
            posture.cluster, f"all instances are in {', '.join(zones) or 'no zone'}: a failover takes ten minutes"
        )


def _unmonitored(posture: Posture) -> Found:
    yield from (Hit(one.id, "has no Enhanced Monitoring") for one in posture.instances if not one.monitoring_seconds)


def _old_minors(posture: Posture) -> Found:
    yield from (Hit(one.id, "takes no minor upgrades by itself") for one in posture.instances if not one.minor_upgrades)


def _not_in_force(posture: Posture) -> Found:
    waiting = (one for one in posture.instances if not one.parameters_in_force)
    yield from (Hit(one.id, "waits for a reboot to take its parameters on") for one in waiting)


def _plain_logins(posture: Posture) -> Found:
    name = "require_secure_transport" if posture.engine == MYSQL else "rds.force_ssl"
    if posture.parameters.get(name, "").upper() not in ("1", "ON"):
        yield Hit(posture.cluster, f"takes logins without TLS: {name} is not set", name)


def _no_way_back(posture: Posture) -> Found:
    name, wanted = ("binlog_format", "ROW") if posture.engine == MYSQL else ("rds.logical_replication", "1")
    if posture.parameters.get(name, "").upper() != wanted:
        yield Hit(
            posture.cluster,
            f"{name} is not {wanted}: nothing can follow this, no way back",
            f"{name},ParameterValue={wanted}",
        )


def _endless_logs(posture: Posture) -> Found:
    yield from (Hit(name, "keeps its lines for ever") for name, days in posture.log_days.items() if days is None)


def _unshipped_logs(posture: Posture) -> Found:
    wanted = {"audit", "error"} if posture.engine == MYSQL else {"postgresql"}
    if lacking := sorted(wanted - set(posture.exported_logs)):
        yield Hit(
            posture.cluster,
            f"does not send {', '.join(lacking)} to CloudWatch Logs",
            ",".join(f'"{one}"' for one in lacking),
        )


def _no_audit_log(posture: Posture) -> Found:
    if posture.engine == MYSQL and posture.parameters.get("server_audit_logging", "0").upper() not in ("1", "ON"):
        yield Hit(posture.cluster, "writes no audit log: server_audit_logging is off")


def _default_port(posture: Posture) -> Found:
    usual = 3306 if posture.engine == MYSQL else 5432
    if posture.port == usual:
        yield Hit(posture.cluster, f"listens on the usual port {usual}")


def _no_alarm(posture: Posture) -> Found:
    lacking = [metric for metric in ALARMED if metric not in posture.alarmed_metrics]
    if lacking:
        yield Hit(posture.cluster, f"no alarm that tells somebody of {', '.join(lacking)}")


def _no_events(posture: Posture) -> Found:
    if lacking := sorted({"db-cluster", "db-instance", "db-parameter-group"} - posture.event_sources):
        yield Hit(posture.cluster, f"nobody is told of events of {', '.join(lacking)}")


def _public_snapshots(posture: Posture) -> Found:
    yield from (Hit(name, "can be restored by everybody") for name, whom in posture.snapshots.items() if "all" in whom)


def _shared_snapshots(posture: Posture) -> Found:
    for name, whom in posture.snapshots.items():
        if whom and "all" not in whom:
            yield Hit(name, f"can be restored by {', '.join(whom)}", " ".join(whom))


def _own_key_wanted(posture: Posture) -> Found:
    kind = posture.tags.get("DataClassification", "").lower()
    if posture.encrypted and posture.key_of_aws and kind in SENSITIVE:
        yield Hit(posture.cluster, f"holds {kind} data under a key of AWS's own")


def _key_for_everybody(posture: Posture) -> Found:
    if posture.key_strangers:
        yield Hit(posture.key, f"its policy lets everybody {', '.join(posture.key_strangers)}")


def _key_stays_the_same(posture: Posture) -> Found:
    if posture.key_rotates is False:
        yield Hit(posture.key, "keeps its material for ever")


def _may_end(posture: Posture) -> Found:
    if posture.may_end is None:
        yield Hit(posture.cluster, "it may not be asked whom IAM lets delete it")
    elif posture.may_end:
        first, more = posture.may_end[:NAMED], len(posture.may_end) - NAMED
        rest = f" and {more} more" if more > 0 else ""
        yield Hit(posture.cluster, f"may be deleted, changed or given away by {', '.join(first)}{rest}")


def _no_trail(posture: Posture) -> Found:
    if not posture.trailed:
        unseen = "it may not be asked whether CloudTrail records who changes it"
        yield Hit(posture.cluster, unseen if posture.trailed is None else "nothing records who changes it: no trail")


def _tags(posture: Posture) -> Found:
    if lacking := [name for name in REQUIRED if not posture.tags.get(name, "").strip()]:
        yield Hit(posture.cluster, f"lacks the tags {', '.join(lacking)}")


BLOCKER, WARNING, NOTICE = Severity.BLOCKER, Severity.WARNING, Severity.NOTICE
GUIDE = "Aurora User Guide"
REVOKE = "aws ec2 revoke-security-group-ingress --group-id {object} --protocol tcp --port {port} --cidr {value}"
COPY = (
    "aws rds copy-db-cluster-snapshot --source-db-cluster-snapshot-identifier SNAPSHOT"
    " --target-db-cluster-snapshot-identifier COPY --kms-key-id KEY"
)
ADD_READER = (
    "aws rds create-db-instance --db-cluster-identifier {cluster} --db-instance-identifier NAME --engine ENGINE"
    " --db-instance-class CLASS --availability-zone ZONE"
)
ALARM = (
    "aws cloudwatch put-metric-alarm --alarm-name NAME --namespace AWS/RDS --metric-name CPUUtilization --dimensions"
    " Name=DBClusterIdentifier,Value={cluster} Name=Role,Value=WRITER --statistic Average --period 60"
    " --evaluation-periods 15 --threshold 80 --comparison-operator GreaterThanThreshold --alarm-actions TOPIC"
)
SUBSCRIBE = (
    "aws rds create-event-subscription --subscription-name NAME --sns-topic-arn TOPIC --source-type db-cluster"
    " --event-categories failover failure maintenance"
)
UNSHARE = (
    "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier {object} --attribute-name restore "
)

RULES = (
    Rule("AU101", "public-instance", BLOCKER, "RDS.2", "Take the public address away.",
         INSTANCE + "--no-publicly-accessible", _public),
    Rule("AU102", "open-to-everybody", BLOCKER, "RDS.2, EC2.19", "Let members of security groups in instead.",
         REVOKE, _everybody),
    Rule("AU103", "open-to-address-range", WARNING, GUIDE, "Put the clients into a security group and let that in.",
         REVOKE, _ranges),
    Rule("AU104", "plain-logins", BLOCKER, "RDS.43 for proxies; Aurora User Guide, TLS", "Refuse logins without TLS.",
         PARAMETER + "{value},ParameterValue=1,ApplyMethod=immediate", _plain_logins),
    Rule("AU105", "public-snapshot", BLOCKER, "RDS.1", "Take it back.", UNSHARE + "--values-to-remove all",
         _public_snapshots),
    Rule("AU106", "shared-snapshot", WARNING, "RDS.1", "Take it back, if these accounts need it no more.",
         UNSHARE + "--values-to-remove {value}", _shared_snapshots),
    Rule("AU201", "not-encrypted", BLOCKER, "RDS.27", "Copy a snapshot with a key and restore from that copy.",
         COPY,
         _no(lambda p: p.encrypted, "is not encrypted at rest")),
    Rule("AU202", "sensitive-data-without-own-key", BLOCKER, GUIDE, "Restore a snapshot under a key of your own.",
         COPY, _own_key_wanted),
    Rule("AU203", "master-password-by-hand", WARNING, "Aurora User Guide, Secrets Manager",
         "Let RDS keep and rotate it.", MODIFY + "--manage-master-user-password",
         _no(lambda p: p.master_secret_managed, "its master's password is not managed by RDS")),
    Rule("AU204", "usual-admin-name", NOTICE, "RDS.24", "The name cannot be changed; a new cluster can have another.",
         "", _no(lambda p: p.master_username not in USUAL_ADMINS, "its master has the name that is tried first")),
    Rule("AU205", "no-iam-logins", NOTICE, "RDS.12", "Switch it on.",
         MODIFY + "--enable-iam-database-authentication", _no(lambda p: p.iam_logins, "takes no IAM logins")),
    Rule("AU206", "usual-port", NOTICE, "RDS.23", "Move it, where no RDS Proxy needs the usual one.",
         MODIFY + "--port PORT", _default_port),
    Rule("AU207", "key-for-everybody", BLOCKER, "KMS.5", "Name who may use it in its policy.",
         "aws kms put-key-policy --key-id {object} --policy-name default --policy file://POLICY", _key_for_everybody),
    Rule("AU208", "key-stays-the-same", NOTICE, "KMS.4", "Let it rotate.",
         "aws kms enable-key-rotation --key-id {object}", _key_stays_the_same),
    Rule("AU301", "not-protected-from-deletion", WARNING, "RDS.7", "Switch it on.", MODIFY + "--deletion-protection",
         _no(lambda p: p.deletion_protection, "one call deletes it")),
    Rule("AU302", "short-backups", WARNING, "RDS.11", "Keep at least seven days; fourteen during a migration.",
         MODIFY + "--backup-retention-period 14",
         _no(lambda p: p.backup_days >= LEAST_BACKUP_DAYS, "keeps backups for less than seven days")),
    Rule("AU303", "tags-not-copied", NOTICE, "RDS.16", "Switch it on.", MODIFY + "--copy-tags-to-snapshot",
         _no(lambda p: p.copies_tags, "its snapshots do not say whose they are")),
    Rule("AU304", "one-zone", WARNING, "RDS.15", "Add a reader in another zone.",
         ADD_READER,
         _one_zone),
    Rule("AU305", "old-minor-stays", NOTICE, "RDS.13, RDS.35", "Switch it on.",
         INSTANCE + "--auto-minor-version-upgrade", _old_minors),
    Rule("AU306", "may-be-ended-by", NOTICE, "IAM.1; conditions, boundaries and organization policies are not weighed",
         "Leave it to few: provision export --iam writes their policy, and a service control policy for the others.",
         "", _may_end),
    Rule("AU401", "no-way-back", BLOCKER, "Aurora User Guide, replication", "Set it and reboot the writer.",
         PARAMETER + "{value},ApplyMethod=pending-reboot", _no_way_back),
    Rule("AU402", "default-parameter-group", WARNING, GUIDE, "Attach a group of its own, then reboot.",
         MODIFY + "--db-cluster-parameter-group-name GROUP",
         _no(lambda p: not p.parameter_group.startswith("default."), "has a default group, which cannot be changed")),
    Rule("AU403", "parameters-not-in-force", WARNING, GUIDE, "Reboot it.",
         "aws rds reboot-db-instance --db-instance-identifier {object}", _not_in_force),
    Rule("AU501", "logs-stay", WARNING, "RDS.34, RDS.37", "Export them.",
         MODIFY + """--cloudwatch-logs-export-configuration '{{"EnableLogTypes":[{value}]}}'""", _unshipped_logs),
    Rule("AU502", "logs-for-ever", NOTICE, GUIDE, "Give it an end.",
         "aws logs put-retention-policy --log-group-name {object} --retention-in-days 90", _endless_logs),
    Rule("AU503", "no-audit-log", WARNING, "RDS.45", "Switch it on.",
         PARAMETER + "server_audit_logging,ParameterValue=1,ApplyMethod=immediate", _no_audit_log),
    Rule("AU504", "not-monitored", NOTICE, "RDS.6", "Switch it on.",
         INSTANCE + "--monitoring-interval 60 --monitoring-role-arn ARN", _unmonitored),
    Rule("AU505", "no-insights", NOTICE, GUIDE, "Switch it on.",
         MODIFY + "--enable-performance-insights",
         _no(lambda p: p.insights, "nobody can see afterwards what it waited for")),
    Rule("AU506", "no-alarm", WARNING, "Aurora User Guide, metrics", "Make alarms, by role, with an action.",
         ALARM, _no_alarm),
    Rule("AU507", "no-event-subscription", NOTICE, "RDS.19, RDS.20, RDS.21", "Subscribe somebody.",
         SUBSCRIBE, _no_events),
    Rule("AU508", "no-trail", WARNING, "CloudTrail.1", "Make a trail of all regions, then start it.",
         "aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-multi-region-trail", _no_trail),
    Rule("AU601", "tags-lacking", NOTICE, "the house's tag policy", "Add them.",
         "aws rds add-tags-to-resource --resource-name ARN --tags Key=NAME,Value=VALUE", _tags),
)  # fmt: skip
