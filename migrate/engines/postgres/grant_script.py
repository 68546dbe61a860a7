"""What an administrator of a PostgreSQL source runs once, so that the toolkit's login may do its work and no more."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.postgres.quoting import identifier

PARAMETER_GRANTS = 15
"""Since this version a right to set a parameter can be given; before it only a superuser may."""


def script(user: str, *, version: str, managed: bool) -> Iterator[str]:
    """Lines of SQL, run in the database that moves. It can be run again. `managed` is RDS or Aurora."""
    role, major = identifier(user), int(version.partition(".")[0])
    yield f"-- PostgreSQL {version}{' on RDS' if managed else ''}: run in the database that moves, as an administrator."
    yield f"-- Then give the password where no history keeps it, in psql: \\password {user}"
    yield _unless_there(user, f"CREATE ROLE {role} LOGIN")
    if managed:
        yield f"GRANT rds_superuser TO {role};"
        yield f"ALTER ROLE {role} CREATEROLE;"
        yield f"GRANT rds_replication TO {role};"
    else:
        yield f"ALTER ROLE {role} CREATEROLE REPLICATION;"
        yield f"GRANT pg_monitor, pg_signal_backend TO {role};"
        if major >= PARAMETER_GRANTS:
            yield f"GRANT SET ON PARAMETER session_replication_role TO {role} WITH GRANT OPTION;"
    yield "-- Whoever owns the database takes the right to connect away; owners of tables put triggers to rest."
    yield _member_of_owners(user)


def _unless_there(user: str, statement: str) -> str:
    return _block(f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(user)}) THEN {statement}; END IF;")


def _member_of_owners(user: str) -> str:
    return _block(
        f"""DECLARE one record; BEGIN
  FOR one IN
    SELECT r.rolname, r.rolsuper FROM pg_roles r
    WHERE r.oid IN (
      SELECT datdba FROM pg_database WHERE datname = current_database()
      UNION
      SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ) AND r.rolname <> {literal(user)}
  LOOP
    IF one.rolsuper THEN
      RAISE WARNING '% owns things and is a superuser: give them to another owner', one.rolname;
    ELSE
      EXECUTE format('GRANT %I TO %I', one.rolname, {literal(user)});
    END IF;
  END LOOP;
END;""",
        begin=False,
    )


def _block(body: str, *, begin: bool = True) -> str:
    """Quoted by a word that the body does not hold, whatever it names."""
    number, text = 0, f"BEGIN {body} END;" if begin else body
    while f"$grants{number}$" in text:
        number += 1
    return f"DO $grants{number}$ {text} $grants{number}$;"


def literal(text: str) -> str:
    """A text as SQL of any setting reads it; a script has no parameters."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
