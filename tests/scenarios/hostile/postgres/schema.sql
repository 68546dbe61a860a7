CREATE SCHEMA shop_1;
CREATE SCHEMA shopx1;
CREATE SCHEMA "Shop_2";
CREATE SCHEMA "sel""ect %_' \ größe";
CREATE TABLE shop_1."a_b" (id int PRIMARY KEY, v text);
CREATE TABLE shop_1."axb" (id int PRIMARY KEY, v text);
CREATE TABLE shopx1."a_b" (id int PRIMARY KEY, v text);
CREATE TABLE "Shop_2"."a_b" (id int PRIMARY KEY, v text);
CREATE TABLE shop_1."%" (id int PRIMARY KEY, "%s" text, "%(id)s" text, "{x}" text);
CREATE TABLE shop_1."_" (id int PRIMARY KEY, "_" text);
CREATE TABLE shop_1."*" (id int PRIMARY KEY, "[a-z]" text);
CREATE TABLE shop_1."TaBles" ("iD" int PRIMARY KEY, "Id x" int, "id y" int);
CREATE TABLE shop_1."table" (id int PRIMARY KEY, "select" int, "user" text, "order" int, "id.v" text);
CREATE TABLE shop_1."dot.ted" (id int PRIMARY KEY, v text);
CREATE TABLE shop_1."; DROP TABLE x; --" (id int PRIMARY KEY, "/* v */" text);
CREATE TABLE "sel""ect %_' \ größe"."qu""o'te \ back" ("k""e'y \" int, "größe 表 😀" text, "ta	b" text, "line
end" text, PRIMARY KEY ("k""e'y \"));
CREATE TABLE "sel""ect %_' \ größe"."nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
  ("iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" int PRIMARY KEY,
   "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvväb" text);
CREATE TABLE shop_1."from" ("where" bigserial PRIMARY KEY, "group" int REFERENCES shop_1."table" (id), "when" date,
  CONSTRAINT "check it's %" CHECK ("group" >= 0));
CREATE SEQUENCE shop_1."Seq %_" INCREMENT 3;
CREATE INDEX "Index ""%""" ON shop_1."%" ("%s") WHERE "%s" <> '%';
CREATE VIEW shop_1."View %s" AS SELECT t."select", f."where" FROM shop_1."table" t JOIN shop_1."from" f ON f."group" = t.id;
CREATE MATERIALIZED VIEW shop_1."Seen %" AS SELECT count(*) AS "n %" FROM shop_1."%";
CREATE FUNCTION shop_1."Stamp %s"() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW."%s" := coalesce(NEW."%s", '') || '!'; RETURN NEW; END $f$;
CREATE TRIGGER "Tr %s" BEFORE INSERT ON shop_1."%" FOR EACH ROW EXECUTE FUNCTION shop_1."Stamp %s"();
ALTER TABLE shop_1."%" ENABLE ALWAYS TRIGGER "Tr %s";
COMMENT ON COLUMN shop_1."%"."%s" IS 'what''s %s';
