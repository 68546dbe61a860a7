"""What the target must have beside room: the roles that the schema names, and the extensions in use."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import Extension
from migrate.model.roles import Lacking, NamedRole
from migrate.stages.replicate.planning import limits
from migrate.stages.replicate.planning.asked_target import AskedExtensions, AskedRoles
from tests.stages_replicate.planned import asked, source, table

OWNER = NamedRole(name="app_owner", uses=("owner", "grants"), owns=True)
READER = NamedRole(name="reader", uses=("policies",))
SUPER = NamedRole(name="postgres", uses=("default privileges",), owns=True, made=False)


def absent(*names: str) -> dict[str, Lacking]:
    return {name: Lacking(False, f'CREATE ROLE "{name}" NOLOGIN;') for name in names}


def told(kind: Any, **roles: Any) -> dict[str, tuple[str, str]]:
    roles.setdefault("lacking", {})
    found = kind(asked(source(table("orders")), roles=AskedRoles(named=(OWNER, READER), **roles)))
    return {one.code: (one.text, one.remedy) for one in found}


def test_roles_that_the_toolkit_makes_bar_nothing_and_are_told() -> None:
    here = absent("app_owner", "reader")
    assert told(limits.refusals, lacking=here) == {}
    text, remedy = told(limits.warnings, lacking=here)["roles-to-be-made"]
    assert "app_owner, reader" in text
    assert "[roles]" in remedy


def test_roles_that_it_may_not_make_are_refused_with_what_is_to_be_pasted() -> None:
    text, remedy = told(limits.refusals, lacking=absent("app_owner", "reader"), makes=False)["role-not-there"]
    assert "app_owner (owner, grants); reader (policies)" in text
    assert 'CREATE ROLE "app_owner" NOLOGIN;\nCREATE ROLE "reader" NOLOGIN;' in remedy
    assert "[roles]" in remedy


def test_a_superuser_without_which_the_schema_cannot_be_made_is_refused() -> None:
    found = limits.refusals(
        asked(source(table("orders")), roles=AskedRoles(named=(OWNER, SUPER), lacking=absent("postgres")))
    )
    [refused] = [one for one in found if one.code == "role-not-there"]
    assert "postgres (default privileges)" in refused.text


def test_a_name_in_the_mapping_that_the_target_does_not_have_is_refused_whoever_may_make_roles() -> None:
    text, remedy = told(limits.refusals, mapping={"app_owner": "orders_owner"}, lacking=absent("orders_owner"))[
        "role-not-there"
    ]
    assert "orders_owner ([roles] has app_owner be it)" in text
    assert 'CREATE ROLE "orders_owner" NOLOGIN;' in remedy


def test_a_role_that_may_be_given_nothing_is_refused_with_the_grant() -> None:
    lacking = {"orders_owner": Lacking(True, 'GRANT "orders_owner" TO "master";')}
    text, remedy = told(limits.refusals, mapping={"app_owner": "orders_owner"}, lacking=lacking)["role-not-to-be-given"]
    assert "orders_owner is to own" in text
    assert 'GRANT "orders_owner" TO "master";' in remedy


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"app": "orders_app"}, "role-of-the-migration"),
        ({"app_owner": "app"}, "role-of-the-migration"),
        ({"app_owner": "reader"}, "two-roles-in-one"),
    ],
)
def test_a_mapping_that_would_mix_rights_is_refused(mapping: dict[str, str], code: str) -> None:
    assert set(told(limits.refusals, mapping=mapping, kept=frozenset({"app"}))) == {code}
    assert told(limits.refusals, mapping={"app_owner": "reader", "reader": "app_owner"}) == {}, "a swap is none"


def test_a_line_about_nobody_is_told_and_before_there_is_a_target_nothing_is_refused() -> None:
    assert set(told(limits.warnings, mapping={"gone": ""})) == {"idle-role"}
    assert told(limits.refusals, mapping={"app_owner": "orders_owner"}, lacking=None, makes=False) == {}


def used(*names: str, **more: Any) -> Any:
    extensions = tuple(Extension(name=name, version="1.6") for name in (*names, "plpgsql"))
    more.setdefault("target_version", "16.4")
    return asked(source(table("orders"), extensions=extensions), extensions=AskedExtensions(**more))


def test_extensions_that_the_version_does_not_offer_are_refused_with_a_way() -> None:
    [refused] = limits.refusals(used("citext", "timescaledb"))
    assert refused.code == "extension-not-offered"
    assert "extension timescaledb is in use, and Aurora PostgreSQL 16.4 does not offer it" in refused.text
    assert "as of" in refused.text, "whose word that is, and of when"
    assert "pg_partman" in refused.remedy
    [later] = limits.refusals(used("hypopg", target_version="15.3"))
    assert "has it from 15.5 on, not in 15.3" in later.text
    assert "Choose 15.5 or later" in later.remedy


def test_the_target_is_asked_for_its_own_list_and_whoever_waived_it_answers() -> None:
    [refused] = limits.refusals(used("citext", available={"hstore": "1.8"}))
    assert refused.code == "extension-not-on-target"
    assert "extension citext is in use" in refused.text
    assert limits.refusals(used("citext", available={"citext": "1.6"})) == ()
    assert limits.refusals(used("timescaledb", waived=("timescale*",), available={})) == ()
    assert limits.refusals(used("timescaledb", waived=("time",), available={})) != ()


def test_what_the_target_makes_in_another_version_is_told() -> None:
    [told_of] = limits.warnings(used("citext", available={"citext": "1.8"}))
    assert told_of.code == "extension-in-another-version"
    assert "citext is 1.6 at the source, and is made as 1.8" in told_of.text
    assert limits.warnings(used("citext", available={"citext": "1.6"})) == ()
