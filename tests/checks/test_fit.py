"""Which method is recommended for which database, and why: every answer names its reasons, nothing is scored."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts import Catalog, Column, Constraint, ConstraintKind, Origin, Table, TableName
from checks.finding import Finding, Remedy, Severity
from checks.fit.answer import Fit, MethodFit, Verdict, Weight
from checks.fit.facts import NOTHING_SAID, FitFacts, Hosting, Need, Wishes, facts_of
from checks.fit.judge import judge
from checks.fit.questions import QUESTIONS
from checks.fit.table import methods
from checks.names import ObjectRef
from checks.registry import catalogue
from checks.route import TARGET_OF, Engine, Route, Version

GIB = 1024**3
NO_WAY_BACK = Wishes(way_back=False, hosting=Hosting.ELSEWHERE)
ON_RDS = Wishes(way_back=False, hosting=Hosting.RDS)


def route(source: str = "postgres 16.3", target: str = "16.4") -> Route:
    engine, version = source.split(" ")
    return Route(Engine(engine), Version.parse(version), TARGET_OF[Engine(engine)], Version.parse(target))


def shop(**facts: object) -> FitFacts:
    """50 GiB of PostgreSQL 16 with a log that carries changes."""
    usual = {"route": route(), "bytes": 50 * GIB, "changes_per_second": 200.0, "logical_log": True}
    return FitFacts(**{**usual, **facts})  # type: ignore[arg-type]


def of(fit: Fit, key: str) -> MethodFit:
    return next(one for one in fit.methods if one.key == key)


def taken(facts: FitFacts) -> str | None:
    found = judge(facts).recommended
    return found.key if found else None


CASES = {
    "nothing is said: minutes of downtime and a way back": (shop(), "dms"),
    "no way back, not on RDS": (shop(wishes=NO_WAY_BACK), "native"),
    "no way back, on RDS": (shop(wishes=ON_RDS), "rds-replica"),
    "a night of downtime": (shop(wishes=dataclasses.replace(NO_WAY_BACK, downtime_minutes=480)), "dump-restore"),
    "a night is not enough for 2 TiB by dump": (
        shop(bytes=2048 * GIB, wishes=dataclasses.replace(ON_RDS, downtime_minutes=720)),
        "rds-snapshot",
    ),
    "a night, but a way back is wanted": (
        shop(wishes=Wishes(way_back=True, downtime_minutes=480, hosting=Hosting.RDS)),
        "dms",
    ),
    "size unknown: nothing with a standstill is recommended": (
        shop(bytes=None, wishes=dataclasses.replace(NO_WAY_BACK, downtime_minutes=480)),
        "native",
    ),
    "an upgrade of the major on the way": (shop(route=route("postgres 14.9", "17.4"), wishes=ON_RDS), "native"),
    "a minor that the target does not have yet": (
        shop(route=route("postgres 16.9", "16.4"), wishes=ON_RDS),
        "native",
    ),
    "keyless tables: DMS and native alike, so the simpler": (shop(keyless=3, wishes=NO_WAY_BACK), "native"),
    "PostgreSQL 9.6 has no publications": (shop(route=route("postgres 9.6", "16.4"), wishes=NO_WAY_BACK), "dms"),
    "MySQL of the same series, on RDS": (shop(route=route("mysql 8.0.35", "3.08"), wishes=ON_RDS), "rds-replica"),
    "MySQL ahead of the target's minor": (shop(route=route("mysql 8.0.43", "3.08"), wishes=ON_RDS), "native"),
    "MySQL of a newer series": (shop(route=route("mysql 8.4.3", "3.08"), wishes=ON_RDS), "dms"),
    "MariaDB on RDS": (shop(route=route("mariadb 10.6", "3.08"), wishes=ON_RDS), "dms"),
    "a version that DMS does not list": (
        shop(route=route("mysql 9.1", "3.08"), blocking=("MY309",)),
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_method_follows_from_the_facts(case: str) -> None:
    facts, expected = CASES[case]
    assert taken(facts) == expected


@pytest.mark.parametrize("case", CASES)
def test_every_method_is_judged_and_none_without_a_reason(case: str) -> None:
    fit = judge(CASES[case][0])
    assert {one.key for one in fit.methods} == {row["key"] for row in methods()["method"]}
    for method in fit.methods:
        weights = {reason.weight for reason in method.reasons}
        assert (method.verdict is Verdict.RULED_OUT) == (Weight.EXCLUDES in weights)
        if method.verdict is Verdict.UNCERTAIN:
            assert Weight.UNKNOWN in weights
        assert all(reason.source for reason in method.reasons)


def test_figures_stand_behind_the_time_of_a_copy() -> None:
    (reason,) = of(judge(shop(wishes=NO_WAY_BACK)), "dump-restore").reasons
    assert reason.text.endswith("(50.0 GiB take about 43 min, 10 min allowed)")


def test_where_it_runs_is_asked_for_before_rds_is_recommended() -> None:
    fit = judge(shop(wishes=Wishes(way_back=False)))
    assert of(fit, "rds-replica").verdict is Verdict.UNCERTAIN
    assert fit.otherwise == (
        "with a way back: AWS DMS, full load and CDC",
        "without a way back, from RDS: Aurora read replica of the RDS instance",
        "without a way back, with a day of downtime: dump and restore",
    )


def test_what_was_assumed_is_said_and_what_was_said_is_not() -> None:
    assert len(judge(shop()).assumed) == 2
    assert judge(shop(wishes=Wishes(way_back=True, downtime_minutes=5))).assumed == ()


def test_the_command_line_goes_before_the_file() -> None:
    file = Wishes(downtime_minutes=60, way_back=True, needs=(Need.HOST,))
    assert Wishes(downtime_minutes=0, way_back=False).or_else(file) == Wishes(
        downtime_minutes=0, way_back=False, needs=(Need.HOST,)
    )
    assert NOTHING_SAID.or_else(file) == file


WRONG = {
    "superuser": (shop(wishes=Wishes(needs=(Need.SUPERUSER,))), "needs-superuser"),
    "files of the server, by a finding": (shop(findings=("PG503",)), "needs-the-host"),
    "two regions that write": (shop(wishes=Wishes(needs=(Need.ACTIVE_ACTIVE,))), "needs-active-active"),
    "small and steady": (shop(bytes=GIB, changes_per_second=2.0), "small-and-steady"),
    "too large": (shop(findings=("PG803",)), "over-the-volume"),
    "an extension": (shop(findings=("PG601",)), "extension-missing"),
}


@pytest.mark.parametrize("case", WRONG)
def test_aurora_may_be_the_wrong_place(case: str) -> None:
    facts, expected = WRONG[case]
    assert judge(shop()).wrong_target == ()
    (found,) = judge(facts).wrong_target
    assert found.key == expected
    assert found.instead


def test_a_small_database_whose_writes_are_unknown_is_not_called_steady() -> None:
    assert judge(shop(bytes=GIB, changes_per_second=None)).wrong_target == ()


def test_what_is_out_of_scope_is_named() -> None:
    assert {one.name for one in judge(shop()).out_of_scope} >= {"Babelfish", "from another engine"}


def test_questions_and_rows_are_one_for_the_other() -> None:
    assert set(QUESTIONS) == {row["key"] for row in methods()["criterion"]}
    names = {row["key"] for row in methods()["method"]}
    assert all(set(row["methods"]) <= names for row in methods()["criterion"])


def test_every_code_in_the_rows_is_a_rule() -> None:
    codes = {code for row in methods()["wrong"] for code in row["codes"]} | set(methods()["silent"]["codes"])
    assert codes <= set(catalogue())


def test_facts_come_from_catalog_and_findings() -> None:
    key = Constraint(name="pk", kind=ConstraintKind.PRIMARY_KEY, columns=("id",))
    column = (Column(name="id", type="integer"),)
    tables = (
        Table(name=TableName("public", "a"), columns=column, constraints=(key,), bytes=GIB),
        Table(name=TableName("public", "b"), columns=column, bytes=2 * GIB),
        Table(name=TableName("public", "p"), columns=column, partitioned=True),
    )
    catalog = Catalog(
        engine=Engine.POSTGRES, origin=Origin.LIVE, tables=tables, settings={"wal_level": "replica"}, large_objects=7
    )

    def found(code: str, severity: Severity, waived: str | None = None) -> Finding:
        return Finding(
            code=code,
            slug="x",
            severity=severity,
            blocks=None,
            object=ObjectRef("table", "a"),
            message="",
            remedy=Remedy(""),
            source="",
            waived_by=waived,
        )

    findings = [
        found("PG301", Severity.WARNING),
        found("PG302", Severity.BLOCKER),
        found("PG201", Severity.NOTICE),
        found("PG601", Severity.BLOCKER, waived="Ada"),
    ]
    facts = facts_of(catalog, route(), findings)
    assert (facts.bytes, facts.keyless, facts.large_objects, facts.logical_log) == (3 * GIB, 1, 7, False)
    assert (facts.findings, facts.blocking) == (("PG301", "PG302"), ("PG302",))


def test_a_dump_tells_neither_size_nor_log() -> None:
    table = Table(name=TableName("public", "a"))
    facts = facts_of(Catalog(engine=Engine.POSTGRES, origin=Origin.DUMP, tables=(table,)), route(), [])
    assert (facts.bytes, facts.logical_log, facts.large_objects) == (None, None, None)
