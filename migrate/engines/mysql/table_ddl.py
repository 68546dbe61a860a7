"""A table as SHOW CREATE TABLE says it, in parts that can be changed and made at different times."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.facts import TableName
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.engines.mysql.sqltext import NAME, Sql, unquoted, unwrapped


@dataclass
class Column:
    name: str
    definition: Sql
    """Type and attributes, without the name."""

    @property
    def counts(self) -> bool:
        return self.definition.has(r"\bAUTO_INCREMENT\b")

    @property
    def never_null(self) -> bool:
        return self.definition.has(r"\bNOT NULL\b")

    @property
    def sql(self) -> str:
        return f"{identifier(self.name)} {self.definition.text}"


@dataclass
class Key:
    """One key of any kind but a foreign one."""

    kind: str
    """`PRIMARY KEY`, `UNIQUE KEY`, `FULLTEXT KEY`, `SPATIAL KEY` or `KEY`."""
    name: str
    """Empty for the primary key."""
    columns: Sql
    """What stands within the parentheses."""
    options: Sql

    @property
    def plain(self) -> list[str] | None:
        """Names of its columns; None where one is an expression or only in part in the key."""
        found = []
        for part in self.columns.parts():
            name = part.search(rf"^({NAME})(?: ASC| DESC)?$")
            if name is None:
                return None
            found.append(unquoted(part.at(name, 1)))
        return found

    @property
    def first(self) -> str | None:
        """The column that leads it."""
        found = self.columns.search(rf"^\s*({NAME})")
        return unquoted(self.columns.at(found, 1)) if found else None

    @property
    def sql(self) -> str:
        name = f" {identifier(self.name)}" if self.name else ""
        return f"{self.kind}{name} ({self.columns.text}){self.options.text}"


@dataclass
class TableDdl:
    name: TableName
    columns: list[Column] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    foreign_keys: list[Sql] = field(default_factory=list)
    checks: list[Sql] = field(default_factory=list)
    periods: list[Sql] = field(default_factory=list)
    options: Sql = field(default_factory=lambda: Sql(""))
    partitions: Sql = field(default_factory=lambda: Sql(""))

    @classmethod
    def read(cls, name: TableName, text: str) -> TableDdl:
        """Raises ValueError for what does not read like SHOW CREATE TABLE."""
        whole = Sql(unwrapped(text))
        opening = whole.mask.index("(")
        closing = whole.closing(opening)
        made = cls(name)
        for item in Sql(whole.text[opening + 1 : closing]).parts():
            try:
                made._take(item)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        tail = Sql(whole.text[closing + 1 :])
        partitions = tail.search(r"\bPARTITION BY\b")
        end = partitions.start() if partitions else len(tail.text)
        made.options, made.partitions = Sql(tail.text[:end].strip()), Sql(tail.text[end:].strip())
        return made

    def _take(self, item: Sql) -> None:
        if item.mask.startswith("`"):
            found = item.search(rf"^({NAME})\s+")
            assert found is not None
            self.columns.append(Column(unquoted(item.at(found, 1)), Sql(item.text[found.end() :])))
        elif item.has(r"^(CONSTRAINT \S+ )?FOREIGN KEY\b"):
            self.foreign_keys.append(item)
        elif item.has(r"^(CONSTRAINT \S+ )?CHECK\b"):
            self.checks.append(item)
        elif item.has(r"^PERIOD FOR\b"):
            self.periods.append(item)
        else:
            self.keys.append(_key(item))

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def at_once(self) -> list[Key]:
        """Keys that the table is made with: the primary one, or in its place the first unique one that finds every row
        (DMS finds rows by it); and one for the AUTO_INCREMENT column, without which it cannot be."""
        chosen = [key for key in self.keys if key.kind == "PRIMARY KEY"]
        if not chosen:
            chosen = [key for key in self.keys if key.kind == "UNIQUE KEY" and self._finds_every_row(key)][:1]
        counting = next((column.name for column in self.columns if column.counts), None)
        if counting is not None and not any(key.first == counting for key in chosen):
            chosen += [key for key in self.keys if key.first == counting and key.kind != "FULLTEXT KEY"][:1]
        return chosen

    @property
    def later(self) -> list[Key]:
        early = [id(key) for key in self.at_once]
        return [key for key in self.keys if id(key) not in early]

    def _finds_every_row(self, key: Key) -> bool:
        columns = [self.column(name) for name in key.plain or ()]
        return bool(columns) and all(column is not None and column.never_null for column in columns)

    @property
    def sql(self) -> str:
        """CREATE TABLE without what comes later."""
        items = [column.sql for column in self.columns] + [key.sql for key in self.at_once]
        items += [check.text for check in self.checks]
        body = ",\n  ".join(items)
        ending = "".join(f" {part.text}" for part in (self.options, self.partitions) if part.text)
        return f"CREATE TABLE IF NOT EXISTS {qualified(self.name)} (\n  {body}\n){ending}"


def _key(item: Sql) -> Key:
    found = item.search(rf"^(?P<kind>(?:PRIMARY |UNIQUE |FULLTEXT |SPATIAL )?KEY)(?: (?P<name>{NAME}))?[^(]*(?=\()")
    if found is None:
        raise ValueError(f"not a part of a table: {item.mask.replace(chr(1), '…')[:80]}")
    closing = item.closing(found.end())
    name = unquoted(item.at(found, "name")) if found["name"] else ""
    using = Sql(item.text[found.start() : found.end()]).search(r"\bUSING \w+")
    before = f" {using[0]}" if using else ""
    options = before + item.text[closing + 1 :].rstrip()
    return Key(found["kind"].upper(), name, Sql(item.text[found.end() + 1 : closing]), Sql(options))
