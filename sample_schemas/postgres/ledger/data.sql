-- Deterministic data for schema.sql. psql variable: scale; 1.0 is about 200,000 rows in all. Run by the owner role.
\set ON_ERROR_STOP on
\if :{?scale}
\else
  \set scale 1.0
\endif
SELECT greatest(20, round(12000 * :scale))::int AS customers, greatest(40, round(15000 * :scale))::int AS accounts,
       greatest(50, round(30000 * :scale))::int AS transfers, greatest(10, round(4000 * :scale))::int AS holds,
       greatest(10, round(4000 * :scale))::int AS documents, greatest(12, round(30000 * :scale))::int AS statements
\gset

BEGIN;

INSERT INTO ledger.currencies (code, title, digits)
VALUES ('EUR', 'euro', 2), ('USD', 'US dollar', 2), ('GBP', 'pound sterling', 2), ('CHF', 'Swiss franc', 2),
       ('SEK', 'Swedish krona', 2), ('JPY', 'yen', 0);

INSERT INTO ledger."Branch Office" ("Display Name", "openSince", "Postal""Code")
SELECT 'Branch "' || n || '" — Süd', date '1990-01-01' + n * 41, CASE WHEN n % 7 > 0 THEN lpad((n * 137 % 99999)::text, 5, '0') END
FROM generate_series(1, 200) AS n;

INSERT INTO ledger.customers (given_name, family_name, email, "branchNo", registered_at, active, labels)
SELECT (ARRAY['Ada', 'Grace', 'Edsger', 'Zoë', 'Łukasz', '伊藤', 'O''Neil', 'Barbara'])[1 + n % 8],
       (ARRAY['Lovelace', 'Hopper', 'Dijkstra', 'Müller', 'Nowak', '健', 'Liskov'])[1 + n % 7] || ' ' || n,
       'customer.' || n || '@Example.org', 1 + n % 200, timestamptz '2020-01-01 00:00:00+00' + n * interval '37 minutes',
       n % 11 <> 0, CASE n % 3 WHEN 0 THEN '{}'::text[] WHEN 1 THEN ARRAY['retail'] ELSE ARRAY['retail', 'a "quoted", label'] END
FROM generate_series(1, :customers) AS n;

INSERT INTO ledger.accounts (iban, customer_id, currency, opening_balance, balance, changed_at)
SELECT 'XX' || lpad((n % 97)::text, 2, '0') || lpad(n::text, 18, '0'), 1 + n % :customers,
       (ARRAY['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'JPY'])[1 + n % 6], 100000 + n % 5000, 100000 + n % 5000,
       timestamptz '2026-01-01 00:00:00+00'
FROM generate_series(1, :accounts) AS n;

INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, purpose)
SELECT md5('transfer ' || n)::uuid, 1 + n % :accounts, 1 + (n + 1 + n % 13) % :accounts, 1 + (n * 7919 % 25000) / 100.0,
       CASE WHEN n % 5 > 0 THEN 'invoice ' || n END
FROM generate_series(1, :transfers) AS n;

INSERT INTO ledger.entries (transfer_id, account_id, amount, booked_at)
SELECT transfers.id, side.account, side.amount, timestamptz '2026-01-01 00:00:00+00' + number * interval '3 seconds'
FROM ledger.transfers, LATERAL (VALUES (debit_account, -amount), (credit_account, amount)) AS side (account, amount)
ORDER BY number, side.account;

UPDATE ledger.accounts
SET balance = opening_balance + booked.amount, version = booked.entries
FROM (SELECT account_id, sum(amount) AS amount, count(*) AS entries FROM ledger.entries GROUP BY account_id) AS booked
WHERE booked.account_id = accounts.id;

INSERT INTO ledger.holds (id, account_id, amount, state, expires_at)
SELECT md5('hold ' || n)::uuid, 1 + n * 31 % :accounts, 5 + n % 400, (ARRAY['open', 'extended', 'settled'])[1 + n % 3]::ledger.hold_state,
       CASE WHEN n % 4 > 0 THEN timestamptz '2027-01-01 00:00:00+00' + n * interval '11 minutes' END
FROM generate_series(1, :holds) AS n;

INSERT INTO ledger.documents (path, title, body, attributes, scan)
SELECT 'archive/' || lpad((n % 12 + 1)::text, 2, '0') || '/' || lpad(n::text, 6, '0'), 'Contract №' || n,
       CASE WHEN n % 20 = 0
            THEN (SELECT string_agg(md5(n || ' ' || part), E'\n') FROM generate_series(1, 120) AS part)
            ELSE 'Terms of contract ' || n || E':\n\tnone; "quoted" \\ back-slashed' END,
       jsonb_build_object('pages', n % 90, 'tags', jsonb_build_array('contract', n % 9), 'signed', n % 2 = 0, 'note', NULL),
       CASE WHEN n % 10 = 0 THEN decode(repeat(md5('scan ' || n), 4), 'hex') END
FROM generate_series(1, :documents) AS n;

INSERT INTO ledger.statements (id, account_id, issued_on, closing_balance)
SELECT md5('statement ' || n)::uuid, 1 + n % :accounts, date '2026-01-01' + n % 365, 1000 + n % 700 - 350
FROM generate_series(1, :statements) AS n;

INSERT INTO ledger.exchange_rates (currency, valid_on, rate)
SELECT code, date '2026-01-01' + n, 1 + (n * length(title) % 173) / 170.0
FROM ledger.currencies, generate_series(0, 364) AS n WHERE code <> 'EUR';

INSERT INTO ledger.event_log (event_id, kind, subject, happened_at)
SELECT id, 'transfer', number::text, timestamptz '2026-01-01 00:00:00+00' + number * interval '3 seconds'
FROM ledger.transfers
UNION ALL
SELECT id, 'hold', number::text, timestamptz '2026-02-01 00:00:00+00' FROM ledger.holds
UNION ALL
SELECT md5(path)::uuid, 'document', path, timestamptz '2026-03-01 00:00:00+00' FROM ledger.documents;

COMMIT;

REFRESH MATERIALIZED VIEW ledger.branch_turnover;
ANALYZE ledger.currencies, ledger."Branch Office", ledger.customers, ledger.accounts, ledger.transfers, ledger.entries,
        ledger.holds, ledger.documents, ledger.document_revisions, ledger.statements, ledger.exchange_rates, ledger.event_log;
