"""What is shown: 80 columns for a person, all of it as JSON, a form that Prometheus reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from checks.facts import TableName
from migrate.model.feed_status import ReplicationReport
from migrate.model.watching import ControlTables, ExceptionsOf, KnownTable, Lag, LogStanding
from migrate.report.documents import document, schema
from migrate.report.replication import prometheus, text
from migrate.report.replication.amounts import amount, bytes_of, duration
from migrate.stages.replicate.watching.assemble import assemble
from tests.watching.recorded import AT, LOOK, ORDERS, earlier, seen, table, told

LONG = TableName("a_schema_with_a_long_name", "and_a_table_whose_name_goes_on_and_on_and_on_and_on")
AWKWARD = TableName("s", 'a "table"\\with\nodd {letters}')


def troubled() -> ReplicationReport:
    """Much at once: a load under way, a bad table, exceptions, a disk that fills, something unseen."""
    tables = (
        table(LONG, "Table error", full_load_rows=123_456_789),
        table(AWKWARD, "Full load", full_load_rows=5_000_000),
        table(ORDERS, inserts=2_000_000, applied_inserts=1_000_000),
    )
    now = seen(
        task=told(tables=tables, full_load_percent=60),
        wanted=(LONG, AWKWARD, ORDERS),
        known={AWKWARD: KnownTable(9_000_000, True), LONG: KnownTable(1, False)},
        control=ControlTables((ExceptionsOf(ORDERS, 12, "2026-11-27 03:30:01"),), {LONG: "Suspended"}),
        lag=Lag(93.0, arrived=False, fresh=False),
        log=LogStanding(held_bytes=10**12, held_by="slot " + "x" * 63),
        unseen=("CloudWatch: " + "access denied " * 20,),
    )
    then = earlier(now, task=told(tables=(tables[0], replace(tables[1], full_load_rows=4_000_000), tables[2])))
    long_ago = earlier(now, 600.0, log=LogStanding(held_bytes=10**12 - 60 * 10**9, held_by="slot x"))
    look = replace(now, free_bytes=10**12, free_from="CloudWatch FreeStorageSpace")
    return assemble(look, then, earliest=long_ago)


REPORTS = {
    "healthy": assemble(LOOK, earlier(LOOK)),
    "one look": assemble(LOOK),
    "troubled": troubled(),
    "gone": assemble(seen(task=None, gone=True)),
    "not asked": assemble(seen(task=None, unseen=("DMS: the security token included in the request is invalid",))),
    "nothing": assemble(replace(LOOK, feeds=())),
    "blind": assemble(seen(task=None, terms=None, metrics=None, control=None, lag=None, log=None, probes=None)),
    "odd words": assemble(seen(task=told(status="failed", last_failure="Last Error " + "no " * 200))),
}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_it_fits_eighty_columns(name: str) -> None:
    assert [line for line in text.lines(REPORTS[name]) if len(line) > 80] == []
    assert "\n" not in text.line(REPORTS[name])


def test_a_person_reads_what_is_wrong_first() -> None:
    lines = text.lines(REPORTS["troubled"])
    body = "\n".join(lines)
    rows = lines[lines.index(next(one for one in lines if one.startswith("  table "))) + 1 :]
    assert rows[0].startswith("  a_schema_with_a_…_on_and_on_and_on Table error !")
    assert "100,000 rows/s" in body
    assert "full in 2 h 46 min" in body
    assert "at least 1 min 33 s: the last marker is under way" in body
    assert "blocker DMS111 table-given-up" in body
    assert "not seen" in body


def test_of_two_thousand_tables_the_interesting_are_shown_and_json_has_all() -> None:
    tables = [table(TableName("s", f"t{n}")) for n in range(2000)]
    tables[1234] = table(TableName("s", "t1234"), "Table error")
    report = assemble(seen(task=told(tables=tuple(tables)), wanted=(), known={}))
    lines = text.lines(report)
    assert len(lines) < 40
    assert any("t1234" in line for line in lines)
    assert len(document(report)["tasks"][0]["tables"]) == 2000


def test_of_many_interesting_tables_the_rest_is_counted() -> None:
    tables = tuple(table(TableName("s", f"t{n}"), "Full load") for n in range(50))
    lines = text.lines(assemble(seen(task=told(tables=tables), wanted=(), known={})))
    assert "  and 30 more; --format json has all" in lines


def test_a_look_in_one_line_names_codes() -> None:
    line = text.line(REPORTS["troubled"])
    assert line.startswith("03:36:29 shop-main-forward-0 loading tables")
    assert line.endswith("findings: DMS111, DMS151, DMS182, DMS191")


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_document_fits_its_schema(name: str) -> None:
    found = json.loads(json.dumps(document(REPORTS[name], at=AT), allow_nan=False))
    jsonschema.validate(found, schema("replication"))
    assert found["report"] == "replication"
    assert found["summary"]["blocker"] == REPORTS[name].blockers


def test_a_schema_misses_no_field_that_is_gone() -> None:
    whole: dict[str, Any] = document(REPORTS["troubled"])
    for field in whole:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({key: value for key, value in whole.items() if key != field}, schema("replication"))


SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (-?[0-9.e+-]+)')


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_prometheus_can_read_it(name: str) -> None:
    """Each metric once, with HELP and TYPE before its samples; labels are escaped; no series is there twice."""
    known: dict[str, str] = {}
    series: set[str] = set()
    current = ""
    for line in prometheus.lines(REPORTS[name]):
        if line.startswith("# HELP "):
            current = line.split(" ")[2]
            assert current not in known
        elif line.startswith("# TYPE "):
            assert line.split(" ")[2] == current
            known[current] = line.split(" ")[3]
        else:
            found = SAMPLE.fullmatch(line)
            assert found is not None, line
            assert found[1] == current
            assert (known[current] == "counter") == current.endswith("_total")
            assert line.rpartition(" ")[0] not in series
            series.add(line.rpartition(" ")[0])
            float(found[3])
    assert known


def test_prometheus_has_a_table_with_an_awkward_name_as_it_is() -> None:
    told_lines = prometheus.lines(REPORTS["troubled"])
    assert any(r'table="s.a \"table\"\\with\nodd {letters}"} 5000000' in line for line in told_lines)


def test_prometheus_tells_a_lag_only_where_one_was_measured() -> None:
    def lag(one: Lag) -> list[str]:
        return [line for line in prometheus.lines(assemble(seen(lag=one))) if "lag_seconds{" in line]

    assert lag(Lag(3.0, arrived=True, fresh=False)) == [], "the age of an old marker is no lag"
    assert lag(Lag(0.5, arrived=True, fresh=True))[0].endswith('arrived="true"} 0.5')
    assert lag(Lag(9.0, arrived=False, fresh=False))[0].endswith('arrived="false"} 9')


@pytest.mark.parametrize(
    ("number", "short"), [(0, "0"), (9_999, "9,999"), (12_345, "12.3k"), (4_500_000, "4.5M"), (10**12, "1.0T")]
)
def test_amounts_are_short(number: float, short: str) -> None:
    assert amount(number) == short


def test_bytes_and_times_are_short() -> None:
    assert [bytes_of(n) for n in (56, 635_200, 2 * 10**9)] == ["56 bytes", "635.2 kB", "2.0 GB"]
    assert [duration(n) for n in (4, 200, 18_600, 300_000)] == ["4 s", "3 min 20 s", "5 h 10 min", "3 days"]
