-- Deterministic data for schema.sql. @scale is set before; 1.0 is about 200,000 rows in all. Run by the owner.
-- No recursive query: MySQL 5.7 has none.
SET NAMES utf8mb4;
SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00';
SET @scale = coalesce(@scale, '1.0') + 0.0;
SET @customers = greatest(40, round(15000 * @scale)), @products = greatest(40, round(4000 * @scale)),
    @orders = greatest(40, round(25000 * @scale)), @payments = greatest(20, round(15000 * @scale)),
    @reviews = greatest(20, round(18000 * @scale)), @carts = greatest(20, round(4000 * @scale)),
    @sessions = greatest(10, round(2000 * @scale));

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
WHERE hundreds.n * 1000 < greatest(1000, @orders);

START TRANSACTION;

INSERT INTO postal_codes (country, code, town)
SELECT elt(1 + n % 4, 'DE', 'FR', 'PL', 'SE'), lpad(n, 5, '0'), concat(elt(1 + n % 4, 'Köln', 'Besançon', 'Łódź', 'Malmö'), ' ', n)
FROM numbers WHERE n <= 1000;

INSERT INTO categories (id, parent_id, name, position)
SELECT n, CASE WHEN n > 8 THEN 1 + n % 8 END, concat(elt(1 + n % 5, 'Bücher', 'Jeux', 'Ogród', 'Kök', 'O''Toys'), ' ', n), n % 100
FROM numbers WHERE n <= 60;

INSERT INTO customers (id, email, full_name, interests, born_on, newsletter, registered_at)
SELECT n, concat('Customer.', n, '@', elt(1 + n % 3, 'example.org', 'Example.COM', 'mail.example.net')),
       concat(elt(1 + n % 6, 'Ada', 'Zoë', 'Łukasz', '伊藤', 'O''Neil', 'Émile'), ' ', elt(1 + n % 5, 'Müller', 'Nowak', 'd''Arc', '😀 Lund', 'Ångström'), ' ', n),
       elt(1 + n % 5, '', 'books', 'books,toys', 'garden,kitchen', 'games'),
       CASE WHEN n % 9 > 0 THEN date '1950-01-01' + INTERVAL n * 37 % 20000 DAY END, n % 2,
       timestamp '2019-01-01 00:00:00.000001' + INTERVAL n * 1237 SECOND
FROM numbers WHERE n <= @customers;

INSERT INTO addresses (customer_id, street, country, postal_code)
SELECT n, concat('Straße "', n % 300, '" \\ 1'), elt(1 + (1 + n % 1000) % 4, 'DE', 'FR', 'PL', 'SE'), lpad(1 + n % 1000, 5, '0')
FROM numbers WHERE n <= @customers;

INSERT INTO products (id, sku, category_id, title, description, price, attributes, weight, discontinued_on)
SELECT n, concat('Sku-', lpad(n, 6, '0')), 1 + n % 60, concat('Article №', n, elt(1 + n % 4, ' red', ' grün', ' bleu', ' żółty')),
       CASE WHEN n % 50 = 0 THEN repeat(concat('Line ', n, ' of a long text.\n'), 200)
            ELSE concat('What ', n, ' is:\n\tuseful; "quoted" \\ back-slashed, ''single''') END,
       1 + (n * 7919 % 25000) / 100,
       CASE WHEN n % 6 > 0 THEN json_object('pages', n % 90, 'tags', json_array('new', n % 9), 'sold', n % 2 = 0, 'note', NULL, 'weight', n / 8) END,
       CASE WHEN n % 5 > 0 THEN n / 7 END, CASE WHEN n % 20 = 0 THEN date '2025-01-01' + INTERVAL n % 300 DAY ELSE '0000-00-00' END
FROM numbers WHERE n <= @products;

-- By the trigger one row of price_history each.
UPDATE products SET price = price + 1, revision = revision + 1 ORDER BY id;

INSERT INTO stock (product_id, warehouse, received, on_hand, changed_at)
SELECT n, 'MAI', 1000000, 1000000, timestamp '2026-01-01 00:00:00' + INTERVAL n SECOND FROM numbers WHERE n <= @products;
INSERT INTO stock (product_id, warehouse, received, on_hand, changed_at)
SELECT n, 'OLD', n % 50, n % 50, timestamp '2026-01-01 00:00:00' + INTERVAL n SECOND FROM numbers WHERE n <= @products;

INSERT INTO deliveries (id, product_id, warehouse, quantity, arrived_at)
SELECT unhex(left(sha2(concat('delivery ', n), 256), 32)), n, 'MAI', 1000000, timestamp '2025-01-01 00:00:00' FROM numbers WHERE n <= @products;
INSERT INTO deliveries (id, product_id, warehouse, quantity, arrived_at)
SELECT unhex(left(sha2(concat('old delivery ', n), 256), 32)), n, 'OLD', n % 50, timestamp '2020-01-01 00:00:00' FROM numbers WHERE n <= @products;

INSERT INTO coupons (code, discount, valid_from, valid_until)
SELECT concat(elt(1 + n % 4, 'Spring', 'SUMMER', 'autumn', 'Wînter'), '-', lpad(n, 3, '0')), 1 + n % 4, date '2020-01-01' + INTERVAL n DAY,
       CASE WHEN n % 3 > 0 THEN '0000-00-00' ELSE date '2030-01-01' + INTERVAL n DAY END
FROM numbers WHERE n <= 100;

INSERT INTO orders (id, reference, customer_id, coupon_code, status, flags, discount, total, placed_at, changed_at)
SELECT n, unhex(left(sha2(concat('order ', n), 256), 32)), 1 + n * 31 % @customers, coupons.code,
       CASE WHEN n > @payments THEN 'open' WHEN n % 3 = 0 THEN 'shipped' ELSE 'paid' END, n % 256, coalesce(coupons.discount, 0),
       (1 + n % 5) * (1 + (n * 7919 % 25000) / 100) + 2 * (1 + (n * 104729 % 25000) / 100) - coalesce(coupons.discount, 0),
       timestamp '2024-01-01 00:00:00.5' + INTERVAL n * 61 SECOND, timestamp '2026-01-01 00:00:00.25' + INTERVAL n SECOND
FROM numbers
LEFT JOIN coupons ON n % 10 = 0 AND coupons.code = concat(elt(1 + (1 + n % 100) % 4, 'Spring', 'Summer', 'Autumn', 'Wînter'), '-', lpad(1 + n % 100, 3, '0'))
WHERE n <= @orders;

UPDATE coupons JOIN (SELECT coupon_code, count(*) AS times FROM orders GROUP BY coupon_code) AS orders ON orders.coupon_code = coupons.code
SET coupons.used = orders.times;

-- By the trigger each takes from the stock.
INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price)
SELECT n, 1, 1 + n % @products, 1 + n % 5, 1 + (n * 7919 % 25000) / 100 FROM numbers WHERE n <= @orders;
INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price)
SELECT n, 2, 1 + (n + 1 + n % 13) % @products, 2, 1 + (n * 104729 % 25000) / 100 FROM numbers WHERE n <= @orders;

INSERT INTO payments (id, order_id, method, amount, paid_at)
SELECT unhex(left(sha2(concat('payment ', id), 256), 32)), id, elt(1 + id % 3, 'card', 'invoice', 'gift card'), total, placed_at + INTERVAL 90000001 MICROSECOND
FROM orders WHERE id <= @payments;

INSERT INTO carts (id, customer_id, touched_at)
SELECT unhex(left(sha2(concat('cart ', n), 256), 32)), CASE WHEN n % 4 > 0 THEN 1 + n % @customers END, timestamp '2024-06-01 00:00:00' + INTERVAL n MINUTE
FROM numbers WHERE n <= @carts;
INSERT INTO cart_items (cart_id, product_id, quantity)
SELECT unhex(left(sha2(concat('cart ', n), 256), 32)), 1 + n % @products, 1 + n % 3 FROM numbers WHERE n <= @carts;

INSERT INTO reviews (id, product_id, customer_id, rating, body, written_at)
SELECT unhex(left(sha2(concat('review ', n), 256), 32)), 1 + n * 17 % @products, CASE WHEN n % 8 > 0 THEN 1 + n % @customers END, 1 + n % 5,
       concat('Review ', n, ': ', elt(1 + n % 4, 'très bien', 'schön', 'так себе', 'よい 👍')), timestamp '2025-01-01 00:00:00' + INTERVAL n * 17 SECOND
FROM numbers WHERE n <= @reviews;

INSERT INTO `Gift Cards` (`Key`, `Display Name`, `Group`, `rank`, balance)
SELECT concat('GC-', lpad(n, 5, '0')), concat('Card "', n, '" — für dich'), elt(1 + n % 3, 'none', 'birthday', 'wedding'), n % 10, 10 * (1 + n % 10)
FROM numbers WHERE n <= 200;

INSERT INTO event_log (event_id, kind, subject, happened_at)
SELECT reference, 'order', id, placed_at FROM orders;

COMMIT;

INSERT INTO legacy_sessions (session_id, payload, expires_at)
SELECT left(sha2(concat('session ', n), 256), 32), unhex(sha2(n, 256)), CASE WHEN n % 2 THEN timestamp '2015-01-01 00:00:00' + INTERVAL n MINUTE ELSE '0000-00-00 00:00:00' END
FROM numbers WHERE n <= @sessions;

DROP TEMPORARY TABLE digits, tens, hundreds, thousands, numbers;
ANALYZE TABLE postal_codes, categories, customers, addresses, products, price_history, stock, deliveries, coupons, orders, order_items, payments,
              carts, cart_items, reviews, `Gift Cards`, legacy_sessions, event_log;
