"""A schema with one of everything goes to MySQL, is the same there in every aspect; what is not is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.facts import TableName
from migrate.model.inventory import compare, unexpected

pytestmark = pytest.mark.server

SECTIONS = ("roles", "pre-data", "post-data", "foreign-keys")
BENT = """
column {schema}.customer.name: type <- ALTER TABLE customer MODIFY name varchar(41) NOT NULL DEFAULT 'it''s; $$ "x"'
column {schema}.customer.email: comment <- ALTER TABLE customer MODIFY email varchar(80) COLLATE utf8mb4_bin NOT NULL
column {schema}.customer.at: on update <- ALTER TABLE customer MODIFY at timestamp(3) NULL DEFAULT current_timestamp(3)
column {schema}.customer.f: default <- ALTER TABLE customer ALTER f SET DEFAULT 2
column {schema}.customer.g: nullability <- ALTER TABLE customer MODIFY g double NOT NULL DEFAULT 1
column {schema}.customer.doc: collation <- ALTER TABLE customer MODIFY doc text COLLATE utf8mb4_bin
column {schema}.item.more: only on the target <- ALTER TABLE item ADD more int
table {schema}.item: columns <- ALTER TABLE item MODIFY other int FIRST
table {schema}.item: comment <- ALTER TABLE item COMMENT 'new'
table {schema}.listed: partitions <- ALTER TABLE listed ADD PARTITION (PARTITION west VALUES IN ('w'))
table {schema}.spread: partitioned by <- ALTER TABLE spread REMOVE PARTITIONING
check on {schema}.customer: price>=0 <- ALTER TABLE customer DROP CHECK positive
unique key by_email on {schema}.customer: only on the source <- ALTER TABLE customer DROP KEY by_email
index by_name on {schema}.customer: columns <- ALTER TABLE customer DROP KEY by_name, ADD KEY by_name (name(11), price)
index words on {schema}.customer: only on the source <- ALTER TABLE customer DROP KEY words
constraint again on {schema}.item: only on the target <- ALTER TABLE item ADD CONSTRAINT again FOREIGN KEY (other) \
REFERENCES item (id)
constraint of_customer on {schema}.item: only on the source <- ALTER TABLE item DROP FOREIGN KEY of_customer
view {schema}.happy: definition <- ALTER DEFINER={owner} VIEW happy AS SELECT id, name, price FROM customer LIMIT 2
view {schema}.happy: check option <- ALTER DEFINER={owner} VIEW happy AS SELECT id, name, price FROM customer
view {schema}.counted: security <- ALTER SQL SECURITY DEFINER VIEW counted AS SELECT 1 AS n, 2 AS name
function {schema}.plus: comment <- ALTER FUNCTION plus COMMENT 'subtracts'
procedure {schema}.wash: only on the source <- DROP PROCEDURE wash
trigger second_one on {schema}.customer: only on the source <- DROP TRIGGER second_one
event {schema}.never: enabled <- ALTER EVENT never ENABLE
event {schema}.nightly: schedule <- ALTER EVENT nightly ON SCHEDULE EVERY 2 DAY
event {schema}.nightly: definer <- ALTER DEFINER={app} EVENT nightly ON COMPLETION PRESERVE
account {app_name}: rights on `{schema}`.`customer` <- REVOKE INSERT ON {schema}.customer FROM {app}
account {app_name}: member of <- REVOKE {role} FROM {app}
account {role}@%: rights on `{schema}`.`item` <- GRANT UPDATE ON {schema}.item TO {role}
database {schema}: collation <- ALTER DATABASE {schema} COLLATE latin1_bin
"""
"""What is told, and what was done on the target."""


def everything(name: str) -> list[str]:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").strip().split("\n\n")[1:]


def fitted(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def differences(source: Any, target: Any) -> list[str]:
    here, there = (side.schema.inventory([source.name]) for side in (source, target))
    return [str(each) for each in unexpected(compare(here, there, [source.schema.excuse]))]


def filled(source: Any) -> dict[str, str]:
    app, owner = source.user(grants="SELECT"), source.user()
    words = {
        "app": f"'{app.user}'@'%'",
        "app_name": f"{app.user}@%",
        "owner": f"'{owner.user}'@'%'",
        "role": f"role_of_{source.name}",
        "schema": source.name,
    }
    source.users.append(words["role"])
    files = ["everything.sql", *([] if source.mariadb else ["everything_of_mysql.sql"])]
    statements = [fitted(text, words) for file in files for text in everything(file)]
    source.run("SET SESSION sql_mode = ''", *statements, superuser=source.mariadb)
    return words


def test_nothing_is_lost_on_the_way_and_nothing_bent_is_missed(source: Any, target: Any) -> None:
    words = filled(source)
    target.extra.append(source.name)
    target.users += source.users
    told = []
    for section in SECTIONS:
        told += target.schema.load(source.schema.dump([source.name], section))
        if section == "post-data":
            resting = target.triggers.firing()
            target.triggers.rest(resting)
            at_rest = differences(source, target)
    assert [text for text in at_rest if text.startswith(("trigger second_one", "event"))], "they rest"
    target.triggers.restore(resting)
    target.triggers.wake_events(resting)
    of_the_service = "definer rdsadmin@localhost is not here"
    assert [text for text in told if "is made locked" not in text and not text.startswith(of_the_service)] == []
    assert sum("is made locked" in text for text in told) == 2
    assert differences(source, target) == []
    here, there = (side.schema.inventory([source.name]) for side in (source, target))
    assert [each.object for each in compare(here, there)] == sorted(f"account {name}@%" for name in source.users[:2])
    missed = []
    for expected, _, statement in (line.partition(" <- ") for line in fitted(BENT, words).strip().splitlines()):
        target.run(f"USE `{source.name}`", "SET SESSION sql_mode = ''", statement, superuser=True)
        found = differences(source, target)
        if not any(text.startswith(expected) for text in found):
            missed.append((expected, found))
    assert missed == []


def test_a_table_that_was_emptied_lies_elsewhere(source: Any) -> None:
    source.run(
        "CREATE TABLE a (id int)", "CREATE TABLE b (id int)", "INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (1)"
    )
    names = [TableName(source.name, name) for name in ("a", "b", "absent")]
    before = source.schema.stored(names)
    source.run("TRUNCATE TABLE a", "DELETE FROM b", "INSERT INTO b VALUES (2)")
    after = source.schema.stored(names)
    assert [table.name for table in names if before.get(table) != after.get(table)] == ["a"]
    assert len(before) == 2


def logins(source: Any, target: Any) -> dict[str, bool]:
    """Accounts whose login is told to differ, and whether that is expected."""
    here, there = (side.schema.inventory([source.name]) for side in (source, target))
    found = compare(here, there, [source.schema.excuse])
    return {each.object: each.expected for each in found if each.aspect == "login"}


def test_a_login_that_differs_is_expected_where_a_fence_holds_it_and_nowhere_else(source: Any, target: Any) -> None:
    """Before the switch the fence stands on the target, after it on the source."""
    shop, report = source.user(grants="SELECT"), source.user(grants="SELECT")
    target.extra.append(source.name)
    target.users += source.users
    target.accounts.ensure_login(shop)
    for section in SECTIONS:
        target.schema.load(source.schema.dump([source.name], section))
    both = {f"account {each.user}@%" for each in (shop, report)}
    [of_shop] = both - {f"account {report.user}@%"}

    before = target.fence.record()
    target.fence.close([target.master.user])
    assert logins(source, target) == dict.fromkeys(both, True)
    target.fence.open(before)

    target.run(f"ALTER USER '{report.user}'@'%' ACCOUNT UNLOCK", superuser=True)
    recorded = source.fence.record()
    source.fence.close([source.master.user])
    assert logins(source, target) == dict.fromkeys(both, True)

    source.fence.open(recorded)
    assert logins(source, target) == {}
    source.run(f"ALTER USER '{shop.user}'@'%' ACCOUNT LOCK", superuser=True)
    assert logins(source, target) == {of_shop: False}, "nobody's fence locked this one"
    source.fence.close([source.master.user])
    assert logins(source, target)[of_shop] is False, "and no fence will unlock it"
