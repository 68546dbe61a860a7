-- One of everything that a database of the MySQL family may hold; a blank line ends a statement.
-- {app} is an account, {owner} another one that defines code, {role} a role, {schema} the database.

ALTER DATABASE {schema} CHARACTER SET latin1 COLLATE latin1_german1_ci

CREATE TABLE customer (id int unsigned NOT NULL AUTO_INCREMENT, email varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'where; `to` \\ ''write''', name varchar(40) NOT NULL DEFAULT 'it''s; $$ "x"', kind enum('a,b','c''d)') DEFAULT NULL, flags set('x','y.z') NOT NULL DEFAULT 'x', born date NOT NULL DEFAULT '2000-01-01', price decimal(10,2) NOT NULL DEFAULT 1.50, bits bit(3) DEFAULT b'101', raw varbinary(8) DEFAULT 'ab', at timestamp(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3), since datetime NOT NULL DEFAULT current_timestamp, whole varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci GENERATED ALWAYS AS (concat(name, ' (', kind, ')')) STORED, double_price decimal(10,2) GENERATED ALWAYS AS (price * 2) VIRTUAL COMMENT 'twice', tiny tinyint(1) NOT NULL DEFAULT 0, big bigint unsigned zerofill, f float, g double(8,2), y year, t time(6), doc text, PRIMARY KEY (id), UNIQUE KEY by_email (email) COMMENT 'a key', KEY by_name (name(10), price), FULLTEXT KEY words (name), CONSTRAINT positive CHECK (price >= 0 AND (name <> 'x''y' OR price < 10))) ENGINE=InnoDB AUTO_INCREMENT=50 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='it''s; all' STATS_PERSISTENT=1

CREATE TABLE place (id int NOT NULL, spot point NOT NULL, PRIMARY KEY (id), SPATIAL KEY by_spot (spot)) ENGINE=InnoDB COLLATE=latin1_swedish_ci

CREATE TABLE orders (id bigint NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_german1_ci PARTITION BY RANGE (year(day)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION old VALUES LESS THAN (2020) COMMENT 'past', PARTITION rest VALUES LESS THAN MAXVALUE)

CREATE TABLE listed (id int NOT NULL, region varchar(5) NOT NULL, PRIMARY KEY (id, region)) ENGINE=InnoDB COLLATE=latin1_bin PARTITION BY LIST COLUMNS (region) (PARTITION north VALUES IN ('n', 'nw'), PARTITION south VALUES IN ('s'))

CREATE TABLE spread (id int NOT NULL PRIMARY KEY) ENGINE=InnoDB COLLATE=latin1_bin PARTITION BY KEY () PARTITIONS 3

CREATE TABLE item (id int NOT NULL, customer int unsigned, parent int, other int, PRIMARY KEY (id), UNIQUE KEY twice (customer, id), CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT of_item FOREIGN KEY (parent) REFERENCES item (id) ON DELETE SET NULL) ENGINE=InnoDB COLLATE=utf8mb4_general_ci

CREATE TABLE keyless (a int NOT NULL, b int, UNIQUE KEY on_b (b), UNIQUE KEY on_a (a)) ENGINE=InnoDB COLLATE=utf8mb4_general_ci

CREATE TABLE `odd ``one``, %s "_` (`c'("1` int NOT NULL, `select` int, `größe` int, PRIMARY KEY (`c'("1`), KEY `k%_` (`select`, `größe`)) ENGINE=InnoDB COLLATE=utf8mb4_general_ci

CREATE FUNCTION plus(a int, b varchar(9)) RETURNS bigint unsigned DETERMINISTIC NO SQL SQL SECURITY INVOKER COMMENT 'adds' RETURN a + 1

CREATE DEFINER={owner} PROCEDURE wash(IN least int, OUT most decimal(8,2), INOUT both_ways text) MODIFIES SQL DATA BEGIN
-- don't; $$
DECLARE s varchar(9) DEFAULT '%s;';
DELETE FROM item WHERE id < least % 7;
END

CREATE DEFINER={owner} VIEW happy AS SELECT id, name, price FROM customer WHERE price > 1 WITH LOCAL CHECK OPTION

CREATE ALGORITHM=TEMPTABLE SQL SECURITY INVOKER VIEW counted AS SELECT count(*) AS n, name FROM happy GROUP BY name ORDER BY name

CREATE DEFINER={owner} TRIGGER second_one BEFORE INSERT ON customer FOR EACH ROW SET new.name = concat(new.name, '2')

CREATE TRIGGER first_one BEFORE INSERT ON customer FOR EACH ROW PRECEDES second_one SET new.name = concat(new.name, '1')

CREATE TRIGGER after_all AFTER DELETE ON item FOR EACH ROW BEGIN SET @gone = old.id; SET @name = 'it''s'; END

CREATE DEFINER={owner} EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' ENDS '2035-01-01 03:00:00' ON COMPLETION PRESERVE COMMENT 'every night' DO DELETE FROM item

CREATE EVENT never ON SCHEDULE EVERY 2 HOUR STARTS '2030-01-01' DISABLE DO DELETE FROM item

CREATE EVENT once ON SCHEDULE AT '2036-01-01 00:00:00' DO DELETE FROM item

GRANT SELECT, INSERT ON {schema}.customer TO {app} WITH GRANT OPTION

GRANT UPDATE (name, price) ON {schema}.customer TO {app}

GRANT EXECUTE ON PROCEDURE {schema}.wash TO {app}

CREATE ROLE {role}

GRANT DELETE, SELECT ON {schema}.item TO {role}

GRANT {role} TO {app}
