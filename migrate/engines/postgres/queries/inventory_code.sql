-- Schemas, routines, types and what belongs to no schema: object, aspect, value.  $1 schemas
WITH ours AS (SELECT n.oid, n.nspname FROM pg_namespace n WHERE n.nspname = ANY ($1::text[])),
     owned AS (SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e'),
     routine AS MATERIALIZED (
  SELECT p.*, CASE p.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END
              || format('%I.%I(%s)', o.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS object
    FROM pg_proc p JOIN ours o ON o.oid = p.pronamespace
   WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')),
     made AS MATERIALIZED (
  SELECT t.*, CASE t.typtype WHEN 'd' THEN 'domain ' ELSE 'type ' END || format('%I.%I', o.nspname, t.typname) AS object
    FROM pg_type t JOIN ours o ON o.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE t.typisdefined AND (t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND t.typcategory <> 'A'))
     AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM owned))
SELECT * FROM (
SELECT format('schema %I', nspname) AS object, 'made' AS aspect, 'yes' AS value FROM ours
UNION ALL SELECT object, 'definition', pg_get_functiondef(oid) FROM routine WHERE prokind <> 'a'
UNION ALL SELECT r.object, 'definition', a.aggtransfn::regproc || ' on ' || format_type(a.aggtranstype, NULL) || ' to ' || a.aggfinalfn::regproc
         || ' from ' || coalesce(quote_literal(a.agginitval), 'nothing') || ' combined by ' || a.aggcombinefn::regproc || ' sorted by ' || a.aggsortop::regoper
  FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
UNION ALL SELECT m.object, 'labels', string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM made m JOIN pg_enum e ON e.enumtypid = m.oid GROUP BY m.object
UNION ALL SELECT object, 'base type', format_type(typbasetype, typtypmod) FROM made WHERE typtype = 'd'
UNION ALL SELECT object, 'default', pg_get_expr(typdefaultbin, 0) FROM made WHERE typtype = 'd'
UNION ALL SELECT object, 'nullability', 'not null' FROM made WHERE typtype = 'd' AND typnotnull
UNION ALL SELECT m.object, 'collation', m.typcollation::regcollation::text FROM made m JOIN pg_type b ON b.oid = m.typbasetype WHERE m.typcollation <> b.typcollation
UNION ALL SELECT m.object, 'range of', format_type(r.rngsubtype, NULL) || ' ' || coalesce(nullif(r.rngsubdiff::regproc::text, '-'), '') FROM made m JOIN pg_range r ON r.rngtypid = m.oid
UNION ALL SELECT object, 'input', typinput::text FROM made WHERE typtype = 'b'
UNION ALL SELECT format('collation %I.%I', o.nspname, c.collname), 'definition',
         format('%s %s%s', c.collprovider, coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate),
                CASE WHEN c.collisdeterministic THEN '' ELSE ' nondeterministic' END)
  FROM pg_collation c JOIN ours o ON o.oid = c.collnamespace WHERE ('pg_collation'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('operator %s', p.oid::regoperator), 'definition',
         format('%s commutes %s negated %s restrict %s join %s', p.oprcode, p.oprcom::regoper, p.oprnegate::regoper, p.oprrest, p.oprjoin)
  FROM pg_operator p JOIN ours o ON o.oid = p.oprnamespace WHERE ('pg_operator'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('operator class %I.%I using %s', o.nspname, c.opcname, m.amname), 'definition',
         format('%s%s', format_type(c.opcintype, NULL), CASE WHEN c.opcdefault THEN ' default' ELSE '' END)
  FROM pg_opclass c JOIN ours o ON o.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
 WHERE ('pg_opclass'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('text search configuration %I.%I', o.nspname, c.cfgname), 'definition',
         (SELECT string_agg(format('%s %s %s', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
            FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)
  FROM pg_ts_config c JOIN ours o ON o.oid = c.cfgnamespace WHERE ('pg_ts_config'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('text search dictionary %I.%I', o.nspname, d.dictname), 'definition', coalesce(d.dictinitoption, '')
  FROM pg_ts_dict d JOIN ours o ON o.oid = d.dictnamespace WHERE ('pg_ts_dict'::regclass, d.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('conversion %I.%I', o.nspname, c.conname), 'definition', c.conproc::text
  FROM pg_conversion c JOIN ours o ON o.oid = c.connamespace
UNION ALL SELECT format('cast (%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)), 'definition',
         format('%s %s', c.castcontext, coalesce(nullif(c.castfunc, 0)::regprocedure::text, c.castmethod::text))
  FROM pg_cast c WHERE c.oid >= 16384 AND ('pg_cast'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('extension %I', e.extname), 'schema', n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
UNION ALL SELECT format('extension %I', e.extname), 'version', e.extversion FROM pg_extension e
UNION ALL SELECT format('event trigger %I', t.evtname), 'definition',
         format('%s %s %s %s', t.evtevent, t.evtfoid::regproc, t.evtenabled, coalesce(array_to_string(t.evttags, ', '), ''))
  FROM pg_event_trigger t WHERE t.evtname !~ '^awsdms' AND ('pg_event_trigger'::regclass, t.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('server %I', s.srvname), 'definition', w.fdwname || ' ' || array_to_string(ARRAY(SELECT unnest(s.srvoptions) ORDER BY 1), ', ')
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE ('pg_foreign_server'::regclass, s.oid) NOT IN (SELECT classid, objid FROM owned)
UNION ALL SELECT format('user mapping for %I on %I', m.usename, m.srvname), 'made', 'yes' FROM pg_user_mappings m
UNION ALL SELECT format('publication %I', p.pubname), 'definition',
         format('all tables %s, insert %s, update %s, delete %s, truncate %s, via root %s', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, to_jsonb(p) ->> 'pubviaroot')
  FROM pg_publication p WHERE p.pubname !~ '^(awsdms|sandbox)'
UNION ALL SELECT format('publication %I', t.pubname), 'tables', string_agg(format('%I.%I', t.schemaname, t.tablename), ', ' ORDER BY t.schemaname, t.tablename)
  FROM pg_publication_tables t JOIN pg_publication p ON p.pubname = t.pubname WHERE NOT p.puballtables AND t.pubname !~ '^(awsdms|sandbox)' GROUP BY t.pubname
UNION ALL SELECT format('large object %s', m.oid), 'made', 'yes' FROM pg_largeobject_metadata m
) AS found WHERE value IS NOT NULL
