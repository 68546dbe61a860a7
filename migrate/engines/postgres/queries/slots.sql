-- Replication slots with the WAL that they keep.
SELECT s.slot_name::text, s.slot_type = 'logical', s.active, to_jsonb(s) ->> 'wal_status',
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       s.restart_lsn)::bigint
  FROM pg_replication_slots s
 WHERE NOT (to_jsonb(s) ->> 'temporary')::boolean
 ORDER BY 1
