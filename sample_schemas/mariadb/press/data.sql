-- Deterministic data for schema.sql. @scale is set before; 1.0 is about 200,000 rows in all. Run by the owner.
-- Written so that MySQL understands it too.
SET NAMES utf8mb4 COLLATE utf8mb4_unicode_520_ci;
SET SESSION time_zone = '+00:00';
SET @scale = coalesce(@scale, '1.0') + 0.0;
SET @authors = greatest(20, round(2000 * @scale)), @articles = greatest(60, round(15000 * @scale)),
    @comments = greatest(60, round(60000 * @scale)), @subscriptions = greatest(40, round(20000 * @scale)),
    @invoices = greatest(40, round(30000 * @scale)), @clippings = greatest(10, round(3000 * @scale)),
    @revisions = greatest(40, round(10000 * @scale));

CREATE TEMPORARY TABLE digits (d int NOT NULL PRIMARY KEY) ENGINE=InnoDB
SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9;
-- A temporary table can stand only once in a query.
CREATE TEMPORARY TABLE tens (d int NOT NULL PRIMARY KEY) ENGINE=InnoDB SELECT d FROM digits;
CREATE TEMPORARY TABLE hundreds (n int NOT NULL PRIMARY KEY) ENGINE=InnoDB
SELECT tens.d * 10 + digits.d AS n FROM digits CROSS JOIN tens;
CREATE TEMPORARY TABLE thousands (n int NOT NULL PRIMARY KEY) ENGINE=InnoDB
SELECT hundreds.n * 10 + digits.d AS n FROM hundreds CROSS JOIN digits;
CREATE TEMPORARY TABLE numbers (n int NOT NULL PRIMARY KEY) ENGINE=InnoDB
SELECT hundreds.n * 1000 + thousands.n + 1 AS n FROM hundreds CROSS JOIN thousands
WHERE hundreds.n * 1000 < greatest(1000, @comments);

START TRANSACTION;

INSERT INTO authors (id, pen_name, joined_on, active, last_login_from)
SELECT n, concat(elt(1 + n % 6, 'Ada', 'Zoë', 'Łukasz', '伊藤', 'O''Neil', 'Émile'), ' ', n), date '2000-01-01' + INTERVAL n DAY, n % 7 <> 0,
       CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN concat('2001:db8::', hex(n)) WHEN 2 THEN concat('::ffff:192.0.2.', n % 256) ELSE '::1' END
FROM numbers WHERE n <= @authors;

INSERT INTO issues (id, number, published_on, sections, circulation)
SELECT n, 5000 + n, date '2025-01-01' + INTERVAL n DAY, elt(1 + n % 3, 'news', 'news,arts', 'news,sports,weather'), 1000 * n FROM numbers WHERE n <= 400;

-- One in ten is a draft; those the event forgets.
INSERT INTO articles (id, author_id, issue_id, slug, headline, body, minutes, state, metadata, published_at, updated_at)
SELECT concat(lpad(hex(n), 8, '0'), '-0000-4000-8000-', left(sha2(concat('article ', n), 256), 12)), 1 + n * 31 % @authors,
       CASE WHEN n % 10 > 0 THEN 1 + n % 400 END, concat('Archive-', lpad(n, 6, '0')),
       concat(elt(1 + n % 4, 'Großes Feuer', 'L''été à Paris', 'Żółw na drodze', '津波警報 🌊'), ' №', n),
       CASE WHEN n % 40 = 0 THEN repeat(concat('Paragraph of ', n, ' — “quoted”, \\ and ''more''.\n'), 400)
            WHEN n % 9 > 0 THEN concat('Text of ', n, ':\n\t"', n, '"') END,
       1 + n % 7, CASE WHEN n % 10 = 0 THEN 'draft' ELSE 'published' END,
       CASE WHEN n % 6 > 0 THEN json_object('words', n % 900, 'tags', json_array('news', n % 9), 'note', NULL, 'rank', n / 8) END,
       CASE WHEN n % 10 > 0 THEN timestamp '2025-01-01 06:00:00.000001' + INTERVAL n MINUTE END,
       timestamp '2026-01-01 00:00:00.5' + INTERVAL n SECOND
FROM numbers WHERE n <= @articles;

-- By the trigger one row of article_revisions each.
UPDATE articles SET revision = revision + 1, updated_at = updated_at + INTERVAL 1 DAY
WHERE slug <= concat('Archive-', lpad(@revisions, 6, '0')) ORDER BY slug;

-- By the trigger each is counted; none is about a draft.
INSERT INTO comments (id, article_id, parent_id, from_address, body, written_at)
SELECT concat(lpad(hex(n), 8, '0'), '-0000-4000-9000-', left(sha2(concat('comment ', n), 256), 12)),
       concat(lpad(hex(about), 8, '0'), '-0000-4000-8000-', left(sha2(concat('article ', about), 256), 12)), NULL,
       CASE WHEN n % 3 > 0 THEN concat('2001:db8:', hex(1 + n % 65000), '::', hex(1 + n % 999)) ELSE concat('::ffff:198.51.100.', n % 256) END,
       concat('Comment ', n, ': ', elt(1 + n % 4, 'très bien', 'schön', 'так себе', 'よい 👍')), timestamp '2026-02-01 00:00:00' + INTERVAL n * 7 SECOND
FROM (SELECT n, (1 + n * 7 % @articles) - ((1 + n * 7 % @articles) % 10 = 0) AS about FROM numbers WHERE n <= @comments) AS numbered
ORDER BY about, n;
UPDATE comments JOIN numbers ON n % 5 = 0 AND comments.id = concat(lpad(hex(n), 8, '0'), '-0000-4000-9000-', left(sha2(concat('comment ', n), 256), 12))
SET parent_id = concat(lpad(hex(n - 1), 8, '0'), '-0000-4000-9000-', left(sha2(concat('comment ', n - 1), 256), 12))
WHERE n <= @comments;

INSERT INTO subscriptions (reader_email, plan, delivery_days, price, starts_on)
SELECT concat('Reader.', n, '@', elt(1 + n % 3, 'example.org', 'Example.COM', 'münchen.example')), 1 + n % 3,
       elt(1 + n % 3, 'mon,tue,wed,thu,fri,sat', 'sat,sun', ''), 10 + (n % 300) / 10, date '2020-01-01' + INTERVAL n % 2000 DAY
FROM numbers WHERE n <= @subscriptions;

-- Numbers by the sequence; readers are named as the accountants typed them.
INSERT INTO invoices (reader_email, amount, billed_on)
SELECT concat(elt(1 + n % 2, 'Reader.', 'READER.'), 1 + n % @subscriptions, '@', elt(1 + (1 + n % @subscriptions) % 3, 'example.org', 'Example.COM', 'münchen.example')),
       10 + (n % 300) / 10, date '2025-01-01' + INTERVAL n % 600 DAY
FROM numbers WHERE n <= @invoices;

INSERT INTO ad_rates (placement, width, price)
SELECT concat('page ', n % 30), 1 + n DIV 30, 100 + n / 4 FROM numbers WHERE n <= 300;

INSERT INTO activity (event_id, kind, subject, happened_at) SELECT id, 'comment', id, written_at FROM comments;

COMMIT;

-- The history of the rates.
UPDATE ad_rates SET price = price * 1.1 WHERE width <= 5;

INSERT INTO clippings (clipped_on, scan, caption)
SELECT date '1970-01-01' + INTERVAL n DAY, CASE WHEN n % 4 > 0 THEN unhex(sha2(n, 256)) END, concat('Clipping n° ', n, ', £', n) FROM numbers WHERE n <= @clippings;

DROP TEMPORARY TABLE digits, tens, hundreds, thousands, numbers;
ANALYZE TABLE authors, issues, articles, article_revisions, comments, subscriptions, invoices, ad_rates, clippings, activity;
