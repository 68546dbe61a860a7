"""The story of a cutover whose orchestrator is killed and which is then rolled back, told for every engine."""

from __future__ import annotations

from tests.scenarios.theatre import Staged

SWITCH = "switch/secret"


def killed_then_rolled_back(ready: Staged, step: str) -> None:
    """SIGKILL after `step` while the application writes, then `rollback`. Ends with the source owning."""
    with ready.application() as application, ready.doors() as watched:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = ready.start("cutover", "run")
        ready.kill_after(process, step)
        written = [entry[1:] for entry in ready.written(process)]
        if ("done", SWITCH) in written:
            assert ready.secret()["port"] != str(ready.source.port)
        elif ("intent", SWITCH) not in written:  # the kill comes a moment after the step, and may meet a later one
            assert ready.secret()["port"] == str(ready.source.port)

        ready.must("rollback")

        status = ready.status()
        assert (status["open_run"], status["owner"]) == (None, "source")
        assert ready.secret()["port"] == str(ready.source.port)
        application.write(60)
    assert watched.looks > 10
    assert not watched.problem
    assert watched.both_open == 0, "both sides were open to the application at one moment"
    verdict = ready.judge("source")
    assert (verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == (0, 0, [])
    assert verdict["acknowledged"] > 100
