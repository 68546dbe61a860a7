"""`provision`: the Aurora cluster, change set first."""

from __future__ import annotations

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.model.cluster import ChangeSet, Cluster
from migrate.operations import provision as operation
from migrate.ui import results

app = typer.Typer(help="The target Aurora cluster, as a CloudFormation stack.", no_args_is_help=True)


@app.command()
def plan(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Create the change set and show it; nothing is executed."""
    with session(config) as opened:
        _show_changes(operation.plan(opened), output)


@app.command()
def apply(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Create or update the cluster; replacement of anything that holds data is refused."""
    with session(config) as opened:
        _show_cluster(operation.apply(opened), output)


@app.command()
def status(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """The cluster as the stack's outputs and the RDS API tell it."""
    with session(config) as opened:
        _show_cluster(opened.cluster, output)


@app.command()
def export(config: Config = DEFAULT_CONFIG) -> None:
    """Print the CloudFormation template."""
    with session(config) as opened:
        results.text(operation.template(opened))


def _show_changes(changes: ChangeSet, output: Format) -> None:
    if output is Format.JSON:
        body = [
            {"action": c.action, "id": c.logical_id, "type": c.type, "replacement": c.replacement}
            for c in changes.changes
        ]
        results.document({"stack": changes.stack, "kind": changes.kind, "changes": body})
    elif not changes.changes:
        results.text(f"Stack {changes.stack}: nothing to do.")
    else:
        rows = [(c.action, c.logical_id, c.type, c.replacement) for c in changes.changes]
        results.table(
            ("operation", "resource", "type", "replaces"), rows, title=f"Stack {changes.stack} ({changes.kind})"
        )


def _show_cluster(cluster: Cluster, output: Format) -> None:
    if output is Format.JSON:
        results.document({**vars(cluster)})
    else:
        results.text(f"{cluster.identifier}: {cluster.host}:{cluster.port}/{cluster.database}")
