"""What is proven beside the rows, and what it does to the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks.facts import (
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    Index,
    Origin,
    Table,
    TableName,
)
from checks.route import Engine
from migrate.errors import TargetError
from migrate.model import alike
from migrate.model.replication import TableStatistics
from migrate.model.validation import Proof, TableResult, ValidationReport, Verdict
from migrate.stages.validate.proofs import constraints, dms_validation, row_counts, schema
from migrate.stages.validate.proofs.prove import beside, prove
from migrate.stages.validate.proofs.subject import Subject
from migrate.stages.validate.proofs.temporal import shift

ORDERS, PARTS = TableName("shop", "orders"), TableName("shop", "parts")
ID = Column(name="id", type="bigint", nullable=False)
KEY = Constraint(name="orders_pkey", kind=ConstraintKind.PRIMARY_KEY, columns=("id",))
MATCH = ValidationReport(verdict=Verdict.MATCH, tables=(), seconds=1.0)


def _catalog(*tables: Table, indexes: tuple[Index, ...] = ()) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, tables=tables, indexes=indexes)


def _orders(*more: Column, keys: tuple[Constraint, ...] = (KEY,)) -> Table:
    return Table(name=ORDERS, columns=(ID, *more), constraints=keys)


class _Side:
    """A side of which only the catalog can be asked; everything else is refused."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.schema = self

    def copied(self, catalog: Catalog) -> Catalog:
        return catalog

    def catalog(self, schemas: object = ()) -> Catalog:
        return self._catalog

    def __getattr__(self, name: str) -> Any:
        raise TargetError("the server is gone", code="TGT-108")


def _subject(here: Catalog, there: Catalog, **more: Any) -> Subject:
    return Subject(source=_Side(here), target=_Side(there), results=(), **more)  # type: ignore[arg-type]


def test_a_proof_that_decides_outweighs_equal_rows() -> None:
    failed = Proof(name="schema", verdict=Verdict.DIFFERS, reason="")
    assert beside(MATCH, (failed,)).verdict is Verdict.DIFFERS
    assert beside(MATCH, (replace(failed, verdict=Verdict.UNKNOWN),)).verdict is Verdict.UNKNOWN
    assert beside(MATCH, (replace(failed, decides=False),)).verdict is Verdict.MATCH
    differs = replace(MATCH, verdict=Verdict.DIFFERS)
    assert beside(differs, (replace(failed, verdict=Verdict.UNKNOWN),)).verdict is Verdict.DIFFERS


def test_a_server_that_is_gone_makes_what_decides_unknown() -> None:
    same = _catalog(_orders())
    proofs = {proof.name: proof for proof in prove(_subject(same, same))}
    assert proofs["sequences"].verdict is Verdict.UNKNOWN
    assert proofs["sequences"].decides
    assert "gone" in proofs["sequences"].reason
    assert proofs["schema"].verdict is Verdict.MATCH
    later = {proof.name: proof for proof in prove(_subject(same, same, raised_later=True))}
    assert not later["sequences"].decides


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (_catalog(), "shop.orders: only on the source"),
        (_catalog(_orders(), Table(name=PARTS)), "shop.parts: only on the target"),
        (_catalog(_orders(Column(name="n", type="text"))), "n is absent on the source, text on the target"),
        (_catalog(Table(name=ORDERS, columns=(replace(ID, type="integer"),), constraints=(KEY,))),
         "id is bigint not null on the source, integer not null on the target"),
        (_catalog(Table(name=ORDERS, columns=(replace(ID, nullable=True),), constraints=(KEY,))),
         "bigint on the target"),
        (_catalog(_orders(keys=())), "primary key (id) only on the source"),
    ],
)  # fmt: skip
def test_what_is_not_alike_is_named(there: Catalog, says: str) -> None:
    proof = schema.prove(_subject(_catalog(_orders()), there))
    assert proof.verdict is Verdict.DIFFERS
    assert says in "\n".join(proof.details)


def test_an_action_of_a_foreign_key_is_part_of_the_schema() -> None:
    key = Constraint(name="f", kind=ConstraintKind.FOREIGN_KEY, columns=("id",), references=PARTS)
    here, there = (_catalog(_orders(keys=(KEY, replace(key, on_delete=act)))) for act in (None, "cascade"))
    assert not alike.differences(here, _catalog(_orders(keys=(KEY, replace(key, on_delete="restrict")))), ("a", "b"))
    (line,) = alike.differences(here, there, ("a", "b"))
    assert "foreign key (id) to shop.parts on delete cascade only on the b" in line


def test_a_key_that_is_there_twice_is_missed_when_it_is_there_once() -> None:
    twice = replace(KEY, kind=ConstraintKind.UNIQUE, name="a"), replace(KEY, kind=ConstraintKind.UNIQUE, name="b")
    (line,) = alike.differences(_catalog(_orders(keys=twice)), _catalog(_orders(keys=twice[:1])), ("a", "b"))
    assert "unique (id) only on the a" in line


def test_what_is_valid_no_more_is_named_and_what_never_was_is_not() -> None:
    check = Constraint(name="positive", kind=ConstraintKind.CHECK)
    index = Index(name="by_name", table=ORDERS)
    here = _catalog(_orders(keys=(KEY, check)), indexes=(index,))
    there = _catalog(_orders(keys=(KEY, replace(check, validated=False))), indexes=(replace(index, valid=False),))
    proof = constraints.prove(_subject(here, there))
    assert proof.details == ("shop.orders: check positive", "shop.orders: index by_name")
    assert constraints.prove(_subject(there, there)).verdict is Verdict.MATCH
    assert constraints.prove(_subject(here, there, only=frozenset({PARTS}))).verdict is Verdict.MATCH


@pytest.mark.parametrize(
    ("here", "there", "by"),
    [
        (("2026-01-01 00:00+00", "2026-06-01 00:00+00"), ("2026-01-01 02:00+00", "2026-06-01 02:00+00"), 2.0),
        (("2026-01-01 00:00:00", "2026-06-01 12:00:00.5"), ("2025-12-31 18:15:00", "2026-06-01 06:15:00.5"), -5.75),
        (("2026-01-01 00:00:00", "2026-06-01 00:00:00"), ("2026-01-01 01:00:00", "2026-06-01 02:00:00"), None),
        (("2026-01-01 00:00:00", None), ("2026-01-01 00:00:07", None), None),
        (("2026-01-01", "2026-02-01"), ("2026-01-05", "2026-02-05"), None),
        (("infinity", "0001-01-01 BC"), ("x", None), None),
        ((None, None), (None, None), None),
    ],
    ids=["two hours", "a quarter", "summer time", "seconds", "days", "no instants", "nothing"],
)  # fmt: skip
def test_one_shift_of_both_ends_is_a_time_zone(
    here: tuple[str | None, str | None], there: tuple[str | None, str | None], by: float | None
) -> None:
    assert shift(here, there) == (timedelta(hours=by) if by is not None else None)


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ((), Verdict.UNKNOWN),
        (("Not enabled", ""), Verdict.UNKNOWN),
        (("Validated", "Validated"), Verdict.MATCH),
        (("Validated", "Pending records"), Verdict.UNKNOWN),
        (("Pending records", "Mismatched records"), Verdict.DIFFERS),
    ],
)
def test_what_dms_says_is_told_and_never_decides(states: tuple[str, ...], verdict: Verdict) -> None:
    rows = [TableStatistics(table=ORDERS, state="Table completed", validation_state=state) for state in states]
    proof = dms_validation.prove(_subject(_catalog(), _catalog(), statistics=lambda: rows))
    assert proof.verdict is verdict
    assert not proof.decides


def test_counts_are_told_and_never_decide() -> None:
    result = TableResult(table=ORDERS, verdict=Verdict.MATCH, source_rows=3, target_rows=4, chunks=1)
    subject = replace(_subject(_catalog(), _catalog()), results=(result,))
    proof = row_counts.prove(subject)
    assert (proof.verdict, proof.decides) == (Verdict.DIFFERS, False)
    assert proof.details == ("shop.orders: 3 on the source, 4 on the target",)
