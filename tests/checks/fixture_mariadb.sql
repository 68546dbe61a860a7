/*M!999999\- enable the sandbox mode */
-- A museum as its developers wrote it: what MariaDB has of its own, and what the reader must not fall for.
/*!50701 CREATE TABLE for_mysql_alone (a int) */;
/*!99999 CREATE TABLE for_nobody (a int) */;
/*M!100203 SET @ran_by_mariadb = 1 */;
SET @old_sql_mode = @@sql_mode, sql_mode = 'STRICT_TRANS_TABLES';
SET default_storage_engine = InnoDB;
CREATE OR REPLACE DATABASE fixture_museum CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT 'a; museum';
USE fixture_museum;

CREATE SEQUENCE tickets START WITH 100 INCREMENT BY 10 MINVALUE 100 MAXVALUE 1000000 CACHE 20 CYCLE;
CREATE SEQUENCE IF NOT EXISTS plain;
CREATE SEQUENCE countdown INCREMENT BY -1 NOCACHE;
CREATE OR REPLACE SEQUENCE plain START = 5 ENGINE = InnoDB;
ALTER SEQUENCE plain MAXVALUE 5000;
SELECT SETVAL(tickets, 300);

CREATE TABLE piece (
  id bigint(20) unsigned NOT NULL DEFAULT NEXT VALUE FOR tickets,
  tag uuid NOT NULL DEFAULT uuid(),
  address inet6 DEFAULT NULL,
  gate inet4 DEFAULT '127.0.0.1',
  papers json DEFAULT '{}' CHECK (json_valid(`papers`)),
  more JSON,
  title varchar(200) NOT NULL DEFAULT concat('x',';'),
  label varchar(80) COLLATE uca1400_ai_ci,
  story text COMPRESSED DEFAULT 'long; ago',
  shape geometry REF_SYSTEM_ID = 4326,
  spot point NOT NULL,
  price decimal(20,4) DEFAULT 12.5 CHECK (price > 0),
  weight float NOT NULL DEFAULT -0.5,
  amount int(5) unsigned zerofill DEFAULT 7,
  small tinyint(1) unsigned DEFAULT 0,
  year_made year(4) DEFAULT 1999,
  at timestamp NOT NULL DEFAULT current_timestamp(),
  until timestamp(6) NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  doubled int GENERATED ALWAYS AS (amount * 2) PERSISTENT,
  shout varchar(200) AS (ucase(title)) VIRTUAL INVISIBLE,
  hidden int INVISIBLE DEFAULT 3,
  remark text,
  PRIMARY KEY (id),
  UNIQUE KEY tag (tag),
  UNIQUE KEY long_one (remark) USING HASH,
  KEY by_title (title(20), price) IGNORED COMMENT 'x',
  KEY (label),
  FULLTEXT KEY (title, remark),
  SPATIAL KEY spot (spot),
  CONSTRAINT sane CHECK (price < 1000000 or title <> 'it''s; dear'),
  CHECK (amount < 100000)
) ENGINE=InnoDB `page_compressed`='1' COMMENT='pieces';
CREATE TABLE loan (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  piece_id bigint unsigned,
  other bigint unsigned, third bigint unsigned,
  from_day date NOT NULL, to_day date NOT NULL,
  FOREIGN KEY by_third (third) REFERENCES piece (id) ON DELETE CASCADE, PERIOD FOR lent (from_day, to_day),
  CONSTRAINT other_piece FOREIGN KEY (other) REFERENCES piece (id) ON DELETE SET NULL ON UPDATE RESTRICT,
  UNIQUE (piece_id, lent WITHOUT OVERLAPS)
) AUTO_INCREMENT = 50 CHARSET=latin1;
CREATE TABLE history (
  id int PRIMARY KEY, price int,
  begun timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE,
  ended timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE,
  PERIOD FOR SYSTEM_TIME (begun, ended)
) WITH SYSTEM VERSIONING;
CREATE TABLE quiet_history (id int, price int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING
  PARTITION BY SYSTEM_TIME LIMIT 1000 (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION now CURRENT);
CREATE TABLE by_month (d date NOT NULL) PARTITION BY RANGE COLUMNS (d) (PARTITION a VALUES LESS THAN ('2020-01-01'), PARTITION b VALUES LESS THAN (MAXVALUE));
CREATE TABLE spread (id int) PARTITION BY LINEAR HASH (id MOD 7) PARTITIONS 4;
CREATE TABLE notes (id int, text varchar(50), KEY (text)) ENGINE=Aria TRANSACTIONAL=1 PAGE_CHECKSUM=1;
CREATE TABLE quick (id int, KEY (id)) ENGINE=MEMORY;
CREATE OR REPLACE TABLE quick (id int, word varchar(20), KEY (word)) ENGINE=MEMORY;
CREATE TABLE twin LIKE piece;

ALTER TABLE IF EXISTS loan ADD COLUMN IF NOT EXISTS note varchar(10) DEFAULT 'a' AFTER id, ADD COLUMN IF NOT EXISTS note int;
ALTER TABLE loan ADD CONSTRAINT other_piece FOREIGN KEY IF NOT EXISTS (other) REFERENCES piece (id);
ALTER TABLE loan DROP INDEX IF EXISTS nothing, ADD INDEX IF NOT EXISTS by_note (note), DROP COLUMN IF EXISTS nobody;
ALTER TABLE notes ADD SYSTEM VERSIONING;
ALTER TABLE notes DROP SYSTEM VERSIONING;
ALTER TABLE notes MODIFY id int NOT NULL CHECK (id > 0), RENAME KEY text TO by_text;
ALTER IGNORE TABLE notes ADD CHECK (text <> ''), ADD PRIMARY KEY (id);
ALTER TABLE twin DROP CONSTRAINT sane, ALTER KEY by_title NOT IGNORED, CONVERT TO CHARACTER SET utf8mb3;
RENAME TABLE IF EXISTS notes TO remark;
CREATE INDEX IF NOT EXISTS by_text ON remark (text);
CREATE OR REPLACE INDEX by_text ON remark (text, id);

CREATE VIEW dear AS SELECT id, title, 'a;b' AS semi FROM piece WHERE price > 100;
CREATE OR REPLACE SQL SECURITY INVOKER VIEW dear AS SELECT id FROM piece;

DELIMITER $$
CREATE OR REPLACE TRIGGER IF_loan BEFORE UPDATE ON loan FOR EACH ROW BEGIN NOT ATOMIC SET NEW.note = '$'; END$$
CREATE TRIGGER second BEFORE UPDATE ON loan FOR EACH ROW PRECEDES IF_loan SET NEW.note = NULL$$
CREATE AGGREGATE FUNCTION total(x int) RETURNS int
BEGIN
  DECLARE sum int DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN sum;
  LOOP FETCH GROUP NEXT ROW; SET sum = sum + x; END LOOP;
END$$
CREATE OR REPLACE PROCEDURE lend(piece bigint, INOUT day date) MODIFIES SQL DATA
FOR i IN 1..3 DO INSERT INTO loan (piece_id) VALUES (piece); END FOR$$
SET sql_mode = ORACLE$$
CREATE OR REPLACE PROCEDURE oracle_like(a IN INT, b OUT VARCHAR2(10)) AS
  c INT := 5;
BEGIN
  b := 'x;y';
END$$
CREATE OR REPLACE PACKAGE tools AS FUNCTION f(a INT) RETURN INT; PROCEDURE p; END$$
CREATE OR REPLACE PACKAGE BODY tools AS
  FUNCTION f(a INT) RETURN INT AS BEGIN RETURN a; END;
  PROCEDURE p AS BEGIN SELECT 1; END;
END$$
SET sql_mode = @old_sql_mode$$
CREATE EVENT IF NOT EXISTS hourly ON SCHEDULE EVERY '1:30' HOUR_MINUTE ON COMPLETION PRESERVE ENABLE DO BEGIN SELECT 1; END$$
DELIMITER ;
INSERT INTO remark (id, text) VALUES (1, 'CREATE TABLE z (a int); it''s \'so\''), (2, '/*M!100100 x */');
