"""Kinds of damage between PostgreSQL servers."""

from __future__ import annotations

from functools import partial

from tests.detection import pairs
from tests.detection import postgres_pairs as own
from tests.detection.kinds import Act, Harmless, Kind, Route
from tests.detection.pairs import quoted

_kind = partial(Kind, routes=(Route.POSTGRES,))
_harmless = partial(Harmless, routes=(Route.POSTGRES,))


KINDS: tuple[Kind, ...] = (
    # rows
    _kind(name="row missing", type="text", pair=pairs.text, act=Act.LOSE),
    _kind(name="row too many", type="text", pair=pairs.text, act=Act.ADD),
    _kind(name="row under another key", type="text", pair=pairs.text, act=Act.MOVE),
    _kind(name="row missing, text key", type="text", pair=pairs.text, act=Act.LOSE, key_type="text", key=own.text_key),
    _kind(name="row too many, text key", type="text", pair=pairs.text, act=Act.ADD, key_type="text", key=own.text_key),
    _kind(name="row without key: one of two equal ones missing", type="text", pair=pairs.text, act=Act.LOSE_TWIN),
    _kind(name="row without key: once more", type="text", pair=pairs.text, act=Act.ADD_TWIN),
    _kind(name="row without key: changed", type="text", pair=pairs.text, act=Act.CHANGE_KEYLESS),
    _kind(
        name="key in other letters",
        type="text",
        pair=pairs.text,
        act=Act.MOVE,
        key_type="text",
        key=own.text_key,
        moved_key=lambda n: own.text_key(n).upper(),
    ),
    _kind(
        name="key with a blank at its end",
        type="text",
        pair=pairs.text,
        act=Act.MOVE,
        key_type="text",
        key=own.text_key,
        moved_key=lambda n: quoted(f"key {n:07d} "),
    ),
    # values that change places
    _kind(name="swap between rows: text", type="text", pair=pairs.text, act=Act.SWAP_ROWS),
    _kind(name="swap between rows: bigint", type="bigint", pair=pairs.integer(64), act=Act.SWAP_ROWS),
    _kind(name="swap between rows: numeric", type="numeric(14,3)", pair=pairs.decimal, act=Act.SWAP_ROWS),
    _kind(
        name="swap between rows: timestamptz",
        type="timestamptz",
        pair=pairs.moved(pairs.hours, "+00"),
        act=Act.SWAP_ROWS,
    ),
    _kind(name="swap between rows: boolean", type="boolean", pair=pairs.TRUTH, act=Act.SWAP_ROWS),
    _kind(name="swap between columns: text", type="text", pair=pairs.text, act=Act.SWAP_COLUMNS),
    _kind(name="swap between columns: integer", type="integer", pair=pairs.integer(31), act=Act.SWAP_COLUMNS),
    _kind(name="swap between columns: date", type="date", pair=pairs.day, act=Act.SWAP_COLUMNS),
    _kind(name="swap between columns: NULL and text", type="text", pair=pairs.to_null, act=Act.SWAP_COLUMNS),
    # text
    _kind(name="NULL and empty text", type="text", pair=pairs.null_and_empty),
    _kind(name="text to NULL", type="text", pair=pairs.to_null),
    _kind(name="trailing blank added", type="varchar(80)", pair=pairs.edited(lambda t, _: t + " ")),
    _kind(name="trailing blank cut", type="text", pair=pairs.cut_blank),
    _kind(name="char padding kept in varchar", type="varchar(10)", pair=own.padded),
    _kind(name="letter case", type="text", pair=pairs.edited(lambda t, _: t.capitalize())),
    _kind(name="letter case in char", type="char(60)", pair=pairs.edited(lambda t, _: t.upper())),
    _kind(name="NFC to NFD", type="text", pair=pairs.decomposed),
    _kind(name="accent lost", type="text", pair=pairs.without_accents),
    _kind(name="emoji to question mark", type="text", pair=pairs.emoji_lost),
    _kind(name="mojibake", type="text", pair=pairs.mojibake),
    _kind(name="CRLF to LF", type="text", pair=pairs.line_ends),
    _kind(name="text cut at 4 KB", type="text", pair=pairs.long_text),
    _kind(name="last letter", type="varchar(80)", pair=pairs.edited(lambda t, _: t[:-1])),
    # numbers
    _kind(name="smallint by one", type="smallint", pair=pairs.integer(16)),
    _kind(name="bigint by one", type="bigint", pair=pairs.integer(64)),
    _kind(name="bigint sign", type="bigint", pair=pairs.sign),
    _kind(name="bigint -1 and 4294967295", type="bigint", pair=pairs.of(("-1", "4294967295"))),
    _kind(name="bigint that folds alike", type="bigint", pair=pairs.folded),
    _kind(name="numeric value", type="numeric(14,3)", pair=pairs.decimal),
    _kind(name="numeric sign", type="numeric(14,3)", pair=pairs.decimal_sign),
    _kind(name="numeric scale", type="numeric", pair=pairs.decimal_scale),
    _kind(name="numeric through a double", type="numeric(40,6)", pair=pairs.decimal_rounded),
    _kind(name="numeric NaN to NULL", type="numeric", pair=pairs.one_way(("'NaN'", "NULL"))),
    _kind(name="last bit of a double", type="double precision", pair=pairs.last_bit),
    _kind(name="last bit of a real", type="real", pair=pairs.last_bit_of_float),
    _kind(name="double -0", type="double precision", pair=pairs.of(("'-0'", "'0'"))),
    _kind(name="double infinity to NaN", type="double precision", pair=pairs.of(("'Infinity'", "'NaN'"))),
    _kind(name="money by a cent", type="money", pair=pairs.of(("'1234.56'", "'1234.57'"), ("'-1.00'", "'1.00'"))),
    # time
    _kind(name="timestamp by 1 µs", type="timestamp", pair=pairs.moved(pairs.microsecond)),
    _kind(name="timestamp cut to milliseconds", type="timestamp", pair=pairs.milliseconds_only),
    _kind(name="timestamptz by 1 µs", type="timestamptz", pair=pairs.moved(pairs.microsecond, "+00")),
    _kind(name="timestamptz by hours", type="timestamptz", pair=pairs.moved(pairs.hours, "+00")),
    _kind(name="timestamp infinity to NULL", type="timestamp", pair=pairs.one_way(("'infinity'", "NULL"))),
    _kind(name="date by a day", type="date", pair=pairs.day),
    _kind(name="time by 1 µs", type="time", pair=pairs.clock),
    _kind(name="timetz in another zone", type="timetz", pair=own.zone),
    _kind(name="interval: months as days", type="interval", pair=own.months),
    _kind(name="interval: days as hours", type="interval", pair=own.days),
    # others
    _kind(name="boolean", type="boolean", pair=pairs.TRUTH),
    _kind(name="boolean to NULL", type="boolean", pair=pairs.one_way(("true", "NULL"), ("false", "NULL"))),
    _kind(name="uuid digit", type="uuid", pair=pairs.uuid),
    _kind(name="bytea: one bit", type="bytea", pair=pairs.bytes_of(own.bytea, pairs.one_byte)),
    _kind(name="bytea cut at 4 KB", type="bytea", pair=pairs.bytes_of(own.bytea, lambda d, _: d[:4096], 4200)),
    _kind(name="bytea: zero byte at the end", type="bytea", pair=pairs.bytes_of(own.bytea, lambda d, _: d + b"\0")),
    _kind(name="json value", type="json", pair=pairs.json_value),
    _kind(name="json: order of keys", type="json", pair=pairs.json_order),
    _kind(name="json: blanks", type="json", pair=pairs.json_blank),
    _kind(name="json null and NULL", type="json", pair=pairs.of(("'null'", "NULL"))),
    _kind(name="jsonb value", type="jsonb", pair=pairs.json_value),
    _kind(name="array element", type="text[]", pair=own.element),
    _kind(name="array order", type="text[]", pair=own.element_order),
    _kind(name="array dimensions", type="integer[]", pair=own.dimensions),
    _kind(name="array: first index", type="integer[]", pair=own.first_index),
    _kind(name="array: NULL as a word", type="text[]", pair=own.null_element),
    _kind(
        name="enum",
        type="mood",
        setup="CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
        pair=pairs.choice(("sad", "ok", "happy")),
    ),
    _kind(
        name="domain over text",
        type="label",
        setup="CREATE DOMAIN label AS text CHECK (length(VALUE) < 100)",
        pair=pairs.edited(lambda t, _: t + " "),
    ),
    _kind(
        name="composite", type="pair_of", setup="CREATE TYPE pair_of AS (number integer, word text)", pair=own.pair_of
    ),
    _kind(name="bit", type="bit(20)", pair=own.bits),
    _kind(name="varbit: zero bit at the end", type="varbit(20)", pair=own.bits_longer),
    _kind(name="inet host", type="inet", pair=own.host),
    _kind(name="inet netmask", type="inet", pair=own.netmask),
    _kind(name="cidr netmask", type="cidr", pair=own.network),
    _kind(name="numrange bound inclusive", type="numrange", pair=own.bound),
    _kind(name="int4range upper bound", type="int4range", pair=own.upper_bound),
    _kind(name="multirange", type="int4multirange", pair=own.multirange),
    _kind(name="point: last bit", type="point", pair=own.point),
    _kind(name="tsvector position", type="tsvector", pair=own.position),
    _kind(name="timestamp that folds alike", type="timestamp", pair=own.folded_moment),
    _kind(name="array of bigint that fold alike", type="bigint[]", pair=own.folded_array),
    _kind(name="array of numeric: sign", type="numeric[]", pair=own.number_array(lambda n: f"-{n}")),
    _kind(name="array of numeric: scale", type="numeric[]", pair=own.number_array(lambda n: f"{n}0")),
    _kind(name="array of double -0", type="double precision[]", pair=pairs.of(("'{-0,1}'", "'{0,1}'"))),
    _kind(name="jsonb: sign of a number", type="jsonb", pair=own.json_number(lambda n: f"-{n}")),
    _kind(name="jsonb: scale of a number", type="jsonb", pair=own.json_number(lambda n: f"{n}0")),
    _kind(name="numrange: sign of a bound", type="numrange", pair=own.range_sign),
    _kind(name="interval: equal by sum", type="interval", pair=own.compensated),
    _kind(name="path open or closed", type="path", pair=own.path),
    _kind(
        name="composite: sign",
        type="signed",
        setup="CREATE TYPE signed AS (number numeric, word text)",
        pair=own.composite_sign,
    ),
    _kind(
        name="domain over numeric: scale",
        type="amount",
        setup="CREATE DOMAIN amount AS numeric",
        pair=pairs.decimal_scale,
    ),
    _kind(
        name="citext: letter case",
        type="citext",
        setup="CREATE EXTENSION citext",
        pair=pairs.edited(lambda t, _: t.upper()),
    ),
    _kind(name="hstore: NULL and no key", type="hstore", setup="CREATE EXTENSION hstore", pair=own.store),
    _kind(name="ltree order", type="ltree", setup="CREATE EXTENSION ltree", pair=own.label_path),
    _kind(name="xml", type="xml", pair=own.document),
    _kind(name="oid above the signed range", type="oid", pair=pairs.of(("4294967295", "2147483647"))),
    # equal by definition
    _kind(
        name="jsonb: order of keys",
        type="jsonb",
        pair=pairs.json_order,
        equal="jsonb holds no order of keys",
    ),
    _kind(
        name="timestamptz written in another zone",
        type="timestamptz",
        pair=lambda random: (lambda h: (quoted(f"2024-05-01 {h:02}:00+00"), quoted(f"2024-05-01 {h + 2:02}:00+02")))(
            random.randint(0, 20)
        ),
        equal="one point in time",
    ),
    _kind(name="char with blanks", type="char(20)", pair=own.padded, equal="char pads by itself"),
    _kind(
        name="numeric(14,3) written with fewer digits",
        type="numeric(14,3)",
        pair=lambda random: (lambda n: (f"{n}.5", f"{n}.500"))(random.randint(0, 10**6)),
        equal="the column has a fixed scale",
    ),
)

HARMLESS: tuple[Harmless, ...] = (
    _harmless(name="rows written again", statements=("UPDATE {table} SET v = v",)),
    _harmless(
        name="HOT updates, and back",
        options="WITH (fillfactor = 50)",
        statements=("UPDATE {table} SET n = n + 1", "UPDATE {table} SET n = n - 1"),
    ),
    _harmless(name="rows in another physical order", backwards=True),
    _harmless(name="VACUUM FULL", statements=("VACUUM FULL {table}",)),
    _harmless(
        name="CLUSTER by another index",
        statements=("CREATE INDEX ON {table} (v)", "CLUSTER {table} USING cluster_by_another_index_v_idx"),
    ),
    _harmless(
        name="columns in another order",
        target_columns="at timestamp(6) NULL, n decimal(12,3), v varchar(60), id bigint PRIMARY KEY",
    ),
    _harmless(
        name="a column dropped, another added later",
        target_columns="gone text, id bigint PRIMARY KEY, at timestamp(6) NULL, n decimal(12,3)",
        statements=(
            "ALTER TABLE {table} DROP COLUMN gone",
            "ALTER TABLE {table} ADD COLUMN v varchar(60)",
            "UPDATE {table} SET v = 'Straße ' || id",
        ),
    ),
    _harmless(
        name="partitioned on the target",
        options="PARTITION BY HASH (id)",
        statements=(),
        only_one_side=True,
    ),
    _harmless(
        name="identity counter ahead",
        columns="id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v varchar(60), n decimal(12,3),"
        " at timestamp(6) NULL",
        statements=("ALTER TABLE {table} ALTER COLUMN id RESTART WITH 99999",),
    ),
    _harmless(name="other indexes and statistics", statements=("CREATE INDEX ON {table} (n)", "ANALYZE {table}")),
    _harmless(
        name="another storage of large values",
        statements=("ALTER TABLE {table} ALTER COLUMN v SET STORAGE EXTERNAL", "UPDATE {table} SET v = v || ''"),
    ),
    _harmless(
        name="database with other settings",
        alone=True,
        columns="id bigint PRIMARY KEY, v varchar(60), n decimal(12,3), at timestamptz, lasting interval"
        " DEFAULT '1 month 2 days', raw bytea DEFAULT '\\x0041ff', weight double precision DEFAULT 0.1",
        statements=(
            "ALTER DATABASE {database} SET timezone = 'Asia/Tokyo'",
            "ALTER DATABASE {database} SET datestyle = 'German, DMY'",
            "ALTER DATABASE {database} SET intervalstyle = 'sql_standard'",
            "ALTER DATABASE {database} SET bytea_output = 'escape'",
            "ALTER DATABASE {database} SET extra_float_digits = -5",
        ),
    ),
)
