"""`replicate`: DMS tasks, full load and change capture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.cli import watching
from migrate.cli.options import DEFAULT_CONFIG, Config, DryRun, Format, Output, session
from migrate.errors import Exit
from migrate.model.inventory import unexpected
from migrate.model.replication import ReplicationTask
from migrate.operations import replicate as operation
from migrate.operations import replication_plan, schema_watch
from migrate.report import schema_diff_text
from migrate.report.documents import document
from migrate.report.heading import headed
from migrate.report.replication_plan_text import lines, proposal_toml
from migrate.ui import results

app = typer.Typer(help="Schema copy, full load and change data capture by AWS DMS.", no_args_is_help=True)
watching.register(app)


@app.command()
def plan(
    config: Config = DEFAULT_CONFIG,
    output: Output = Format.TEXT,
    propose: Annotated[
        bool, typer.Option("--propose", help="Only the tasks that the figures would have, as tables of tasks to paste.")
    ] = False,
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write each task's mappings and settings as JSON files.")
    ] = None,
    sample: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, max=3600, help="Watch the source's writes for so long.")
    ] = 0.0,
    no_lobs: Annotated[bool, typer.Option("--no-lobs", help="Do not look at the lengths of large columns.")] = False,
) -> None:
    """Tasks, settings with reasons, needs and limits, and the steps that `start` will take. Changes nothing.

    \b
    Examples:
      aurora-migrate replicate plan
    """
    with session(config) as opened:
        made = operation.planned(opened, replication_plan.Look(lobs=not no_lobs, writes_seconds=sample))
        if write is not None:
            replication_plan.write(made, write)
        if propose:
            results.text(proposal_toml(made))
        elif output is Format.JSON:
            results.document(document(made))
        else:
            results.text(lines(made))
            _show_steps(list(made.steps), output)
    if made.refusals:
        raise typer.Exit(int(Exit.SAYS_NO))


@app.command()
def start(config: Config = DEFAULT_CONFIG, dry_run: DryRun = False, output: Output = Format.TEXT) -> None:
    """Copy the schema, load, build indexes and constraints, follow changes. Begun before: goes on where it stood.

    \b
    Examples:
      aurora-migrate replicate start --dry-run
      aurora-migrate replicate start
    """
    with session(config) as opened:
        if dry_run:
            _show_steps(operation.explain(opened), output)
        else:
            _show_tasks(operation.start(opened), output)


@app.command()
def schema(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """How the schemas of both sides differ, and what DDL did to the source since. Changes nothing.

    \b
    Examples:
      aurora-migrate replicate schema
    """
    with session(config) as opened:
        found, since = schema_watch.differences(opened), schema_watch.drift(opened)
    if output is Format.JSON:
        differences = [each.facts() for each in found]
        body = {"differences": differences, "source_changed": list(since), "hint": schema_watch.HINT}
        results.document(headed("replicate-schema", body))
    else:
        results.text(schema_diff_text.lines(found, since, schema_watch.HINT))
    if since or unexpected(found):
        raise typer.Exit(int(Exit.SAYS_NO))


@app.command()
def stop(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Stop the task that feeds now; it can be resumed.

    \b
    Examples:
      aurora-migrate replicate stop
    """
    with session(config) as opened:
        _show_tasks(operation.stop(opened), output)


@app.command()
def resume(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Resume the task that feeds now, from where it stopped.

    \b
    Examples:
      aurora-migrate replicate resume
    """
    with session(config) as opened:
        _show_tasks(operation.resume(opened), output)


@app.command()
def reload(
    tables: Annotated[list[str], typer.Argument(help="schema.table, at most ten.", show_default=False)],
    config: Config = DEFAULT_CONFIG,
    output: Output = Format.TEXT,
) -> None:
    """Load tables again while everything else is followed. What was validated counts no more: validate again.

    \b
    Examples:
      aurora-migrate replicate reload shop.orders shop.items
    """
    from migrate.operations import feed_changes

    with session(config) as opened:
        _show_tasks(feed_changes.reload(opened, tables), output)


@app.command()
def apply_settings(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Bring tasks, and what they run on, to what migration.toml says by now: stop, modify, resume. Else nothing.

    \b
    Examples:
      aurora-migrate replicate apply-settings
    """
    from migrate.operations import feed_changes

    with session(config) as opened:
        _show_tasks(feed_changes.apply_settings(opened), output)


@app.command()
def destroy(
    config: Config = DEFAULT_CONFIG,
    confirm: Annotated[str, typer.Option(help="The migration's name: nothing feeds the target afterwards.")] = "",
    dry_run: DryRun = False,
    output: Output = Format.TEXT,
) -> None:
    """Delete tasks, endpoints, instance, certificates; drop slots and markers. `start` can set up anew afterwards.

    \b
    Examples:
      aurora-migrate replicate destroy --dry-run
      aurora-migrate replicate destroy --confirm shop
    """
    from migrate.cli.cleanup import show
    from migrate.operations import retire

    with session(config) as opened:
        if dry_run:
            _show_steps([(step, title, "pending") for step, title in retire.destroy_steps(opened)], output)
        else:
            show(opened.name, retire.destroy(opened, confirm), output)


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
