"""`replicate`: DMS tasks, full load and change capture."""

from __future__ import annotations

import typer

from migrate.cli import watching
from migrate.cli.options import DEFAULT_CONFIG, Config, DryRun, Format, Output, session
from migrate.model.replication import ReplicationTask
from migrate.operations import replicate as operation
from migrate.ui import results

app = typer.Typer(help="Schema copy, full load and change data capture by AWS DMS.", no_args_is_help=True)
watching.register(app)


@app.command()
def plan(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """The steps that `start` will take."""
    with session(config) as opened:
        _show_steps(operation.explain(opened), output)


@app.command()
def start(config: Config = DEFAULT_CONFIG, dry_run: DryRun = False, output: Output = Format.TEXT) -> None:
    """Copy the schema, load, build indexes and constraints, follow changes. Begun before: goes on where it stood."""
    with session(config) as opened:
        if dry_run:
            _show_steps(operation.explain(opened), output)
        else:
            _show_tasks(operation.start(opened), output)


@app.command()
def stop(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Stop the task that feeds now; it can be resumed."""
    with session(config) as opened:
        _show_tasks(operation.stop(opened), output)


@app.command()
def resume(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Resume the task that feeds now, from where it stopped."""
    with session(config) as opened:
        _show_tasks(operation.resume(opened), output)


def _show_steps(steps: list[tuple[str, str, str]], output: Format) -> None:
    if output is Format.JSON:
        results.document([{"id": step, "title": title, "state": state} for step, title, state in steps])
    else:
        results.table(("step", "what", "state"), steps)


def _show_tasks(tasks: list[ReplicationTask], output: Format) -> None:
    if output is Format.JSON:
        results.document(
            [
                {
                    "task": task.identifier,
                    "status": task.status,
                    "stop_reason": task.stop_reason,
                    "last_failure": task.last_failure,
                    "tables": [
                        {"table": str(t.table), "state": t.state, "full_load_rows": t.full_load_rows,
                         "applied": t.applied_inserts + t.applied_updates + t.applied_deletes}
                        for t in task.tables
                    ],
                }
                for task in tasks
            ]
        )  # fmt: skip
        return
    for task in tasks:
        rows = [
            (
                str(t.table),
                t.state,
                f"{t.full_load_rows:,}",
                f"{t.applied_inserts + t.applied_updates + t.applied_deletes:,}",
            )
            for t in task.tables
        ]
        results.table(("table", "state", "loaded", "changes applied"), rows, title=f"{task.identifier}: {task.status}")
        if task.status == "failed":
            results.text(task.last_failure or task.stop_reason)
