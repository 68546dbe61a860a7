"""Two databases, their feeds, a secret and an application that writes, in memory; and a hand on every act.

What a process does to the world is an act. Before and after each of them time passes: the application writes where it
can, feeds carry what they have read, and the invariants are looked at. At one act of a command something may happen to
the process that acts; see Trouble.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from checks.facts import TableName
from migrate.errors import MigrateError
from migrate.model.database import Side
from tests.clocks import HandClock

TABLE = TableName("shop", "orders")
FEED_USER = "aurora_migrate_feed"
"""As migration.toml has it where nothing is set."""
ASLEEP_SECONDS = 1.0


class Killed(BaseException):
    """SIGKILL: nothing of the process runs after it."""


class Trouble(StrEnum):
    """What happens to the process at one of its acts."""

    KILLED_BEFORE = "killed before the act"
    KILLED_AFTER = "killed after the act"
    REFUSED = "the act fails"
    ANSWER_LOST = "the act succeeds, and its answer is lost"
    LATE = "no answer comes, and the act takes effect later, if it still can"
    ASLEEP = "the process sleeps before the act; another operator comes, and then it wakes"
    SLOW = "the act takes two minutes"
    STOPPED = "somebody presses Ctrl-C before the act"


class Change(NamedTuple):
    """One entry of a database's log: a row's new value, or a marker."""

    what: str
    """`row`, or the name of a marker table."""
    key: str
    value: str


@dataclass
class Store:
    """What one database server holds. `admits` is whether applications may log in."""

    side: Side
    admits: bool
    resting: bool
    rows: dict[int, str] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    markers: dict[str, set[str]] = field(default_factory=dict)
    slots: dict[str, int] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    sequence: int = 0
    fencing: int = 0
    """The highest fencing number of a process that acted here: who has a lower one is refused."""

    def write(self, key: int, value: str) -> None:
        self.rows[key] = value
        self.log.append(Change("row", str(key), value))

    def mark(self, marker: str, token: str) -> None:
        self.markers.setdefault(marker, set()).add(token)
        self.log.append(Change(marker, "", token))


@dataclass
class Task:
    """A DMS task: carries rows (unless it is a probe) and one marker table from a place in a log on."""

    identifier: str
    reads: Side
    marker: str
    at: int
    rows: bool = True
    status: str = "ready"
    checkpoint: int = 0
    """Behind `at`: what lies between is applied again when it recovers, or is resumed."""
    resting_for: int = 0
    """So many moments it does nothing: nobody can rely on a feed's pace."""


@dataclass
class World:
    """Everything outside the toolkit's processes."""

    seed: int = 0
    clock: HandClock = field(default_factory=HandClock)
    stores: dict[Side, Store] = field(init=False)
    tasks: dict[str, Task] = field(default_factory=dict)
    endpoints: set[str] = field(default_factory=set)
    current: Callable[[], Side] = lambda: Side.SOURCE
    """The side that the application's secret points to."""
    session: Side | None = None
    """Where the application is logged in: it stays there until its session is ended."""
    ledger: dict[int, str] = field(default_factory=dict)
    """The last acknowledged value of every row."""
    late: list[Callable[[], None]] = field(default_factory=list)
    trouble: tuple[Trouble, int | str] | None = None
    """What happens at which of the acts from now on: the n-th, or the first of that name."""
    other_operator: Callable[[], None] = lambda: None
    violations: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.stores = {
            Side.SOURCE: Store(Side.SOURCE, admits=True, resting=False),
            Side.TARGET: Store(Side.TARGET, admits=False, resting=True),
        }

    @contextmanager
    def act(self, what: str, refusal: Callable[[str], MigrateError]) -> Iterator[None]:
        """The block changes the world. `refusal` makes the error with which it may fail."""
        trouble = self.moment(what)
        match trouble:
            case Trouble.REFUSED:
                raise refusal(what)
            case Trouble.SLOW:
                self.clock.sleep(120)
        yield
        self.pass_time()
        if trouble is Trouble.KILLED_AFTER:
            raise Killed(what)
        if trouble in (Trouble.ANSWER_LOST, Trouble.LATE):
            raise refusal(what)

    def moment(self, what: str) -> Trouble | None:
        """Time passes before the process goes on; here it may be killed, or sleep. Returns any other trouble."""
        self.pass_time()
        trouble = self._met(what)
        self.acts.append(what)
        if trouble is Trouble.KILLED_BEFORE:
            raise Killed(what)
        if trouble is Trouble.ASLEEP:
            self.clock.sleep(ASLEEP_SECONDS)
            self.other_operator()
        if trouble is Trouble.STOPPED:
            signal.raise_signal(signal.SIGINT)
        return trouble

    def _met(self, what: str) -> Trouble | None:
        if self.trouble is None:
            return None
        trouble, place = self.trouble
        met = place in (0, what)
        self.trouble = None if met else (trouble, place - 1 if isinstance(place, int) else place)
        return trouble if met else None

    def pass_time(self) -> None:
        self.clock.sleep(0.01)
        if self.late and self.chance.random() < 0.2:
            self.late.pop()()
        self._apply_for_a_while()
        for task in list(self.tasks.values()):
            self._carry(task)
        self.look()

    def look(self) -> None:
        """What must hold at every moment."""
        open_to = {side for side in Side if self.stores[side].admits or self.session is side}
        if len(open_to) > 1:
            self.violations.append(f"both sides are open, after {self.acts[-3:]}")

    def _apply_for_a_while(self) -> None:
        """The application: new rows by the sequence, and changes to old ones; one session, kept until it is ended."""
        if self.session is None and self.stores[self.current()].admits:
            self.session = self.current()
        if self.session is None:
            return
        store = self.stores[self.session]
        if store.resting:
            self.violations.append(f"the application wrote on the {self.session} while its triggers rested")
        if self.ledger and self.chance.random() < 0.5:
            key = self.chance.choice(list(self.ledger))
        else:
            store.sequence += 1
            key = store.sequence
            if key in store.rows or key in self.ledger:
                self.violations.append(f"number {key} was handed out twice")
        self.ledger[key] = f"{len(self.acts)}/{self.chance.random()}"
        store.write(key, self.ledger[key])

    def _carry(self, task: Task) -> None:
        """What DMS does: reads on, applies, and after an error that it recovers from applies again from its
        checkpoint. A login that is refused may end the task."""
        if task.status != "running":
            return
        here, there = self.stores[task.reads], self.stores[task.reads.other]
        if FEED_USER in there.locked:
            task.status = "failed" if self.chance.random() < 0.3 else task.status
            return
        if task.resting_for:
            task.resting_for -= 1
            return
        if self.chance.random() < 0.05:
            task.resting_for = self.chance.randrange(60)
        if self.chance.random() < 0.1:
            task.at = task.checkpoint
        upto = min(len(here.log), task.at + self.chance.choice((0, 1, 5, 50)))
        for change in here.log[task.at : upto]:
            if change.what == task.marker:
                there.mark(task.marker, change.value)
            elif change.what == "row" and task.rows:
                if not there.resting:
                    self.violations.append(f"rows were fed to the {there.side} while its triggers fired")
                there.write(int(change.key), change.value)
        task.at = upto
        if self.chance.random() < 0.05:
            task.checkpoint = max(task.checkpoint, task.at - self.chance.randrange(10))
