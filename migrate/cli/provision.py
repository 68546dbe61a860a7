"""`provision`: the Aurora cluster, change set first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.checks_shown import listed, show, show_checks
from migrate.cli.cost import cost
from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.errors import Exit
from migrate.model.checkup import Check, healthy
from migrate.model.cluster import ChangeSet, Cluster, ResourceChange
from migrate.operations import audit as auditing
from migrate.operations import destroy as destroying
from migrate.operations import drift as drifting
from migrate.operations import provision as operation
from migrate.operations import verification
from migrate.operations.service_roles import service_roles
from migrate.operations.sizing import sizing
from migrate.report.heading import headed
from migrate.stages.provision.sizing import Load
from migrate.ui import results

SIGNS = {"Add": "+", "Modify": "~", "Remove": "-"}
REPLACES = {"False": "no", "Conditional": "perhaps", "True": "yes"}

app = typer.Typer(help="The target Aurora cluster, as a CloudFormation stack.", no_args_is_help=True)


Replace = Annotated[
    list[str],
    typer.Option("--replace", help="Logical id of what may be replaced or removed although it holds data; repeatable."),
]
NOTHING: list[str] = []
app.command("cost")(cost)


@app.command()
def plan(config: Config = DEFAULT_CONFIG, replace: Replace = NOTHING, output: Output = Format.TEXT) -> None:
    """Create the change set and show it; nothing is executed.

    \b
    Examples:
      aurora-migrate provision plan
    """
    with session(config) as opened:
        _show_changes(operation.plan(opened, tuple(replace)), output)


@app.command()
def apply(config: Config = DEFAULT_CONFIG, replace: Replace = NOTHING, output: Output = Format.TEXT) -> None:
    """Create or update the cluster; replacement of anything that holds data is refused unless it is named.

    \b
    Examples:
      aurora-migrate provision apply
    """
    with session(config) as opened:
        found = operation.apply(opened, tuple(replace))
        _show_cluster(opened.cluster, found, output)


@app.command()
def status(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Walk the checklist of the cluster, from its network to a row that readers see. Problems end with exit code 3.

    \b
    Examples:
      aurora-migrate provision status --format json
    """
    with session(config) as opened:
        found = verification.checked(opened)
        _show_cluster(opened.cluster, found, output)
    if not healthy(found):
        raise typer.Exit(int(Exit.SAYS_NO))


@app.command()
def destroy(
    config: Config = DEFAULT_CONFIG,
    confirm: Annotated[str, typer.Option(help="The stack's name: this deletes the cluster with its data.")] = "",
    lift_protection: Annotated[bool, typer.Option("--lift-protection", help="Also take its protection off.")] = False,
    output: Output = Format.TEXT,
) -> None:
    """Delete the stack. A last snapshot, the key and the logs stay.

    \b
    Examples:
      aurora-migrate provision destroy --confirm shop-aurora
    """
    with session(config) as opened:
        left = list(destroying.destroy(opened, confirm, lift_protection=lift_protection))
    if output is Format.JSON:
        results.document(headed("provision-destroy", {"snapshots": left}))
    else:
        results.text(f"gone; what is left: {', '.join(left) or 'no snapshot'}, and the key and the logs, if it had any")


@app.command()
def audit(
    config: Config = DEFAULT_CONFIG,
    cluster: Annotated[str, typer.Option(help="Identifier of any cluster of the region; left out: the stack's.")] = "",
    output: Output = Format.TEXT,
) -> None:
    """Ask a cluster every rule of a reviewer; nothing is changed. Blockers end with exit code 3.

    \b
    Examples:
      aurora-migrate provision audit
    """
    with session(config) as opened:
        audited = auditing.of_cluster(opened, cluster)
    if output is Format.JSON:
        findings = [
            {
                "code": one.code,
                "slug": one.slug,
                "severity": one.severity.value,
                "object": one.object,
                "message": one.message,
                "remedy": {"text": one.remedy, "command": one.command},
                "source": one.source,
            }
            for one in audited.findings
        ]
        results.document({"cluster": audited.cluster, "fit": audited.fit, "findings": findings})
    elif not audited.findings:
        results.text(f"{audited.cluster}: nothing to find fault with.")
    else:
        rows = [(one.code, one.severity.value, one.object, f"{one.message} ({one.source})") for one in audited.findings]
        results.table(("code", "severity", "object", "what"), rows)
        results.text(f"{one.code} {one.remedy} {one.command}".rstrip() for one in audited.findings)
    if not audited.fit:
        raise typer.Exit(int(Exit.SAYS_NO))


@app.command()
def drift(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """What is not as it was made: resources beside the stack, parameters not in effect. Any ends with exit code 3.

    \b
    Examples:
      aurora-migrate provision drift
    """
    with session(config) as opened:
        found = list(drifting.drift(opened))
    show("drift", found, output)
    if not healthy(found):
        raise typer.Exit(int(Exit.SAYS_NO))


@app.command()
def size(
    config: Config = DEFAULT_CONFIG,
    vcpus: Annotated[int | None, typer.Option(min=1, help="vCPU of the source's machine; no database tells.")] = None,
    cpu_percent: Annotated[float | None, typer.Option(min=1, max=100, help="Its CPU at the busiest hour.")] = None,
    output: Output = Format.TEXT,
) -> None:
    """Recommend an instance class, or a range of ACU, from the source's cache, data, sessions and CPU; with reasons.

    \b
    Examples:
      aurora-migrate provision size
    """
    with session(config) as opened:
        found = sizing(opened, Load(vcpus, cpu_percent))
    if output is Format.JSON:
        results.document({**vars(found), "reasons": list(found.reasons)})
        return
    results.text(f"instance_class = {found.instance_class}, or db.serverless of {found.least:g} to {found.most:g} ACU")
    results.text(f"  {reason}" for reason in found.reasons)


@app.command(name="dms-roles")
def dms_roles(
    config: Config = DEFAULT_CONFIG,
    create: Annotated[bool, typer.Option("--create", help="Make those that are not there.")] = False,
    output: Output = Format.TEXT,
) -> None:
    """The two roles that DMS looks for by name, one of each an account. One that others made is never changed.

    \b
    Examples:
      aurora-migrate provision dms-roles
    """
    with session(config) as opened:
        found = service_roles(opened, create=create)
    if output is Format.JSON:
        results.document({"roles": [{"name": one.name, "problem": one.problem} for one in found]})
    else:
        results.table(("role", "state"), [(one.name, one.problem or "as DMS needs it") for one in found])
    if any(one.problem for one in found):
        raise typer.Exit(int(Exit.SAYS_NO))


class TemplateFormat(StrEnum):
    JSON = "json"
    YAML = "yaml"


@app.command()
def export(
    config: Config = DEFAULT_CONFIG,
    output: Annotated[TemplateFormat, typer.Option("--format", help="How it is written.")] = TemplateFormat.JSON,
    iam: Annotated[
        Path | None, typer.Option(help="Folder for IAM policies of provisioner, migrator and auditor instead.")
    ] = None,
) -> None:
    """Print the CloudFormation template, for teams who deploy it themselves; or write the policies it takes.

    \b
    Examples:
      aurora-migrate provision export --format yaml
      aurora-migrate provision export --iam policies
    """
    with session(config) as opened:
        if iam is None:
            results.text(operation.template(opened, yaml=output is TemplateFormat.YAML).rstrip("\n"))
        else:
            results.text(str(path) for path in operation.permissions(opened, iam))


def _show_changes(changes: ChangeSet, output: Format) -> None:
    if output is Format.JSON:
        body = [
            {
                "action": c.action,
                "id": c.logical_id,
                "type": c.type,
                "replacement": c.replacement,
                "why": list(c.why),
            }
            for c in changes.changes
        ]
        results.document(headed("provision-plan", {"stack": changes.stack, "kind": changes.kind, "changes": body}))
    elif changes.kind == operation.GIVEN:
        results.text(f"Cluster {changes.stack} was there before: nothing is made. How it stands: provision audit.")
    elif not changes.changes:
        results.text(f"Stack {changes.stack}: nothing to do.")
    else:
        rows = [
            (_sign(c), f"{c.logical_id} ({c.type})", REPLACES[c.replacement], "; ".join(c.why)) for c in changes.changes
        ]
        results.table(
            ("operation", "resource", "replaces", "why"), rows, title=f"Stack {changes.stack} ({changes.kind})"
        )
        results.text("Nothing was executed. To do it: aurora-migrate provision apply")


def _sign(change: ResourceChange) -> str:
    return f"{SIGNS.get(change.action, ' ')} {change.action}"


def _show_cluster(cluster: Cluster, checks: Sequence[Check], output: Format) -> None:
    if output is Format.JSON:
        stands = {**vars(cluster), "healthy": healthy(checks), "checks": listed(checks)}
        results.document(headed("provision-status", stands))
    else:
        results.text(f"{cluster.identifier}: {cluster.host}:{cluster.port}/{cluster.database}")
        show_checks(checks)
