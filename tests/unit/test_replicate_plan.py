"""The order of the replicate stage follows from what the engine's log can tell."""

from __future__ import annotations

from checks.facts import TableName
from checks.route import Engine
from migrate.model.family import FAMILY_OF
from migrate.model.replication import EndpointSpec
from migrate.stages.replicate.plan import plan
from migrate.stages.replicate.world import ReplicateRequest, TaskRequest


def order(engine: Engine) -> list[str]:
    family = FAMILY_OF[engine]
    end = EndpointSpec(identifier="e", role="source", engine="mysql", secret_id="s", database="d", tls="none")
    task = TaskRequest(
        name="main",
        tables=(TableName("shop", "orders"),),
        identifier="t",
        forward_marker="forward_main",
        reverse_marker="reverse_main",
        source=end,
        target=end,
    )
    request = ReplicateRequest(
        migration="shop",
        run="replicate-1",
        schemas=("shop",),
        tasks=(task,),
        accounts=(),
        target_friends=(),
        full_load_subtasks=1,
        feed_holds_slot=family.feed_holds_slot,
        keys_before_changes=family.keys_before_changes,
        keep_log_hours=48,
    )
    return [step.id.partition(":")[0] for step in plan(request).steps]


def test_the_application_gets_its_login_before_the_target_closes() -> None:
    for engine in Engine:
        steps = order(engine)
        assert steps.index("target/application-login") < steps.index("target/close") < steps.index("schema/pre-data")


def test_mysql_has_foreign_keys_before_the_first_change_is_applied() -> None:
    """The log does not hold cascaded rows: only the target's own keys can do again what the source's did."""
    for engine in (Engine.MYSQL, Engine.MARIADB):
        steps = order(engine)
        assert steps.index("dms/full-load") < steps.index("schema/foreign-keys") < steps.index("dms/follow")
        assert steps.index("target/rest-triggers") < steps.index("dms/follow")
        assert "dms/note-slot" not in steps
        assert steps[0] == "logs/keep"


def test_postgresql_has_foreign_keys_after_the_cached_changes() -> None:
    steps = order(Engine.POSTGRES)
    assert steps.index("dms/prove-arrival") < steps.index("schema/foreign-keys") < steps.index("dms/follow-on")
    assert steps.index("dms/start-load") < steps.index("dms/note-slot") < steps.index("dms/full-load")
    assert "logs/keep" not in steps
