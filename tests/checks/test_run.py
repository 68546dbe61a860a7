"""Running the catalogue: nothing hides anything else, and silence is never a pass."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import pytest

from checks import registry
from checks.ddl.read import read_text
from checks.errors import UnknownRuleError
from checks.facts import Catalog, Origin
from checks.finding import Finding, Severity
from checks.registry import catalogue
from checks.route import Engine, Route, TargetEngine, Version
from checks.rule import Rule
from checks.rules.postgres.pg101_unlogged_table import UnloggedTable
from checks.run import CheckReport, run
from checks.waivers import Waiver

TODAY = datetime.date(2026, 11, 23)
ROUTE = Route(Engine.POSTGRES, Version((12, 5)), TargetEngine.AURORA_POSTGRESQL, Version((17, 4)))
SQL = (
    "CREATE UNLOGGED TABLE audit_log (id int PRIMARY KEY);\n"
    "CREATE TABLE keyless (a int);\n"
    "FROBNICATE keyless;\n"
    "ALTER TABLE keyless REPLICA IDENTITY NOTHING;\n"
)


def check(sql: str = SQL, **options: object) -> CheckReport:
    return run(read_text(sql, Engine.POSTGRES, "dump.sql"), ROUTE, today=TODAY, **options)  # type: ignore[arg-type]


def codes(report: CheckReport) -> list[str]:
    return [finding.code for finding in report.findings]


def waiver(**changes: object) -> Waiver:
    given = {"code": "PG101", "object": "public.audit_*", "owner": "Ada", "reason": "rebuilt nightly"}
    return Waiver(**{"expires": TODAY, **given, **changes})  # type: ignore[arg-type]


def test_the_worst_comes_first_and_each_says_where() -> None:
    report = check()
    assert codes(report) == ["PG305", "CK001", "PG101", "PG301"]
    assert [f.object.location.line for f in report.findings if f.object.location] == [2, 3, 1, 2]
    assert [finding.code for finding in report.blockers("replicate")] == ["PG305"]
    assert report.blockers("cutover") == ()


def test_what_a_dump_cannot_tell_is_not_applicable_rather_than_passed() -> None:
    report = check()
    reasons = {one.code: one.reason for one in report.not_applicable}
    assert {"PG302", "PG303", "PG304"} <= set(reasons)
    assert "settings" in reasons["PG302"]
    assert not set(report.ran) & set(reasons)
    asked = {code for code, rule in catalogue().items() if not rule.reported_by_run}
    assert {*report.ran, *reasons} == asked


def test_a_crashed_rule_is_a_finding_and_hides_no_other() -> None:
    class Crashing(UnloggedTable):
        __doc__ = UnloggedTable.__doc__

        def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
            yield from super().find(catalog, route)
            raise KeyError("missing")

    rules: dict[str, Rule] = {**catalogue(), "PG101": Crashing()}
    report = check(rules=rules)
    assert codes(report) == ["PG305", "CK001", "CK002", "PG301"]
    assert [(crash.code, "missing" in crash.error) for crash in report.crashed] == [("PG101", True)]
    assert "PG101" not in report.ran


class TestSelection:
    def test_by_prefix(self) -> None:
        assert codes(check(select=["PG1"])) == ["CK001", "PG101"]
        assert codes(check(ignore=["PG3"])) == ["CK001", "PG101"]

    def test_the_longer_prefix_wins(self) -> None:
        assert codes(check(select=["PG301"], ignore=["PG3"])) == ["CK001", "PG301"]
        assert codes(check(select=["PG"], ignore=["PG3"])) == ["CK001", "PG101"]

    def test_unread_statements_cannot_be_ignored(self) -> None:
        assert "CK001" in codes(check(ignore=["CK"]))

    def test_an_unknown_code_is_refused(self) -> None:
        with pytest.raises(UnknownRuleError, match="PG77"):
            check(select=["PG77"])

    def test_rules_of_another_engine_are_not_asked(self) -> None:
        route = Route(Engine.MYSQL, None, TargetEngine.AURORA_MYSQL, Version((3, 8, 0)))
        report = run(Catalog(engine=Engine.MYSQL, origin=Origin.LIVE), route, today=TODAY)
        assert not [code for code in report.ran if code.startswith("PG")]

    def test_the_method_decides_too(self) -> None:
        assert "PG201" in check(method="dms").ran
        assert "PG201" not in check(method="native").ran

    def test_bounds_of_versions_leave_an_unknown_source_in(self) -> None:
        class OldOnly(UnloggedTable):
            __doc__ = UnloggedTable.__doc__
            source_majors = (None, 11)

        catalog = read_text(SQL, Engine.POSTGRES)
        known, unknown = ROUTE, Route(ROUTE.source, None, ROUTE.target, ROUTE.target_version)
        assert OldOnly().not_applicable(catalog, known, "dms") == "not for source version 12.5"
        assert OldOnly().not_applicable(catalog, unknown, "dms") is None

    def test_select_keeps_the_order_of_codes(self) -> None:
        found = [rule.code for rule in registry.select(catalogue(), select=["PG6", "PG1"])]
        assert found == sorted(found)


class TestWaivers:
    def test_a_waiver_marks_and_opens_the_way(self) -> None:
        report = check(waivers=[waiver()])
        (finding,) = [finding for finding in report.findings if finding.code == "PG101"]
        assert finding.waived_by == "Ada: rebuilt nightly (until 2026-11-23)"
        assert "PG101" not in [finding.code for finding in report.open]

    def test_a_waived_blocker_blocks_nothing(self) -> None:
        assert check(waivers=[waiver(code="PG305", object="public.keyless")]).blockers() == ()

    def test_an_expired_waiver_covers_nothing_and_is_a_finding(self) -> None:
        report = check(waivers=[waiver(expires=TODAY - datetime.timedelta(days=1))])
        assert "PG101" in [finding.code for finding in report.open]
        assert "CK004" in codes(report)

    def test_an_unused_waiver_is_a_finding(self) -> None:
        assert "CK003" in codes(check(waivers=[waiver(object="Public.*")]))

    def test_a_waiver_of_a_rule_that_was_not_asked_is_not_called_unused(self) -> None:
        assert "CK003" not in codes(check(waivers=[waiver()], select=["PG3"]))

    def test_a_waiver_of_a_code_that_no_rule_has_is_called_unused(self) -> None:
        assert "CK003" in codes(check(waivers=[waiver(code="PG999")], select=["PG3"]))

    def test_one_object_only(self) -> None:
        sql = "CREATE UNLOGGED TABLE a (i int PRIMARY KEY); CREATE UNLOGGED TABLE b (i int PRIMARY KEY);"
        report = check(sql, waivers=[waiver(object="public.a")])
        assert [finding.object.name for finding in report.open] == ["public.b"]


def test_severity_and_stage_go_together() -> None:
    for finding in check().findings:
        assert (finding.blocks is not None) == (finding.severity is Severity.BLOCKER)
