-- Objects without a class of their own, with as much of their DDL as the rules ask for.  $1 schemas
WITH ours AS (SELECT n.oid, n.nspname::text AS schema FROM pg_namespace n WHERE n.nspname = ANY ($1::text[])),
     owned AS (SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e')
SELECT 'foreign table' AS kind, o.schema || '.' || c.relname AS name, format('CREATE FOREIGN TABLE %I.%I', o.schema, c.relname) AS definition
  FROM pg_class c JOIN ours o ON o.oid = c.relnamespace
 WHERE c.relkind = 'f' AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, o.schema || '.' || t.typname,
       CASE t.typtype
            WHEN 'd' THEN format('CREATE DOMAIN %I.%I AS %s', o.schema, t.typname, format_type(t.typbasetype, t.typtypmod))
            WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s)', o.schema, t.typname,
                 (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
            WHEN 'c' THEN format('CREATE TYPE %I.%I AS ()', o.schema, t.typname)
            WHEN 'r' THEN format('CREATE TYPE %I.%I AS RANGE ()', o.schema, t.typname)
            ELSE format('CREATE TYPE %I.%I (INPUT = %s)', o.schema, t.typname, t.typinput::text) END
  FROM pg_type t JOIN ours o ON o.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE t.typisdefined AND (t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND t.typcategory <> 'A'))
   AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT 'rule', r.rulename::text, r.definition FROM pg_rules r JOIN ours o ON o.schema = r.schemaname
UNION ALL
SELECT 'publication', p.pubname::text, format('CREATE PUBLICATION %I', p.pubname) FROM pg_publication p
UNION ALL
SELECT 'subscription', s.subname::text, format('CREATE SUBSCRIPTION %I', s.subname)
  FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
UNION ALL
SELECT 'foreign data wrapper', w.fdwname::text, format('CREATE FOREIGN DATA WRAPPER %I', w.fdwname)
  FROM pg_foreign_data_wrapper w WHERE ('pg_foreign_data_wrapper'::regclass, w.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT 'server', s.srvname::text,
       format('CREATE SERVER %I FOREIGN DATA WRAPPER %I OPTIONS (%s)', s.srvname, w.fdwname,
              (SELECT string_agg(format('%s %L', o.option_name, o.option_value), ', ' ORDER BY o.option_name)
                 FROM pg_options_to_table(s.srvoptions) AS o WHERE o.option_name IN ('host', 'hostaddr', 'port', 'dbname')))
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
 WHERE ('pg_foreign_server'::regclass, s.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT 'operator', o.schema || '.' || p.oprname, format('CREATE OPERATOR %I.%s (LEFTARG = %s)', o.schema, p.oprname, format_type(p.oprleft, NULL))
  FROM pg_operator p JOIN ours o ON o.oid = p.oprnamespace
 WHERE p.oprright = 0 AND p.oprleft <> 0 AND ('pg_operator'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT 'user mapping', format('FOR %I SERVER %I', m.usename, m.srvname), format('CREATE USER MAPPING FOR %I SERVER %I', m.usename, m.srvname)
  FROM pg_user_mappings m
UNION ALL
SELECT 'text search dictionary', o.schema || '.' || d.dictname,
       format('CREATE TEXT SEARCH DICTIONARY %I.%I ( TEMPLATE = %I.%I%s )', o.schema, d.dictname, n.nspname, t.tmplname, ', ' || d.dictinitoption)
  FROM pg_ts_dict d JOIN ours o ON o.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate
  JOIN pg_namespace n ON n.oid = t.tmplnamespace
 WHERE ('pg_ts_dict'::regclass, d.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT 'operator class', o.schema || '.' || c.opcname, format('CREATE OPERATOR CLASS %I.%I', o.schema, c.opcname)
  FROM pg_opclass c JOIN ours o ON o.oid = c.opcnamespace
 WHERE ('pg_opclass'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL
SELECT 'cast', format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
       format('CREATE CAST (%s AS %s) WITHOUT FUNCTION', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
  FROM pg_cast c
 WHERE c.castmethod = 'b' AND c.oid >= 16384 AND ('pg_cast'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
 ORDER BY 1, 2
