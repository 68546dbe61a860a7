"""One database of the world, behind the ports that a handover uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from checks.facts import Catalog, Origin, TableName
from checks.route import Engine, Version
from migrate.errors import MigrateError, SourceError, StateConflict, TargetError
from migrate.model.database import Credentials, Identity, Position, Side
from migrate.model.json import Facts
from migrate.model.validation import Changes, Key, Load
from migrate.model.watching import LogStanding
from tests.protocol.world import TABLE, Store, World
from tests.stages_validate.memory import MemoryRows, MemoryTable

NUMBERS = "shop.orders_id"


@dataclass(frozen=True)
class MemoryDatabase:
    """As much of `ports.database.Database` as a handover asks for; every part of it is this object."""

    world: World
    side: Side
    fencing: int

    @property
    def store(self) -> Store:
        return self.world.stores[self.side]

    @property
    def markers(self) -> MemoryDatabase:
        return self

    fence = log = triggers = schema = accounts = activity = markers

    @property
    def feed(self) -> _Feed:
        return _Feed()

    @property
    def sequences(self) -> _Sequences:
        return _Sequences(self)

    def _refusal(self, what: str) -> MigrateError:
        error, prefix = (SourceError, "SRC") if self.side is Side.SOURCE else (TargetError, "TGT")
        return error(f"{what}: the {self.side} is gone", code=f"{prefix}-117")

    @contextmanager
    def act(self, what: str) -> Iterator[None]:
        """The server refuses one that was replaced, at the very moment of the act."""
        with self.world.act(f"{self.side.value}: {what}", self._refusal):
            if self.fencing < self.store.fencing:
                raise StateConflict(f"{what}: number {self.fencing} was replaced", code="STA-026")
            self.store.fencing = self.fencing
            yield

    def identity(self) -> Identity:
        return Identity(self.side.value, Version((17,)), "shop", writable=True)

    def catalog(self, schemas: Sequence[str] = ()) -> Catalog:
        return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE)

    def apply_exceptions(self, control_schema: str) -> int | None:
        return 0

    # --- markers -----------------------------------------------------------------------------------------------

    def table(self, name: str) -> TableName:
        return TableName("aurora_migrate", name)

    def write(self, name: str, token: str) -> Position:
        with self.act(f"write marker {name}"):
            self.store.mark(name, token)
        return self.position()

    def seen(self, name: str, token: str) -> bool:
        self.world.pass_time()
        return token in self.store.markers.get(name, ())

    # --- fence -------------------------------------------------------------------------------------------------

    def record(self) -> Facts:
        return {"admits": self.store.admits}

    def close(self, friends: Sequence[str]) -> None:
        with self.act("close the fence"):
            self.store.admits = False

    def end_sessions(self, friends: Sequence[str], timeout: float) -> None:
        with self.act("end sessions"):
            if self.world.session is self.side:
                self.world.session = None

    def passed_by(self, user: str) -> bool:
        return False

    def breaches(self, friends: Sequence[str]) -> list[str]:
        return self.doors(friends) + (["app is logged in"] if self.world.session is self.side else [])

    def doors(self, friends: Sequence[str]) -> list[str]:
        return ["anybody may log in"] if self.store.admits else []

    def open(self, before: Facts, friends: Sequence[str] = ()) -> None:
        with self.act("open the fence"):
            self.store.admits = bool(before["admits"])

    # --- log ---------------------------------------------------------------------------------------------------

    def position(self) -> Position:
        return Position(str(len(self.store.log)))

    def slots(self) -> Mapping[str, Position]:
        return {name: Position(str(at)) for name, at in self.store.slots.items()}

    def create_slot(self, name: str) -> Position:
        with self.act(f"create slot {name}"):
            self.store.slots.setdefault(name, len(self.store.log))
        return Position(str(self.store.slots[name]))

    def advance_slot(self, name: str, position: Position) -> None:
        with self.act(f"advance slot {name}"):
            if name not in self.store.slots:
                raise self._refusal(f"slot {name} is gone")
            self.store.slots[name] = max(self.store.slots[name], int(position))

    def drop_slot(self, name: str) -> None:
        with self.act(f"drop slot {name}"):
            self.store.slots.pop(name, None)

    def changes(self, slot: str, tables: Sequence[TableName]) -> Changes:
        if slot not in self.store.slots:
            raise self._refusal(f"slot {slot} is lost")
        through = len(self.store.log)
        touched: frozenset[Key] = frozenset(
            (change.key,) for change in self.store.log[self.store.slots[slot] : through] if change.what == "row"
        )
        return Changes({TABLE: touched} if touched else {}, Position(str(through)))

    def behind(self, slot: str) -> int:
        return len(self.store.log) - self.store.slots[slot]

    # --- rows, triggers -----------------------------------------------------------------------------

    @property
    def rows(self) -> MemoryRows:
        return MemoryRows(self.side, {TABLE: MemoryTable(self.store.rows)})

    def firing(self, schemas: Sequence[str] = ()) -> Facts:
        return {"resting": self.store.resting}

    def rest(self, firing: Facts) -> None:
        with self.act("rest triggers"):
            self.store.resting = True

    def restore(self, firing: Facts) -> None:
        with self.act("restore triggers"):
            self.store.resting = bool(firing["resting"])

    def wake_events(self, firing: Facts) -> None:
        """There are none here."""

    # --- schema ------------------------------------------------------------------------------------------------

    def inventory(
        self, schemas: Sequence[str], friends: Sequence[str] = (), roles: object = None
    ) -> dict[str, dict[str, str]]:
        return {}

    def excuse(self, each: object, roles: object = None) -> str:
        return ""

    def copied(self, catalog: Catalog) -> Catalog:
        return catalog

    def refresh_views(self, schemas: Sequence[str]) -> list[str]:
        return []

    # --- accounts and activity ---------------------------------------------------------------------------------

    def ensure_login(self, credentials: Credentials, *, replication: bool = False) -> None:
        with self.act(f"make the login {credentials.user}"):
            pass

    def lock(self, user: str, timeout: float) -> None:
        with self.act(f"lock {user}"):
            self.store.locked.add(user)

    def unlock(self, user: str) -> None:
        with self.act(f"unlock {user}"):
            self.store.locked.discard(user)

    def locked(self, user: str) -> bool:
        return user in self.store.locked

    def smoke(self, credentials: Credentials, tables: Iterable[TableName]) -> list[str]:
        return [] if self.store.admits else ["the application may not log in"]

    def load(self) -> Load:
        return Load(0, 0.0)

    def long_transactions(self, seconds: float, friends: Sequence[str]) -> list[str]:
        return []

    def prepared_transactions(self) -> list[str]:
        return []

    def sessions(self, friends: Sequence[str]) -> list[str]:
        return ["app"] if self.world.session is self.side and "app" not in friends else []


@dataclass(frozen=True)
class _Feed:
    """Nothing is ever missing from a log here."""

    def log(self, slot: str | None, checkpoint: str, ours: str) -> LogStanding:
        return LogStanding(held_bytes=0, held_by="")


@dataclass(frozen=True)
class _Sequences:
    database: MemoryDatabase

    def values(self, schemas: Sequence[str] = ()) -> dict[str, int]:
        return {NUMBERS: self.database.store.sequence}

    def raise_to(self, wanted: Mapping[str, int], headroom: int) -> None:
        with self.database.act("raise sequences"):
            store = self.database.store
            store.sequence = max(store.sequence, wanted[NUMBERS] + headroom)

    def behind(self, wanted: Mapping[str, int]) -> list[str]:
        return [] if self.database.store.sequence > wanted[NUMBERS] else [NUMBERS]
