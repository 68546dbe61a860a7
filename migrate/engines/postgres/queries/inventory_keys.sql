-- What hangs on a table: keys, indexes, triggers, policies, rules, statistics: object, aspect, value.  $1 schemas,
-- $2 roles with $3 what the other side calls them, empty for one that it has not
WITH ours AS MATERIALIZED (
  SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), keys AS MATERIALIZED (
  SELECT k.*, format('constraint %I on %s', k.conname, o.name) AS object FROM pg_constraint k JOIN ours o ON o.oid = k.conrelid
   WHERE k.contype IN ('p', 'u', 'f', 'c', 'x', 't')
), found_indexes AS MATERIALIZED (
  SELECT i.*, format('index %s', i.indexrelid::regclass) AS object FROM pg_index i JOIN ours o ON o.oid = i.indrelid
), found_triggers AS MATERIALIZED (
  SELECT t.*, format('trigger %I on %s', t.tgname, o.name) AS object FROM pg_trigger t JOIN ours o ON o.oid = t.tgrelid WHERE NOT t.tgisinternal
)
SELECT * FROM (
SELECT object, 'definition' AS aspect, CASE WHEN contype = 't' THEN 'trigger' ELSE pg_get_constraintdef(oid) END AS value FROM keys
UNION ALL SELECT object, 'validity', CASE WHEN NOT convalidated THEN 'not valid' END FROM keys
UNION ALL SELECT object, 'inherited', CASE WHEN NOT conislocal THEN 'yes' END FROM keys
UNION ALL SELECT format('constraint %I on domain %s', k.conname, k.contypid::regtype), 'definition', pg_get_constraintdef(k.oid)
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
 WHERE k.contypid <> 0 AND n.nspname = ANY ($1::text[]) AND k.contype = 'c'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = k.contypid AND d.deptype = 'e')
UNION ALL SELECT object, 'definition', pg_get_indexdef(indexrelid) FROM found_indexes
UNION ALL SELECT object, 'validity', CASE WHEN NOT indisvalid THEN 'invalid' END FROM found_indexes
UNION ALL SELECT object, 'cluster', CASE WHEN indisclustered THEN 'on' END FROM found_indexes
UNION ALL SELECT object, 'replica identity', CASE WHEN indisreplident THEN 'yes' END FROM found_indexes
UNION ALL SELECT f.object, 'statistics targets', string_agg(a.attnum || ': ' || (to_jsonb(a) ->> 'attstattarget'), ', ' ORDER BY a.attnum)
  FROM found_indexes f JOIN pg_attribute a ON a.attrelid = f.indexrelid AND (to_jsonb(a) ->> 'attstattarget')::int >= 0 GROUP BY f.object
UNION ALL SELECT f.object, 'attached to', i.inhparent::regclass::text FROM found_indexes f JOIN pg_inherits i ON i.inhrelid = f.indexrelid
UNION ALL SELECT object, 'definition', pg_get_triggerdef(oid) FROM found_triggers
UNION ALL SELECT object, 'enabled', CASE tgenabled WHEN 'D' THEN 'disabled' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'origin' END FROM found_triggers
UNION ALL SELECT format('policy %I on %s', p.polname, o.name), 'definition',
         format('%s for %s to %s using %s with check %s', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, p.polcmd,
                w.whom,
                pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p JOIN ours o ON o.oid = p.polrelid
  JOIN LATERAL (SELECT string_agg(name, ', ' ORDER BY name) AS whom
                  FROM (SELECT CASE WHEN r = 0 THEN 'public' ELSE coalesce(m.there, pg_get_userbyid(r)::text) END AS name
                          FROM unnest(p.polroles) r LEFT JOIN unnest($2::text[], $3::text[]) AS m(here, there)
                            ON r <> 0 AND m.here = pg_get_userbyid(r)) n WHERE name <> '') w ON w.whom IS NOT NULL
UNION ALL SELECT format('rule %I on %s', r.rulename, o.name), 'definition', pg_get_ruledef(r.oid)
  FROM pg_rewrite r JOIN ours o ON o.oid = r.ev_class WHERE r.rulename <> '_RETURN'
UNION ALL SELECT format('rule %I on %s', r.rulename, o.name), 'enabled', r.ev_enabled::text
  FROM pg_rewrite r JOIN ours o ON o.oid = r.ev_class WHERE r.rulename <> '_RETURN'
UNION ALL SELECT format('statistics %I.%I', n.nspname, s.stxname), 'definition', pg_get_statisticsobjdef(s.oid)
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE n.nspname = ANY ($1::text[])
UNION ALL SELECT format('statistics %I.%I', n.nspname, s.stxname), 'statistics target', v
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace, LATERAL (SELECT to_jsonb(s) ->> 'stxstattarget' AS v) t
 WHERE n.nspname = ANY ($1::text[]) AND v <> '-1'
) AS found WHERE value IS NOT NULL
