-- Constraints of tables; NOT NULL ones are a column's property.  $1 oids of the tables
SELECT k.conrelid, k.conname::text, k.contype::text,
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number ORDER BY p.place),
       fn.nspname::text, f.relname::text, k.condeferrable, k.convalidated,
       coalesce(to_jsonb(k) ->> 'conparentid', '0') <> '0' OR k.coninhcount > 0,
       pg_get_constraintdef(k.oid)
  FROM pg_constraint k
  LEFT JOIN pg_class f ON f.oid = k.confrelid
  LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
 WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('p', 'u', 'f', 'c', 'x')
 ORDER BY k.conrelid, k.conname
