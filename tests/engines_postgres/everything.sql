-- One of everything that a PostgreSQL database of an application may hold, run by its owner; a blank line ends a statement.
-- {app} is a role that may log in, {group} one that may not and that the application is a member of.

CREATE SCHEMA app

COMMENT ON SCHEMA app IS 'all of it; ''quoted'' \ too'

CREATE SCHEMA "Odd ""schema"" \ o'ne %_"

CREATE COLLATION app.numeric_first (provider = libc, locale = 'C.UTF-8')

CREATE TYPE app.mood AS ENUM ('sad', 'it''s', 'glad')

ALTER TYPE app.mood ADD VALUE 'between' BEFORE 'glad'

COMMENT ON TYPE app.mood IS 'of people'

CREATE TYPE app.pair AS (a int, b text COLLATE app.numeric_first)

CREATE DOMAIN app.email AS public.citext NOT NULL DEFAULT 'a@b' CONSTRAINT has_at CHECK (VALUE LIKE '%@%')

CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = float8mi)

CREATE SEQUENCE app.numbers AS int INCREMENT -5 MINVALUE -1000 MAXVALUE 100 START 50 CACHE 7 CYCLE

CREATE UNLOGGED TABLE app.volatile (id int)

CREATE FUNCTION app.twice(a int, VARIADIC more int[] DEFAULT '{}') RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 7 AS 'SELECT a * 2'

CREATE FUNCTION app.guarded() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $x$ BEGIN RETURN current_user; END $x$

CREATE FUNCTION app.standard(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; SELECT a + 2; END

CREATE FUNCTION app.many() RETURNS TABLE (x int, y text) LANGUAGE sql ROWS 3 AS 'SELECT 1, ''a'''

CREATE PROCEDURE app.nothing(INOUT a int) LANGUAGE plpgsql AS 'BEGIN a := 1; COMMIT; END'

CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE)

CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = OPERATOR(app.===))

CREATE CAST (app.pair AS text) WITH INOUT AS ASSIGNMENT

COMMENT ON CAST (app.pair AS text) IS 'a cast'

CREATE TEXT SEARCH DICTIONARY app.plain (TEMPLATE = pg_catalog.simple, STOPWORDS = english)

CREATE TEXT SEARCH CONFIGURATION app.words (COPY = pg_catalog.english)

ALTER TEXT SEARCH CONFIGURATION app.words ALTER MAPPING FOR asciiword WITH app.plain, english_stem

CREATE TABLE app.customer (id bigint GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 3 CACHE 5) PRIMARY KEY, email app.email, mood app.mood DEFAULT 'glad', name text COLLATE app.numeric_first NOT NULL, whole text GENERATED ALWAYS AS (upper(name) || '!') STORED, code uuid DEFAULT gen_random_uuid(), p app.pair, tags text[] DEFAULT '{}'::text[], doc jsonb, span app.span, blob bytea, dropped int, words tsvector, CONSTRAINT email_once UNIQUE NULLS NOT DISTINCT (email) INCLUDE (name) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT short CHECK (length(name) < 200) NO INHERIT) WITH (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 99)

ALTER TABLE app.customer DROP COLUMN dropped

ALTER TABLE app.customer ALTER doc SET STORAGE EXTERNAL, ALTER blob SET COMPRESSION pglz, ALTER name SET STATISTICS 500, ALTER mood SET (n_distinct = 3)

ALTER TABLE app.customer ADD CONSTRAINT later CHECK (id > 0) NOT VALID

ALTER TABLE app.customer ADD COLUMN late int NOT NULL DEFAULT 5

COMMENT ON COLUMN app.customer.name IS E'its\nname; -- not SQL'

COMMENT ON CONSTRAINT short ON app.customer IS 'not too long'

CREATE TABLE app.orders (id serial, day date NOT NULL, customer bigint, total numeric(12,2) CHECK (total >= 0), CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES app.customer ON DELETE SET NULL (customer) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)

COMMENT ON CONSTRAINT of_customer ON app.orders IS 'whose'

CREATE TABLE app.orders_2024 PARTITION OF app.orders (total DEFAULT 1) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id)

CREATE TABLE app.orders_2024_0 PARTITION OF app.orders_2024 FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (fillfactor = 60)

CREATE TABLE app.orders_2024_1 PARTITION OF app.orders_2024 FOR VALUES WITH (MODULUS 2, REMAINDER 1)

CREATE TABLE app.orders_rest PARTITION OF app.orders DEFAULT

CREATE INDEX orders_total ON app.orders (total DESC NULLS LAST) INCLUDE (customer) WHERE total > 100

CREATE INDEX orders_2024_only ON ONLY app.orders_2024 (customer)

CREATE INDEX by_name ON app.customer (lower(name) COLLATE "C" text_pattern_ops, mood DESC) WITH (fillfactor = 50)

CREATE INDEX by_trigram ON app.customer USING gin (name public.gin_trgm_ops) WITH (fastupdate = off)

CREATE INDEX by_brin ON app.customer USING brin (late) WITH (pages_per_range = 16)

CREATE UNIQUE INDEX by_code ON app.customer (code)

COMMENT ON INDEX app.by_code IS 'an index'

ALTER TABLE app.customer ALTER code SET NOT NULL

ALTER TABLE app.customer REPLICA IDENTITY USING INDEX by_code

ALTER TABLE app.customer CLUSTER ON by_name

ALTER INDEX app.by_name ALTER COLUMN 1 SET STATISTICS 300

CREATE STATISTICS app.related (dependencies, mcv) ON mood, late FROM app.customer

ALTER STATISTICS app.related SET STATISTICS 250

COMMENT ON STATISTICS app.related IS 'go together'

CREATE TABLE app.base (id int PRIMARY KEY, note text)

CREATE TABLE app.derived (extra int) INHERITS (app.base)

CREATE TABLE app.typed OF app.pair (PRIMARY KEY (a))

CREATE TABLE app.ranges (during tstzrange, room int, CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (room > 0))

ALTER TABLE app.ranges REPLICA IDENTITY FULL

CREATE TABLE app.self (id int PRIMARY KEY, parent int REFERENCES app.self, other int)

ALTER TABLE app.self ADD CONSTRAINT unproven FOREIGN KEY (other) REFERENCES app.self NOT VALID

CREATE TABLE app.owns (n bigint DEFAULT nextval('app.numbers'))

ALTER SEQUENCE app.numbers OWNED BY app.owns.n

COMMENT ON SEQUENCE app.numbers IS 'downwards'

CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS $b$ BEGIN RETURN NEW; END $b$

CREATE TRIGGER noted BEFORE UPDATE OF name ON app.customer FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION app.note('a', 'b''c')

CREATE TRIGGER never AFTER INSERT ON app.customer REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.note()

ALTER TABLE app.customer DISABLE TRIGGER never

CREATE TRIGGER always AFTER DELETE ON app.base FOR EACH ROW EXECUTE FUNCTION app.note()

ALTER TABLE app.base ENABLE ALWAYS TRIGGER always

CREATE TRIGGER replica AFTER DELETE ON app.base FOR EACH ROW EXECUTE FUNCTION app.note()

ALTER TABLE app.base ENABLE REPLICA TRIGGER replica

CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.base DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.note()

CREATE TRIGGER parted AFTER INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.note()

ALTER TABLE app.orders_rest DISABLE TRIGGER parted

COMMENT ON TRIGGER noted ON app.customer IS 'a trigger'

CREATE RULE quiet AS ON DELETE TO app.derived DO INSTEAD NOTHING

COMMENT ON RULE quiet ON app.derived IS 'a rule'

CREATE VIEW app.zebra AS SELECT 1 AS a, NULL::text COLLATE app.numeric_first AS n

CREATE VIEW app.happy WITH (security_barrier = true, security_invoker = true, check_option = local) AS SELECT id, name FROM app.customer WHERE mood = 'glad'

CREATE OR REPLACE VIEW app.zebra AS SELECT h.id::int AS a, h.name AS n FROM app.happy h

ALTER VIEW app.happy ALTER COLUMN name SET DEFAULT 'nobody'

CREATE RULE made AS ON INSERT TO app.zebra DO INSTEAD INSERT INTO app.base VALUES (NEW.a, NEW.n)

CREATE FUNCTION app.instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'

CREATE TRIGGER onto INSTEAD OF UPDATE ON app.happy FOR EACH ROW EXECUTE FUNCTION app.instead()

CREATE MATERIALIZED VIEW app.counted WITH (fillfactor = 90) AS SELECT name, count(*) AS n FROM app.customer GROUP BY name

CREATE UNIQUE INDEX counted_name ON app.counted (name)

CREATE MATERIALIZED VIEW app.above AS SELECT sum(n) AS total FROM app.counted

CREATE MATERIALIZED VIEW app.empty AS SELECT 1 AS one WITH NO DATA

COMMENT ON MATERIALIZED VIEW app.counted IS 'as of some time'

COMMENT ON VIEW app.happy IS 'people'

COMMENT ON FUNCTION app.standard(int) IS 'two more'

COMMENT ON DOMAIN app.email IS 'with an at'

COMMENT ON TABLE app.customer IS 'It''s a \ comment;
\connect nowhere
SET foo = 1;
GRANT ALL ON x TO nobody;'

CREATE TABLE "Odd ""schema"" \ o'ne %_"."t%s" ("c""1" int PRIMARY KEY, "User" text, "select" int DEFAULT 1)

CREATE TABLE app."nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnäb" ("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnäb" int PRIMARY KEY)

ALTER TABLE app.customer ENABLE ROW LEVEL SECURITY

ALTER TABLE app.self ENABLE ROW LEVEL SECURITY

ALTER TABLE app.self FORCE ROW LEVEL SECURITY

CREATE POLICY everybody ON app.customer USING (true)

CREATE POLICY few ON app.customer AS RESTRICTIVE FOR UPDATE TO {app} USING (id > 0) WITH CHECK (id < 1000)

COMMENT ON POLICY few ON app.customer IS 'a policy'

GRANT USAGE ON SCHEMA app TO {app}, {group}

GRANT SELECT, UPDATE (name) ON app.customer TO {app} WITH GRANT OPTION

GRANT INSERT ON app.base TO {group}

GRANT SELECT ON app.happy TO PUBLIC

GRANT USAGE ON SEQUENCE app.numbers TO {app}

REVOKE EXECUTE ON FUNCTION app.guarded() FROM PUBLIC

GRANT EXECUTE ON FUNCTION app.guarded() TO {app}

GRANT USAGE ON TYPE app.mood TO {app}

REVOKE USAGE ON TYPE app.pair FROM PUBLIC

ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO {app}

ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO {group}

ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {app}

CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'

CREATE PUBLICATION told FOR TABLE app.base, app.customer (id, name) WHERE (id > 5) WITH (publish = 'insert, update')
