"""Every key of migration.toml: type, default and limits from the settings' own model, the meaning from here."""

from __future__ import annotations

import types
import typing
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from generator.markdown import NOTE, code, table
from migrate.section import SecretReference
from migrate.settings import Settings

SECTIONS = {
    "migration": "The migration itself.",
    "source": "Where the data is now. Written by `init`.",
    "target": "The Aurora cluster that `provision` makes or finds.",
    "target.capacity": "Aurora Serverless v2, used where `instance_class` is `db.serverless`. Never pauses.",
    "target.backup": "Beside `backup_retention_days`.",
    "target.monitoring": "What is watched, and when somebody is told.",
    "target.proxy": "An RDS Proxy for applications. Left out: none.",
    "target.autoscaling": "Readers that come and go with the load. Left out: none.",
    "target.custom_endpoint": "One more endpoint, for chosen readers. Left out: none.",
    "aws": "How AWS is reached. Credentials come from the environment or the profile, never from this file.",
    "replication": "DMS. The defaults suit a first attempt.",
    "tasks": "What is moved, as `[[tasks]]`, each a DMS task. Left out: one task of every table. `replicate plan` "
    "proposes how to cut the tables.",
    "tasks.tables": "Tables of the task that are loaded in another way, one section each.",
    "roles": 'What a role of the source is called on the target: `app_owner = "orders_owner"`; on MySQL a user, '
    'whatever its hosts. One that is `""` is left out: it is granted nothing, and what it owned or defined is the '
    "toolkit's. "
    "All others keep their names.",
    "application": "How the application finds its database.",
    "switch": "What a handover moves instead of the application's secret: [Switching](../switching.md). Left out: the "
    "secret.",
    "cutover": "Who must agree to a cutover, and when it may happen.",
    "notifications": "Who is told while a cutover or rollback goes on. Nothing waits for them.",
    "validation": "How rows are compared.",
    "limits": "What the gates measure against, and how long things count.",
    "assess": "Which rules are asked, and what their findings cost.",
    "assess.fit": "What only people know, for the choice of a method. The report says what it assumed.",
    "report": "What `report` cannot read from the journal.",
    "rehearsal": "For `rehearse -c`, on these very databases. Left out: it is refused.",
    "waivers": "Findings that somebody accepted, as `[[waivers]]`, each with an owner and an end.",
}
MEANING = {
    "migration.name": "Short name: part of every slot, task, endpoint and secret that is made. With a PostgreSQL"
    " source it has at most 48 characters together with the longest name of a task.",
    "migration.state": "Where the journal is: a SQLite file beside this one, or `postgresql+psycopg://…` for a team.",
    "source.engine": "Engine of the source.",
    "source.host": "Host name as in the server's certificate.",
    "source.port": "TCP port.",
    "source.database": "The database to move. On MySQL: the one to connect to; what moves is said by `schemas`.",
    "source.user": "The toolkit's login, no superuser: it makes logins, fences, copies the schema.",
    "source.password": "Reference to that login's password.",
    "source.tls": "How the connection is protected and verified.",
    "source.ca_file": "Certificates to verify with, relative to this file.",
    "source.schemas": "Schemas to look at, on MySQL databases; empty is all but the system's.",
    "source.time_zone": "The time zone of a MySQL or MariaDB server as DMS shall be told it (`ServerTimezone`), such as"
    " `Europe/Berlin`.",
    "target.engine": "`aurora-postgresql` for PostgreSQL, `aurora-mysql` for MySQL and MariaDB.",
    "target.version": "Aurora's engine version.",
    "target.cluster": "Identifier of a cluster that was there before and is used as it stands, instead of `stack`.",
    "target.stack": "Name of the CloudFormation stack.",
    "target.database": "Name of the database on the cluster.",
    "target.master_username": "Master user of the cluster.",
    "target.password": "Reference to the master's password. Left out: the managed master secret that the stack names.",
    "target.instance_class": "Class of the writer and of each reader.",
    "target.readers": "How many readers.",
    "target.port": "TCP port of the cluster. Left out: 5432, or 3306 for MySQL.",
    "target.parameters": "Cluster parameters beside the toolkit's own. `init` writes what a MySQL target must share.",
    "target.vpc_id": "VPC of the cluster. Left out together with the subnets: the region's default VPC.",
    "target.subnet_ids": "Subnets of the cluster, in two availability zones at least.",
    "target.backup_retention_days": "How long Aurora keeps its backups.",
    "target.deletion_protection": "Deletion protection of the cluster once it stands.",
    "target.allow_public_subnets": "Whether subnets with a route to an internet gateway are accepted.",
    "target.client_security_groups": "Security groups whose members reach the cluster, beside the stack's own clients' "
    "group and `replication.security_group_ids`. Address ranges are refused.",
    "target.kms_key_arn": "Key for everything at rest. Left out: the stack makes one. A given key's policy must let "
    "CloudWatch, CloudWatch Logs and RDS events use it.",
    "target.storage": "`io-optimized` has no charge per I/O.",
    "target.extended_support": "Whether the cluster may outlive its version's standard support, which is charged.",
    "target.secrets": "Logins whose secrets the stack makes, each of its own, named `<stack>/<use>`.",
    "target.vpc_endpoints": "AWS services that the clients reach privately, e.g. `secretsmanager`, `kms`, `logs`.",
    "target.global_identifier": "Makes the cluster the primary of a new global database of this name. RDS cannot "
    "manage the master's secret then; the stack does.",
    "target.required_tags": "Tags without which nothing is sent to AWS.",
    "target.naming": "What `stack` must be called, from the tags in lower case. Empty: any name.",
    "target.tags": "Tags of the stack and everything in it. Against a stand-in on this machine they may be left out.",
    "target.capacity.minimum": "Capacity units that are always there.",
    "target.capacity.maximum": "Capacity units at most.",
    "target.backup.window": "Daily backup window in UTC, `02:00-03:00`. Left out: AWS chooses.",
    "target.backup.maintenance_window": "Weekly, in UTC, `sun:04:00-sun:05:00`. Left out: AWS chooses.",
    "target.backup.backtrack_hours": "Aurora MySQL: how far the cluster can be wound back. Excludes the binary log, "
    "and with it the way back of a migration.",
    "target.backup.plan_days": "A plan of AWS Backup that keeps daily backups so long. 0: none.",
    "target.monitoring.interval_seconds": "Enhanced Monitoring.",
    "target.monitoring.insights": "Database Insights; `advanced` keeps 465 days and has locks and plans.",
    "target.monitoring.log_days": "How long CloudWatch keeps the database's logs.",
    "target.monitoring.alarm_topic_arn": "SNS topic for alarms and events. Left out: the stack makes one.",
    "target.monitoring.cpu_percent": "Alarm above this on the writer, 15 minutes long.",
    "target.monitoring.free_memory_mib": "Alarm below this on the writer.",
    "target.monitoring.connections": "Alarm above this; about 80 % of what the class takes is usual.",
    "target.monitoring.reader_lag_ms": "Alarm above this.",
    "target.monitoring.volume_left_gib": "Alarm below this much room on the cluster's volume.",
    "target.monitoring.deadlocks_per_second": "Alarm above this.",
    "target.monitoring.dms_latency_seconds": "Alarm above this latency of the replication task.",
    "target.proxy.idle_seconds": "When an idle client is disconnected.",
    "target.proxy.connections_percent": "How much of the cluster's connections the proxy may use.",
    "target.autoscaling.minimum": "Readers at least.",
    "target.autoscaling.maximum": "Readers at most.",
    "target.autoscaling.cpu_percent": "Mean CPU of the readers that is aimed at.",
    "target.custom_endpoint.name": "Name of the endpoint.",
    "target.custom_endpoint.readers": "Its readers by number, from 1.",
    "target.tls": "How the connection is protected and verified.",
    "target.ca_file": "Certificates to verify with, relative to this file: Amazon's bundle for RDS.",
    "aws.region": "Region of the target.",
    "aws.profile": "Profile of the AWS configuration.",
    "aws.endpoint_url": "The sandbox's endpoint. Left out: AWS.",
    "aws.poll_seconds": "How often DMS is asked how far it is.",
    "replication.compute": "`instance` or `serverless`: what the task that loads and follows runs on.",
    "replication.minimum_capacity": "Serverless: least DCU. Left out: as DMS sees fit.",
    "replication.maximum_capacity": "Serverless: most DCU. One DCU is 2 GB of memory.",
    "replication.instance_class": "Class of the DMS replication instance.",
    "replication.engine_version": "Version of its engine, such as `3.6.1`. Left out: the newest that DMS offers for the"
    " class.",
    "replication.allocated_storage_gb": "Its storage: swap files and logs of a long load need room.",
    "replication.multi_az": "Whether it has a standby.",
    "replication.subnet_ids": "Its subnets; it must reach both databases.",
    "replication.security_group_ids": "Its security groups.",
    "replication.secret_access_role_arn": "Role with which DMS reads its secrets. Needed on AWS.",
    "replication.capture_user": "DMS's login that reads the log, on both sides.",
    "replication.feed_user": "DMS's login that writes rows, on both sides.",
    "replication.accepted_differences": "Objects that may differ between the schemas, as patterns of what `replicate "
    "schema` names: `event trigger *`. Others keep the task from following and close the gate `schema-alike`.",
    "replication.full_load_subtasks": "How many tables are loaded at the same time.",
    "replication.premigration_assessment": "Whether DMS assesses the task before the load. Left out: with a bucket.",
    "replication.premigration_bucket": "S3 bucket that takes the results of the assessment. Needed on AWS.",
    "replication.premigration_role_arn": "Role by which DMS writes there: `dms-access-for-tasks`. Needed on AWS.",
    "replication.premigration_exclude": "Individual assessments that are not asked for, by DMS's names.",
    "replication.task_settings": "Keys of ReplicationTaskSettings that you want otherwise, by section; see "
    "[the settings](task-settings.md). Unknown and dangerous ones are refused.",
    "tasks.name": "Short name of the task.",
    "tasks.include": "Patterns `schema.table` of what is moved; `*` and `?` as in a shell.",
    "tasks.exclude": "Patterns of what is not moved, though included.",
    "tasks.together": "Groups of patterns: tables that one transaction writes. They are never parted.",
    "tasks.lob_max_kb": "KB of a large value (LOB) that arrive whole. On PostgreSQL every `text` and `jsonb` is one.",
    "tasks.full_load_subtasks": "How many of its tables are loaded at the same time. Left out: `[replication]`'s.",
    "tasks.tables.table": "One table as the source spells it, `schema.table`; no pattern.",
    "tasks.tables.split_by": "Columns by whose ranges it is loaded in parts, NOT NULL and indexed.",
    "tasks.tables.boundaries": "Upper bound of each range but the last, a value for each column.",
    "tasks.tables.partitions": "Partitions that are loaded at the same time, `*` for all. MySQL family.",
    "tasks.tables.lob": "`unlimited`: values of any size, piece by piece; its LOB columns must allow NULL.",
    "tasks.tables.lob_max_kb": "As the task's, for this table.",
    "application.secret": "The secret that holds the application's login. Without `[switch]` the application reads its "
    "database from it, and the switch moves it.",
    "switch.command": "Your own program and its arguments; `switch FROM TO` or `owner` is added. No shell; it runs in "
    "this file's folder.",
    "switch.seconds": "After which one call of it is ended, with all that it started.",
    "switch.parameter": "Name of an SSM parameter of type String that tells where the database is.",
    "switch.value": "What it holds: `{host}`, `{port}` and `{database}` are those of a side.",
    "switch.record": "Name of a CNAME record in Route 53 by which the application finds its database.",
    "switch.zone": "Id of the record's hosted zone.",
    "switch.ttl_seconds": "To what the record's TTL is lowered before the first freeze, until `finalize`.",
    "switch.source_host": "How the application calls the source. Left out: `source.host`.",
    "switch.target_host": "How the application calls the target. Left out: the cluster's endpoint.",
    "application.friends": "Logins that may stay connected through a freeze, e.g. monitoring that only reads.",
    "application.known_logins": "Other logins that a cutover fences too, and whose owners know of it. Whoever else is "
    "logged in closes the gate `writers-known`.",
    "notifications.sns_topic_arn": "SNS topic that is told of gates, freeze, switch and way back.",
    "notifications.webhook": "Reference to the URL of a webhook in Slack's form that is told the same.",
    "cutover.approvals": "How many different people must approve a cutover, each from an account of their own.",
    "cutover.approver_roles": "Roles that must be among the approvals: `cutover approve --role NAME`.",
    "cutover.runbooks": "Folder with runbooks of your own, relative to this file: `aurora-migrate runbook copy` makes "
    "it. Empty: the shipped ones.",
    "cutover.owners": "Who does a runbook's steps where they are done by hand: names for `database`, `aws`, "
    "`application` and `lead`, which `runbook render` prints.",
    "cutover.change_windows": "When a cutover may happen, `2026-11-28T01:00/2026-11-28T05:00` in UTC. Empty: at any "
    "time.",
    "validation.rows_per_chunk": "Rows of the smallest range that is compared as one.",
    "validation.workers": "Statements at the same time on each side, each on a connection of its own.",
    "validation.statement_seconds": "What one statement is sized to take.",
    "validation.most_differences": "Most differences that are named for one table.",
    "validation.brake": "Whether the comparison gives way to others: down to one statement at once, with pauses.",
    "validation.active_sessions": "It gives way when more sessions of others than these run a statement on a side.",
    "validation.longest_seconds": "It gives way when a statement of others runs for longer. Left out: no limit.",
    "validation.lag_seconds": "It gives way when the side that is fed is further behind than this, by marker.",
    "limits.delta_bytes": "Most bytes of log, on either side, that may be left to prove when the freeze begins.",
    "limits.delta_keys": "Most rows that earlier proofs may have left over for the freeze.",
    "limits.lag_seconds": "A marker must cross every task within this time, before the freeze.",
    "limits.transaction_seconds": "No transaction on the leaving side may be open for longer, before the freeze.",
    "limits.long_transactions": "What becomes of those: `refuse` begins no freeze while there is one; `wait` waits for "
    "them first, applications working; `end` lets the fence end them. A prepared one is never ended.",
    "limits.transaction_wait_seconds": "How long `wait` waits.",
    "limits.freeze_budget_seconds": "From the fence to the switch; when it is spent, the cutover unwinds by itself.",
    "limits.validation_hours": "How long a clean validation counts.",
    "limits.reverse_window_hours": "How long after a switch `rollback` is offered.",
    "limits.approval_hours": "How long an approval counts.",
    "limits.sequence_headroom": "How far the arriving side's counters are raised beyond the leaving side's.",
    "limits.source_log_gb": "How much log the source's disk can bear, in GB. On RDS CloudWatch is asked for the "
    "free storage; elsewhere `replicate status` tells by this in how many hours the disk is full.",
    "assess.select": "Prefixes of the rules that are asked, e.g. `PG3`; empty is all. A longer prefix wins.",
    "assess.ignore": "Prefixes of rules that are not asked. A waiver is better: it has an owner and an end.",
    "assess.rates": "Hours for the first finding and each further one, by prefix or severity: `PG301 = [4, 0.5]`.",
    "assess.fit.downtime_minutes": "How long the application may stand still. Left out: 10 are assumed.",
    "assess.fit.way_back": "Whether a way back after the switch is wanted. Left out: it is.",
    "assess.fit.hosting": "Where the source runs. Left out: not known, so RDS's own ways are uncertain.",
    "assess.fit.needs": "What the application needs that no finding shows: Aurora has none of them.",
    "report.owners": "Who sees to what stands in the way, by prefix of a rule's code, by stage or by gate: "
    '`PG3 = "the database team"`. The longest prefix wins.',
    "report.rehearsals": "Folder with the kept reports of rehearsals, relative to this file.",
    "rehearsal.environment": "What this is a copy of production for: `staging`, `load-test`. It must be the tag "
    "`Environment`, where there is one. A file that names production anywhere is refused.",
    "rehearsal.pause_seconds": "How long your application works on each side between two handovers, where the "
    "rehearsal brings no application of its own.",
    "waivers.code": "Code of the rule.",
    "waivers.object": "Pattern of the object, e.g. `ledger.event_log`; `*` is all.",
    "waivers.owner": "Who answers for it.",
    "waivers.reason": "Why it is acceptable.",
    "waivers.expires": "Until when; after that the finding counts again.",
}
LIMITS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def page() -> str:
    """Raises KeyError for a key without a meaning, ValueError for a meaning without a key."""
    parts, seen = [], set()
    for name, field in Settings.model_fields.items():
        if field.exclude:
            continue
        head = f"[[{name}]]" if name in ("tasks", "waivers") else f"[{name}]"
        needed = "required" if field.is_required() else "optional"
        if typing.get_origin(field.annotation) is dict:
            parts += [f"## {head}", "", f"{SECTIONS[name]} ({needed})", ""]
            continue
        parts += [f"## {head}", "", f"{SECTIONS[name]} ({needed})", "", *_section(name, _model(field.annotation), seen)]
    if stale := set(MEANING) - seen:
        raise ValueError(f"meanings of keys that do not exist: {sorted(stale)}")
    return "\n".join(
        [
            "# migration.toml",
            "",
            NOTE,
            "",
            "`aurora-migrate init` writes a first one from a live source. Unknown keys and wrong types are errors.",
            "A *reference* is `env:NAME`, `file:PATH` or `aws:SECRET_ID`; a secret itself is refused.",
            "Paths are meant from the folder of the file.",
            "",
            *parts,
        ]
    )


def _section(name: str, section: type[BaseModel], seen: set[str]) -> list[str]:
    """Its keys as a table, then the tables inside it under headings of their own. Adds the keys to `seen`."""
    inside = {key: found for key, field in section.model_fields.items() if (found := _nested(field.annotation))}
    rows = []
    for key, field in section.model_fields.items():
        if key not in inside:
            seen.add(f"{name}.{key}")
            rows.append((code(key), _type(field), _default(field), MEANING[f"{name}.{key}"]))
    parts = [table(("key", "type", "default", "meaning"), rows)]
    for key, found in inside.items():
        many = typing.get_origin(section.model_fields[key].annotation) is tuple
        title = f"### [[{name}.{key}]]" if many else f"### [{name}.{key}]"
        parts += [title, "", SECTIONS[f"{name}.{key}"], "", *_section(f"{name}.{key}", found, seen)]
    return parts


def _nested(annotation: Any) -> type[BaseModel] | None:
    """The section that a key of a section is, if it is one."""
    for part in (annotation, *typing.get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _model(annotation: Any) -> type[BaseModel]:
    inner = typing.get_args(annotation)
    found = inner[0] if inner else annotation
    assert isinstance(found, type)
    assert issubclass(found, BaseModel)
    return found


def _type(field: FieldInfo) -> str:
    limits = [f"{sign} {value}" for name, sign in LIMITS if (value := _limit(field, name)) is not None]
    pattern = _limit(field, "pattern")
    reference = any(part in field.metadata for part in typing.get_args(SecretReference)[1:])
    text = "reference" if reference else _name(field.annotation)
    return ", ".join([text, *limits, *([code(pattern)] if pattern else [])])


def _name(annotation: Any) -> str:
    if annotation == typing.Optional[SecretReference] or annotation is SecretReference:  # noqa: UP045
        return "reference"
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return " or ".join(_name(part) for part in typing.get_args(annotation) if part is not type(None))
    if typing.get_origin(annotation) is dict:
        return "table of " + " to ".join(_name(part) for part in typing.get_args(annotation))
    if typing.get_origin(annotation) is tuple:
        return f"list of {_name(typing.get_args(annotation)[0])}"
    if typing.get_origin(annotation) is typing.Annotated:
        return _name(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) is typing.Literal:
        return " or ".join(code(value) for value in typing.get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(code(member.value) for member in annotation)
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(
        annotation, getattr(annotation, "__name__", str(annotation))
    )


def _limit(field: FieldInfo, name: str) -> Any:
    return next((getattr(m, name) for m in field.metadata if getattr(m, name, None) is not None), None)


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return ""
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return code("true" if value else "false")
    if isinstance(value, Enum):
        return code(value.value)
    if isinstance(value, tuple):
        return code("[" + ", ".join(f'"{part}"' for part in value) + "]")
    return code(value)
