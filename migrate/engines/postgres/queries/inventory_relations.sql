-- Relations and their columns: object, aspect, value. No value is NULL.  $1 schemas
WITH ours AS MATERIALIZED (
  SELECT c.*, n.nspname, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                   WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'table' END || ' ' || format('%I.%I', n.nspname, c.relname) AS object
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't'
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), fields AS MATERIALIZED (
  SELECT a.*, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place, t.typstorage, t.typcollation,
         'column ' || format('%I.%I.%I', o.nspname, o.relname, a.attname) AS object
    FROM pg_attribute a JOIN ours o ON o.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attnum > 0 AND NOT a.attisdropped AND o.relkind <> 'S'
)
SELECT * FROM (
SELECT object, 'persistence' AS aspect, CASE relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS value FROM ours WHERE relkind <> 'c'
UNION ALL SELECT object, 'options', (SELECT string_agg(x, ', ' ORDER BY x) FROM unnest(reloptions) x) FROM ours
UNION ALL SELECT o.object, 'options of TOAST', (SELECT string_agg(x, ', ' ORDER BY x) FROM unnest(t.reloptions) x)
  FROM ours o JOIN pg_class t ON t.oid = o.reltoastrelid
UNION ALL SELECT object, 'partitioned by', pg_get_partkeydef(oid) FROM ours WHERE relkind = 'p'
UNION ALL SELECT object, 'partition', pg_get_expr(relpartbound, oid) FROM ours WHERE relispartition
UNION ALL SELECT o.object, 'parents', string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
  FROM ours o JOIN pg_inherits i ON i.inhrelid = o.oid GROUP BY o.object
UNION ALL SELECT object, 'of type', reloftype::regtype::text FROM ours WHERE reloftype <> 0
UNION ALL SELECT object, 'replica identity', relreplident::text FROM ours WHERE relkind IN ('r', 'p') AND relreplident NOT IN ('d', 'n')
UNION ALL SELECT object, 'row security', 'enabled' FROM ours WHERE relrowsecurity
UNION ALL SELECT object, 'row security of the owner', 'forced' FROM ours WHERE relforcerowsecurity
UNION ALL SELECT o.object, 'access method', m.amname FROM ours o JOIN pg_am m ON m.oid = o.relam WHERE o.relkind IN ('r', 'm') AND m.amname <> 'heap'
UNION ALL SELECT object, 'definition', pg_get_viewdef(oid) FROM ours WHERE relkind IN ('v', 'm')
UNION ALL SELECT object, 'rows', 'not populated' FROM ours WHERE relkind = 'm' AND NOT relispopulated
UNION ALL SELECT o.object, 'foreign server', s.srvname || coalesce(' ' || array_to_string(ARRAY(SELECT unnest(f.ftoptions) ORDER BY 1), ', '), '')
  FROM ours o JOIN pg_foreign_table f ON f.ftrelid = o.oid JOIN pg_foreign_server s ON s.oid = f.ftserver
UNION ALL SELECT o.object, 'numbers', format('%s from %s by %s, %s to %s, cache %s%s', s.seqtypid::regtype, s.seqstart, s.seqincrement,
         s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN ', cycle' ELSE '' END)
  FROM ours o JOIN pg_sequence s ON s.seqrelid = o.oid
UNION ALL SELECT o.object, 'owned by', format('%s.%I', d.refobjid::regclass, a.attname)
  FROM ours o JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.refclassid = 'pg_class'::regclass
   AND d.deptype IN ('a', 'i') JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE o.relkind = 'S'
UNION ALL SELECT o.object, 'columns', string_agg(format('%I', f.attname), ', ' ORDER BY f.place)
  FROM ours o JOIN fields f ON f.attrelid = o.oid GROUP BY o.object
UNION ALL SELECT object, 'type', format_type(atttypid, atttypmod) FROM fields
UNION ALL SELECT object, 'nullability', 'not null' FROM fields WHERE attnotnull
UNION ALL SELECT f.object, CASE WHEN f.attgenerated = '' THEN 'default' ELSE 'generated' END,
         pg_get_expr(d.adbin, d.adrelid) || CASE f.attgenerated::text WHEN 's' THEN ' stored' WHEN 'v' THEN ' virtual' ELSE '' END
  FROM fields f JOIN pg_attrdef d ON d.adrelid = f.attrelid AND d.adnum = f.attnum
UNION ALL SELECT object, 'identity', CASE attidentity WHEN 'a' THEN 'always' ELSE 'by default' END FROM fields WHERE attidentity <> ''
UNION ALL SELECT f.object, 'collation', f.attcollation::regcollation::text FROM fields f WHERE f.attcollation <> 0 AND f.attcollation <> f.typcollation
UNION ALL SELECT object, 'storage', attstorage::text FROM fields WHERE attstorage <> typstorage
UNION ALL SELECT object, 'compression', v FROM (SELECT object, to_jsonb(f) ->> 'attcompression' AS v FROM fields f) s WHERE v <> ''
UNION ALL SELECT object, 'statistics target', v FROM (SELECT object, to_jsonb(f) ->> 'attstattarget' AS v FROM fields f) s WHERE v <> '-1'
UNION ALL SELECT object, 'options', array_to_string(ARRAY(SELECT unnest(attoptions) ORDER BY 1), ', ') FROM fields WHERE attoptions IS NOT NULL
UNION ALL SELECT object, 'inherited', 'yes' FROM fields WHERE attinhcount > 0 AND attislocal IS FALSE
) AS found WHERE value IS NOT NULL
