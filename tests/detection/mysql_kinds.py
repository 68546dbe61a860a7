"""Kinds of damage between servers of the MySQL family."""

from __future__ import annotations

from functools import partial
from random import Random

from tests.detection import pairs
from tests.detection.kinds import MYSQL_FAMILY, Act, Harmless, Kind, Pair, Route
from tests.detection.pairs import quoted

_kind = partial(Kind, routes=MYSQL_FAMILY)
_harmless = partial(Harmless, routes=MYSQL_FAMILY)

HEX = "HEX({})"
EXACT_TEXT = "HEX(CAST(CONVERT({} USING utf8mb4) AS BINARY))"
UTF8 = "CHARACTER SET utf8mb4"
ASCII = "CHARACTER SET ascii COLLATE ascii_general_ci"


def _hex(data: bytes) -> str:
    return f"X'{data.hex()}'"


def _clamped(random: Random) -> Pair:
    """A number above the signed range, clamped to it."""
    return str(random.randint(2**63, 2**64 - 1)), str(2**63 - 1)


def _unsigned_max(random: Random) -> Pair:
    return random.choice(((str(2**64 - 1), str(2**64 - 2)), (str(2**64 - 1), str(2**63 - 1))))


def _bits(random: Random) -> Pair:
    bits = random.getrandbits(20)
    return f"B'{bits:020b}'", f"B'{bits ^ 1:020b}'"


def _long_time(random: Random) -> Pair:
    hours, minutes = random.randint(24, 800), random.randint(0, 59)
    return quoted(f"{hours}:{minutes:02}:00"), quoted(f"{hours % 24:02}:{minutes:02}:00")


def _time_sign(random: Random) -> Pair:
    clock = f"{random.randint(1, 23):02}:{random.randint(0, 59):02}:30.5"
    return quoted(clock), quoted(f"-{clock}")


def _year(random: Random) -> Pair:
    year = random.randint(1902, 2154)
    return str(year), str(year + 1)


def _members(random: Random) -> Pair:
    some = random.sample(("red", "green", "blue", "white"), 2)
    return quoted(",".join(some)), quoted(some[0])


def _point(random: Random) -> Pair:
    x, y, moved = pairs.point(random)
    return f"ST_GeomFromText('POINT({x!r} {y!r})')", f"ST_GeomFromText('POINT({moved!r} {y!r})')"


def _reference(random: Random) -> Pair:
    x, y, _ = pairs.point(random)
    return f"ST_GeomFromText('POINT({x!r} {y!r})', 0)", f"ST_GeomFromText('POINT({x!r} {y!r})', 3857)"


def _line(random: Random) -> Pair:
    a, b, c, d = (random.randint(0, 99) for _ in range(4))
    return (
        f"ST_GeomFromText('LINESTRING({a} {b}, {c} {d + 100})')",
        f"ST_GeomFromText('LINESTRING({c} {d + 100}, {a} {b})')",
    )


def _padded(random: Random) -> Pair:
    word = pairs.word(random, 3, 8)
    return quoted(word), quoted(word.ljust(10))


def _sharp_s(random: Random) -> Pair:
    word = pairs.word(random)
    return quoted(f"{word}ß"), quoted(f"{word}ss")


def _address(random: Random) -> Pair:
    first = f"2001:db8::{random.randint(1, 0xFFFE):x}"
    return quoted(f"{first}:1"), quoted(f"{first}:2")


def _zero_byte(random: Random) -> Pair:
    first, second = pairs.word(random), pairs.word(random)
    return f"CONCAT({quoted(first)}, CHAR(0 USING utf8mb4), {quoted(second)})", quoted(first)


def _json_case(random: Random) -> Pair:
    word = pairs.word(random)
    return quoted(f'{{"name": "{word}"}}'), quoted(f'{{"name": "{word.upper()}"}}')


def _text_key(number: int) -> str:
    return quoted(f"key {number:07d}")


_text = partial(_kind, printed=EXACT_TEXT)
_rows = partial(_kind, type=f"varchar(40) {UTF8}", pair=pairs.text)

KINDS: tuple[Kind, ...] = (
    # rows
    _rows(name="row missing", act=Act.LOSE),
    _rows(name="row too many", act=Act.ADD),
    _rows(name="row under another key", act=Act.MOVE),
    _rows(name="row missing, text key", act=Act.LOSE, key_type=f"varchar(40) {UTF8}", key=_text_key),
    _rows(name="row too many, text key", act=Act.ADD, key_type=f"varchar(40) {UTF8}", key=_text_key),
    _rows(name="row without key: one of two equal ones missing", act=Act.LOSE_TWIN),
    _rows(name="row without key: once more", act=Act.ADD_TWIN),
    _rows(name="row without key: changed", act=Act.CHANGE_KEYLESS),
    _rows(
        name="key in other letters",
        act=Act.MOVE,
        key_type=f"varchar(40) {UTF8}",
        key=_text_key,
        moved_key=lambda n: _text_key(n).upper(),
    ),
    _rows(
        name="key with a blank at its end",
        act=Act.MOVE,
        key_type=f"varchar(40) {UTF8}",
        key=_text_key,
        moved_key=lambda n: quoted(f"key {n:07d} "),
    ),
    # values that change places
    _rows(name="swap between rows: text", act=Act.SWAP_ROWS),
    _kind(name="swap between rows: bigint", type="bigint", pair=pairs.integer(64), act=Act.SWAP_ROWS),
    _kind(name="swap between rows: decimal", type="decimal(14,3)", pair=pairs.decimal, act=Act.SWAP_ROWS),
    _kind(name="swap between rows: datetime", type="datetime(6)", pair=pairs.moved(pairs.hours), act=Act.SWAP_ROWS),
    _kind(name="swap between rows: boolean", type="tinyint(1)", pair=pairs.TRUTH, act=Act.SWAP_ROWS),
    _rows(name="swap between columns: text", act=Act.SWAP_COLUMNS),
    _kind(name="swap between columns: int", type="int", pair=pairs.integer(31), act=Act.SWAP_COLUMNS),
    _kind(name="swap between columns: date", type="date", pair=pairs.day, act=Act.SWAP_COLUMNS),
    _kind(
        name="swap between columns: NULL and text",
        type=f"varchar(80) {UTF8}",
        pair=pairs.to_null,
        act=Act.SWAP_COLUMNS,
    ),
    # text
    _text(name="NULL and empty text", type=f"varchar(40) {UTF8}", pair=pairs.null_and_empty),
    _text(name="text to NULL", type=f"text {UTF8}", pair=pairs.to_null),
    _text(name="trailing blank added", type=f"varchar(80) {UTF8}", pair=pairs.edited(lambda t, _: t + " ")),
    _text(name="trailing blank cut", type=f"text {UTF8}", pair=pairs.cut_blank),
    _text(name="char padding kept in varchar", type=f"varchar(10) {UTF8}", pair=_padded),
    _text(name="letter case", type=f"varchar(80) {UTF8}", pair=pairs.edited(lambda t, _: t.capitalize())),
    _text(name="letter case in char", type=f"char(60) {UTF8}", pair=pairs.edited(lambda t, _: t.upper())),
    _text(name="NFC to NFD", type=f"varchar(80) {UTF8}", pair=pairs.decomposed),
    _text(name="accent lost", type=f"varchar(80) {UTF8}", pair=pairs.without_accents),
    _text(name="ß to ss in latin1", type="varchar(80) CHARACTER SET latin1", pair=_sharp_s),
    _text(name="emoji to question mark", type=f"varchar(80) {UTF8}", pair=pairs.emoji_lost),
    _text(name="mojibake", type=f"text {UTF8}", pair=pairs.mojibake),
    _text(name="mojibake in latin1", type="varchar(80) CHARACTER SET latin1", pair=pairs.mojibake),
    _text(name="CRLF to LF", type=f"text {UTF8}", pair=pairs.line_ends),
    _text(name="text cut at 4 KB", type=f"longtext {UTF8}", pair=pairs.long_text),
    _text(name="last letter", type=f"varchar(80) {UTF8}", pair=pairs.edited(lambda t, _: t[:-1])),
    _text(name="text cut at a zero byte", type=f"text {UTF8}", pair=_zero_byte),
    # numbers
    _kind(name="smallint by one", type="smallint", pair=pairs.integer(16)),
    _kind(name="bigint by one", type="bigint", pair=pairs.integer(64)),
    _kind(name="bigint sign", type="bigint", pair=pairs.sign),
    _kind(name="bigint -1 and 4294967295", type="bigint", pair=pairs.of(("-1", "4294967295"))),
    _kind(name="bigint that folds alike", type="bigint", pair=pairs.folded),
    _kind(name="bigint unsigned clamped", type="bigint unsigned", pair=_clamped),
    _kind(name="bigint unsigned: the largest", type="bigint unsigned", pair=_unsigned_max),
    _kind(name="zerofill by one", type="int(8) unsigned zerofill", pair=pairs.of(("7", "8"), ("4294967295", "0"))),
    _kind(name="decimal value", type="decimal(14,3)", pair=pairs.decimal),
    _kind(name="decimal sign", type="decimal(14,3)", pair=pairs.decimal_sign),
    _kind(name="decimal through a double", type="decimal(40,6)", pair=pairs.decimal_rounded),
    _kind(name="last bit of a double", type="double", pair=pairs.last_bit),
    _kind(name="last bit of a float", type="float", pair=pairs.last_bit_of_float, printed="CAST({} + 0e0 AS CHAR)"),
    # time
    _kind(name="datetime by 1 µs", type="datetime(6)", pair=pairs.moved(pairs.microsecond)),
    _kind(name="datetime: fraction lost", type="datetime(6)", pair=pairs.fraction_lost),
    _kind(name="datetime cut to milliseconds", type="datetime(6)", pair=pairs.milliseconds_only),
    _kind(name="timestamp by hours", type="timestamp(6) NULL", pair=pairs.moved(pairs.hours)),
    _kind(name="timestamp by 1 µs", type="timestamp(6) NULL", pair=pairs.moved(pairs.microsecond)),
    _kind(name="date by a day", type="date", pair=pairs.day),
    _kind(name="zero date to NULL", type="date", pair=pairs.one_way(("'0000-00-00'", "NULL"))),
    _kind(name="zero date to 1970", type="date", pair=pairs.one_way(("'0000-00-00'", "'1970-01-01'"))),
    _kind(name="zero datetime to NULL", type="datetime(6)", pair=pairs.one_way(("'0000-00-00 00:00:00'", "NULL"))),
    _kind(name="day 0 of a month", type="date", pair=pairs.of(("'2024-03-00'", "'2024-03-01'"))),
    _kind(name="time above a day", type="time", pair=_long_time),
    _kind(name="time sign", type="time(1)", pair=_time_sign),
    _kind(name="time by 1 µs", type="time(6)", pair=pairs.clock),
    _kind(name="year", type="year", pair=_year),
    # others
    _kind(name="boolean", type="tinyint(1)", pair=pairs.TRUTH),
    _kind(name="boolean to NULL", type="tinyint(1)", pair=pairs.one_way(("true", "NULL"), ("false", "NULL"))),
    _kind(name="boolean: true as 2", type="tinyint(1)", pair=pairs.of(("1", "2"))),
    _kind(name="blob: one bit", type="blob", pair=pairs.bytes_of(_hex, pairs.one_byte), printed=HEX),
    _kind(
        name="blob cut at 4 KB", type="mediumblob", pair=pairs.bytes_of(_hex, lambda d, _: d[:4096], 4200), printed=HEX
    ),
    _kind(
        name="varbinary: zero byte at the end",
        type="varbinary(60)",
        pair=pairs.bytes_of(_hex, lambda d, _: d + b"\0"),
        printed=HEX,
    ),
    _kind(name="binary(16): one bit", type="binary(16)", pair=pairs.bytes_of(_hex, pairs.one_byte, 16), printed=HEX),
    _kind(name="bit", type="bit(20)", pair=_bits, printed=HEX),
    _kind(name="enum", type="enum('sad','ok','happy')", pair=pairs.choice(("sad", "ok", "happy"))),
    _kind(name="enum: the empty error and NULL", type="enum('sad','ok')", pair=pairs.of(("''", "NULL"))),
    _kind(name="set member", type="set('red','green','blue','white')", pair=_members),
    _kind(name="json value", type="json", pair=pairs.json_value, routes=(Route.MYSQL,)),
    _kind(name="json: true as 1", type="json", pair=pairs.of(("'[true]'", "'[1]'")), routes=(Route.MYSQL,)),
    _kind(name="json: number as text", type="json", pair=pairs.of(("'[5]'", "'[\"5\"]'")), routes=(Route.MYSQL,)),
    _kind(
        name="json: large number through a double",
        type="json",
        routes=(Route.MYSQL,),
        pair=pairs.of(("'[9007199254740993]'", "'[9007199254740992]'")),
    ),
    _kind(name="json: letter case", type="json", pair=_json_case, routes=(Route.MYSQL,)),
    _kind(name="json null and NULL", type="json", pair=pairs.of(("'null'", "NULL")), routes=(Route.MYSQL,)),
    _kind(name="json value", type="json", target_type="longtext", pair=pairs.json_value, routes=(Route.MARIADB,)),
    _kind(
        name="json: order of keys, as text",
        type="json",
        target_type="longtext",
        pair=pairs.json_order,
        routes=(Route.MARIADB,),
    ),
    _kind(
        name="json: blanks, as text",
        type="json",
        target_type="longtext",
        pair=pairs.json_blank,
        routes=(Route.MARIADB,),
    ),
    _kind(name="uuid digit", type="uuid", target_type=f"char(36) {ASCII}", pair=pairs.uuid, routes=(Route.MARIADB,)),
    _kind(name="inet6 host", type="inet6", target_type=f"varchar(39) {ASCII}", pair=_address, routes=(Route.MARIADB,)),
    _kind(name="point: last bit", type="point", pair=_point, printed="HEX(ST_AsBinary({}))"),
    _kind(name="geometry: reference system", type="geometry", pair=_reference, printed="CAST(ST_SRID({}) AS CHAR)"),
    _kind(name="geometry: line turned round", type="linestring", pair=_line, printed="HEX(ST_AsBinary({}))"),
    # equal by definition
    _kind(
        name="json: order of keys",
        type="json",
        pair=pairs.json_order,
        routes=(Route.MYSQL,),
        equal="MySQL's JSON holds no order of keys",
    ),
    _kind(
        name="double -0",
        type="double",
        pair=pairs.of(("-0e0", "0e0")),
        equal="the family compares and indexes them as one number, and DMS's text of it may lose the sign",
    ),
    _kind(name="char with blanks", type=f"char(20) {UTF8}", pair=_padded, equal="char pads by itself"),
    _kind(
        name="decimal(14,3) written with fewer digits",
        type="decimal(14,3)",
        pair=lambda random: (lambda n: (f"{n}.5", f"{n}.500"))(random.randint(0, 10**6)),
        equal="the column has a fixed scale",
    ),
)

_PLAIN = "id bigint PRIMARY KEY, v varchar(60), n decimal(12,3), at timestamp(6) NULL"

HARMLESS: tuple[Harmless, ...] = (
    _harmless(name="rows written again", statements=("UPDATE {table} SET v = v",)),
    _harmless(name="updates, and back", statements=("UPDATE {table} SET n = n + 1", "UPDATE {table} SET n = n - 1")),
    _harmless(name="rows in another order of insertion", backwards=True),
    _harmless(name="OPTIMIZE TABLE", statements=("OPTIMIZE TABLE {table}",)),
    _harmless(name="row format", options="ROW_FORMAT=COMPRESSED"),
    _harmless(name="another engine", options="ENGINE=MyISAM"),
    _harmless(
        name="columns in another order",
        target_columns="at timestamp(6) NULL, n decimal(12,3), v varchar(60), id bigint PRIMARY KEY",
    ),
    _harmless(
        name="a column dropped, another added later",
        target_columns="gone text, id bigint PRIMARY KEY, at timestamp(6) NULL, n decimal(12,3)",
        statements=(
            "ALTER TABLE {table} DROP COLUMN gone",
            "ALTER TABLE {table} ADD COLUMN v varchar(60) FIRST",
            "UPDATE {table} SET v = CONCAT('Straße ', id)",
        ),
    ),
    _harmless(name="partitioned on the target", options="PARTITION BY KEY (id) PARTITIONS 4"),
    _harmless(
        name="AUTO_INCREMENT counter ahead",
        columns=_PLAIN.replace("PRIMARY KEY", "AUTO_INCREMENT PRIMARY KEY", 1),
        options="AUTO_INCREMENT=99999",
    ),
    _harmless(
        name="other indexes and statistics", statements=("CREATE INDEX n ON {table} (n)", "ANALYZE TABLE {table}")
    ),
    _harmless(
        name="latin1 converted to utf8mb4",
        columns=_PLAIN.replace("varchar(60)", "varchar(60) CHARACTER SET latin1"),
        target_columns=_PLAIN.replace("varchar(60)", "varchar(60) CHARACTER SET utf8mb4"),
    ),
    _harmless(
        name="utf8mb3 converted to utf8mb4",
        columns=_PLAIN.replace("varchar(60)", "varchar(60) CHARACTER SET utf8mb3"),
        target_columns=_PLAIN.replace("varchar(60)", "varchar(60) CHARACTER SET utf8mb4"),
    ),
    _harmless(
        name="enum with its values in another order",
        columns=_PLAIN + ", e enum('sad','ok') DEFAULT 'ok'",
        target_columns=_PLAIN + ", e enum('ok','sad') DEFAULT 'ok'",
    ),
    _harmless(
        name="another collation",
        columns=_PLAIN.replace("varchar(60)", "varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
        target_columns=_PLAIN.replace("varchar(60)", "varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
    ),
)
