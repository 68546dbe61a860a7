-- What these collations sort by; the database's own stands for the default one. Columns differ by version: 10 to 14
-- know no other provider for a database, 15 and 16 name its locale daticulocale, 17 and later datlocale.
-- $1 OIDs of collations, $2 version of the database's own collation where the server knows it
WITH here AS (
  SELECT d.datcollate::text AS libc, to_jsonb(d) AS facts FROM pg_database d WHERE d.datname = current_database()
)
SELECT c.oid::bigint,
       p.provider,
       CASE WHEN c.collprovider = 'd'
            THEN CASE WHEN p.provider = 'c' THEN here.libc
                      ELSE coalesce(here.facts ->> 'datlocale', here.facts ->> 'daticulocale') END
            ELSE CASE WHEN p.provider = 'c' THEN to_jsonb(c) ->> 'collcollate'
                      ELSE coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale',
                                    to_jsonb(c) ->> 'collcollate') END
       END,
       coalesce(CASE WHEN c.collprovider = 'd' THEN $2::text ELSE pg_collation_actual_version(c.oid) END,
                -- before 15 there is none for the database; but libc has one version for all its locales
                (SELECT pg_collation_actual_version(o.oid) FROM pg_collation o
                  WHERE c.collprovider = 'd' AND p.provider = 'c' AND here.libc NOT LIKE 'C%'
                    AND o.collprovider = 'c' AND o.collcollate NOT LIKE 'C%' AND o.collcollate <> 'POSIX' LIMIT 1)),
       coalesce((to_jsonb(c) ->> 'collisdeterministic')::boolean, true),
       CASE WHEN c.collprovider = 'd' THEN here.facts ->> 'daticurules' ELSE to_jsonb(c) ->> 'collicurules' END,
       current_setting('server_encoding')
  FROM pg_collation c
  CROSS JOIN here
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.collprovider = 'd' THEN coalesce(here.facts ->> 'datlocprovider', 'c') ELSE c.collprovider::text END
  ) AS p(provider)
 WHERE c.oid = ANY ($1::bigint[]::oid[])
