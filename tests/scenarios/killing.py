"""The story of a cutover whose orchestrator is killed, told for every engine."""

from __future__ import annotations

from tests.scenarios.theatre import Staged

SEVEN = (
    ("freeze", "freeze/prove-fenced"),
    ("drain", "drain/marker"),
    ("prove", "prove/equal"),
    ("verify", "verify/sequences"),
    ("close the way in", "close/capture-position"),
    ("switch", "switch/secret"),
    ("open", "open/smoke-test"),
)
BEFORE_THE_SWITCH = {"freeze", "drain", "prove", "verify", "close the way in"}
WAYS = (("cutover", "resume"), ("rollback",))


def killed_after(ready: Staged, name: str, step: str, way_on: tuple[str, ...]) -> None:
    """Kill it after `step` while the application writes, go on by `way_on`, and judge. Ends with the source owning."""
    with ready.application() as application, ready.doors() as watched:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = ready.start("cutover", "run")
        ready.kill_after(process, step)
        owner, switching = (
            ready.secret()["port"],
            ("intent", "switch/secret") in [w[1:] for w in ready.written(process)],
        )
        if name not in BEFORE_THE_SWITCH:
            assert owner != str(ready.source.port)
        elif not switching:  # the kill came before the next step but one began
            assert owner == str(ready.source.port)

        ready.must(*way_on)

        status = ready.status()
        assert status["open_run"] is None
        side = "target" if way_on == ("cutover", "resume") else "source"
        assert status["owner"] == side
        application.write(60)
    assert watched.looks > 10
    assert not watched.problem
    assert watched.both_open == 0, "both sides were open to the application at one moment"
    verdict = ready.judge(side)
    assert (verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == (0, 0, [])
    assert verdict["acknowledged"] > 100
    if side == "target":
        ready.must("rollback")
