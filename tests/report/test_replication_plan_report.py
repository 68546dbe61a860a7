"""The plan of a replication as text, as JSON and as TOML to paste."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import replace
from fnmatch import fnmatchcase

import jsonschema
import pytest

from checks.facts import Column, Partitioning
from checks.route import Engine
from migrate.model.measurement import Measurements
from migrate.model.replication_plan import ReplicationPlan
from migrate.model.tuning import Tuning
from migrate.report.documents import document, schema
from migrate.report.replication_plan_text import lines, proposal_toml
from migrate.stages.replicate.planning.plan import plan
from migrate.task_section import TaskSection
from tests.stages_replicate.planned import GIB, asked, lob, named, source, table, task, writes

BODY = Column(name="body", type="text")


@pytest.fixture
def made() -> ReplicationPlan:
    """A plan with something of everything: refusals, warnings, splits, LOBs, keyless tables, a setting of one's own."""
    catalog = source(
        table("events", size=300 * GIB, rows=4_000_000),
        table("docs", BODY),
        table("odd [1]*", key=False),
        table("a"),
        table("b", refers="a"),
    )
    measured = Measurements(
        lobs=(lob("docs", "body", 90_000_000), lob("docs", "body", 10, exact=False)),
        writes=(writes("events", inserts=7_200),),
        seconds=3600.0,
        basis="writes in 1 h",
        cuts=((named("events"), "id", ("10", "20")),),
        unmeasured=("LOBs of app.c: no permission",),
    )
    own = Tuning(overrides={"ChangeProcessingTuning.CommitTimeout": 5})
    everything = task("main", "events", "docs", "odd [1]*", "a", "b", tuning=own, idle_patterns=("app.none",))
    return replace(plan(asked(catalog, everything, measured=measured)), steps=(("x/y", "do it", "to do"),))


def test_the_document_fits_its_schema_and_the_schema_notices(made: ReplicationPlan) -> None:
    found = document(made)
    jsonschema.validate(found, schema("replication-plan"))
    for path in (("tasks", 0, "differing"), ("capacity", "units"), ("digest",)):
        broken = copy.deepcopy(found)
        place = broken
        for key in path[:-1]:
            place = place[key]  # type: ignore[index]
        del place[path[-1]]  # type: ignore[arg-type]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema("replication-plan"))


def test_the_text_tells_refusals_reasons_and_needs(made: ReplicationPlan) -> None:
    text = " ".join("\n".join(lines(made)).split())
    assert "refused lob-too-long: app.docs.body holds a value of 90,000,000 bytes" in text
    assert '→ Give the table lob = "unlimited"' in text
    assert "ChangeProcessingTuning.CommitTimeout = 5 (default 1): yours" in text
    assert 'ErrorBehavior.DataErrorPolicy = "SUSPEND_TABLE" (default "LOG_ERROR"): the default writes a line' in text
    assert "loaded in about" in text and "assumed, measured nowhere" in text  # noqa: PT018
    assert "not measured: LOBs of app.c: no permission" in text
    assert f"plan {made.digest[:12]}: refused" in text


def test_it_fits_eighty_columns_however_long_a_name_is(made: ReplicationPlan) -> None:
    long = "a_name_" * 9
    catalog = source(table(long, BODY, key=False), table("short"))
    measured = Measurements(lobs=(lob(long, "body", 90_000_000),))
    text = list(lines(plan(asked(catalog, task("main", long, "short"), measured=measured))))
    assert not [line for line in (*text, *lines(made)) if len(line) > 80]
    (row,) = (number for number, line in enumerate(text) if line.startswith("  app.a_name_"))
    assert "…" in text[row]
    assert text[row + 1].startswith("      no key, LOBs to 85.8 MiB")


def test_what_is_proposed_can_be_pasted(made: ReplicationPlan) -> None:
    """Read back by the settings' own model: the same tables in the same tasks, splits and LOB modes kept."""
    sections = [TaskSection.model_validate(one) for one in tomllib.loads("\n".join(proposal_toml(made)))["tasks"]]
    assert [one.name for one in sections] == [one.name for one in made.proposal]
    every = [table for one in made.proposal for table in one.tables]
    for section, proposed in zip(sections, made.proposal, strict=True):
        fits = {name for name in every if any(fnmatchcase(str(name), pattern) for pattern in section.include)}
        assert fits == set(proposed.tables)
    tuned = {one.table: one for section in sections for one in section.tables}
    assert tuned["app.events"].boundaries == (("10",), ("20",))
    assert tuned["app.docs"].lob == "unlimited"


def test_a_partitioned_giant_of_mysql_is_proposed_by_its_partitions() -> None:
    parts = Partitioning(method="range", partitions=("p0", "p1"))
    catalog = source(table("events", size=300 * GIB, partitioned=True, partitioning=parts), engine=Engine.MYSQL)
    (section,) = tomllib.loads("\n".join(proposal_toml(plan(asked(catalog)))))["tasks"]
    assert TaskSection.model_validate(section).tables[0].partitions == ("*",)


def test_the_digest_is_of_what_is_sent_alone(made: ReplicationPlan) -> None:
    assert replace(made, warnings=(), steps=()).digest == made.digest
    task_ = replace(made.tasks[0], settings={**made.tasks[0].settings, "Logging": {"EnableLogging": False}})
    assert replace(made, tasks=(task_,)).digest != made.digest
