-- A shop as its developers wrote it: everything the reader of MySQL has to know, and what it must not fall for.
# A comment of this kind; it ends here; CREATE TABLE not_one (a int);
/* And of this: CREATE TABLE not_two (a int); */
/*! SET @ran_by_every_server = 1 */;
/*!99999 CREATE TABLE not_three (a int) */;
/*M! CREATE TABLE not_four (a int) */;
/*M!100203 CREATE TABLE not_five (a int) */;

SET NAMES utf8mb4;
SET @old_sql_mode = @@sql_mode, @@session.sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';
SET FOREIGN_KEY_CHECKS=0;

DROP DATABASE IF EXISTS fixture_shop;
DROP DATABASE IF EXISTS fixture_archive;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `fixture_shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */;
CREATE SCHEMA fixture_archive CHARSET = latin1 COLLATE latin1_german1_ci;
USE fixture_shop;

CREATE TABLE `customer` (
  `id` INT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'it''s; a \'key\'',
  email VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `name` varchar(120) NOT NULL DEFAULT 'O''Brien; -- \\ \'x\'',
  `engine` varchar(20) DEFAULT NULL COMMENT "CREATE TABLE not_six (a int);",
  comment text,
  born date DEFAULT '1970-01-01',
  flags SET('a','b''c','d;e') NOT NULL DEFAULT 'a,d;e',
  mood ENUM('fine','it\'s bad','ÄÖ') DEFAULT 'fine',
  rating decimal(5,2) UNSIGNED DEFAULT 1,
  credit DECIMAL(12) DEFAULT '-7',
  ratio double DEFAULT 1e3,
  small float(7,3) DEFAULT 1.5,
  active BOOL NOT NULL DEFAULT TRUE,
  counter tinyint(1) unsigned DEFAULT NULL,
  padded int(8) ZEROFILL DEFAULT 42,
  bits bit(5) DEFAULT b'101',
  token binary(16) DEFAULT NULL,
  mark varbinary(8) DEFAULT 'ab',
  profile json DEFAULT (JSON_OBJECT()),
  secret char(36) DEFAULT (uuid()),
  spot point NOT NULL SRID 4326,
  area geometrycollection,
  since timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  touched timestamp(3) NULL DEFAULT NOW(3) ON UPDATE CURRENT_TIMESTAMP(3),
  seen datetime(6) DEFAULT '2020-2-3 4:05:06',
  opens time DEFAULT '8:30:00',
  vintage year DEFAULT 2020,
  note LONG VARCHAR,
  bio TEXT(70000),
  picture MEDIUMBLOB,
  national NCHAR(4),
  full_name varchar(250) GENERATED ALWAYS AS (CONCAT(`name`, ' <', email, ')')) VIRTUAL,
  `year of birth` int AS (YEAR(born)) STORED NOT NULL,
  hidden int DEFAULT 7 INVISIBLE,
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`) USING BTREE COMMENT 'one; each',
  UNIQUE (name, born),
  KEY (name),
  KEY `name_part` (`name`(10), `born` DESC) INVISIBLE,
  KEY lower_name ((LOWER(name)), (`rating` * 2)),
  FULLTEXT KEY words (name, bio) /*!50100 WITH PARSER `ngram` */,
  SPATIAL INDEX (spot),
  CONSTRAINT positive CHECK (rating >= 0),
  CHECK (credit > -1000) NOT ENFORCED
) ENGINE=InnoDB AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_unicode_520_ci ROW_FORMAT=DYNAMIC
  STATS_PERSISTENT=1 COMMENT='all; of "them"';

CREATE TABLE `event` (`key` bigint SERIAL DEFAULT VALUE, `table` varchar(40), value varchar(12), PRIMARY KEY (`key`)) ENGINE = InnoDB;
CREATE TABLE IF NOT EXISTS `event` (never int);
CREATE TABLE `Order` (
  id bigint NOT NULL PRIMARY KEY,
  customer_id int unsigned DEFAULT NULL,
  parent bigint,
  placed datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
  KEY by_customer (customer_id, placed),
  CONSTRAINT `of_customer` FOREIGN KEY (`customer_id`) REFERENCES `customer` (`id`) ON DELETE SET NULL ON UPDATE CASCADE,
  FOREIGN KEY (parent) REFERENCES `Order` (id) ON DELETE RESTRICT
);
CREATE TABLE order_line (
  order_id bigint NOT NULL, line smallint NOT NULL, item varchar(40) COLLATE utf8mb4_bin, quantity int DEFAULT '3',
  PRIMARY KEY (order_id, line) USING BTREE, INDEX item_order (item, order_id),
  CONSTRAINT FOREIGN KEY fk_name (order_id) REFERENCES `Order` (id) ON DELETE CASCADE
) COLLATE = utf8mb4_general_ci;
CREATE TABLE audit (
  id int unsigned NOT NULL, at date NOT NULL, what varchar(20), PRIMARY KEY (id, at)
) ENGINE=InnoDB
/*!50100 PARTITION BY RANGE (year(`at`))
SUBPARTITION BY HASH (id)
SUBPARTITIONS 2
(PARTITION p0 VALUES LESS THAN (2000) COMMENT = 'old; (ones)' ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN (2020) ENGINE = InnoDB,
 PARTITION pmax VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */;
CREATE TABLE spread (id int NOT NULL, place char(2), KEY (place)) PARTITION BY KEY (id) PARTITIONS 3;
CREATE TABLE listed (id int NOT NULL, place char(2) NOT NULL)
  PARTITION BY LIST COLUMNS (place) (PARTITION east VALUES IN ('a', 'b)'), PARTITION west VALUES IN ('c'));
CREATE TABLE quick (id int, word varchar(20), KEY (id), KEY (word) USING BTREE) ENGINE=MEMORY;
CREATE TABLE old_style (a int(11) NOT NULL, b varchar(5) BINARY, c char(2) CHARACTER SET binary, FULLTEXT (b))
  ENGINE=MyISAM DEFAULT CHARACTER SET=latin1 CHECKSUM=1 MAX_ROWS=1000;
CREATE TABLE twin LIKE customer;
CREATE TEMPORARY TABLE passing (a int);
CREATE TABLE fixture_archive.`old order` (id bigint PRIMARY KEY, text varchar(10), at timestamp NULL);
CREATE TABLE short_lived (a int);
DROP TABLE short_lived;

-- What comes later changes what came before.
CREATE TABLE changing (a int, b int, c varchar(10), d int, KEY ab (a, b), KEY gone (d), KEY gone_too (a, c), UNIQUE u (b), KEY `c` (c));
ALTER TABLE changing
  ADD COLUMN e decimal(8,3) NOT NULL DEFAULT 0 AFTER a,
  ADD (f int, g varchar(5) DEFAULT 'x,y'),
  DROP COLUMN d,
  MODIFY COLUMN c varchar(30) NOT NULL DEFAULT 'z' FIRST,
  CHANGE b bb bigint,
  ADD UNIQUE KEY many (e, f),
  ALTER COLUMN a SET DEFAULT 5,
  RENAME INDEX c TO by_c,
  ADD CONSTRAINT FOREIGN KEY (bb) REFERENCES `event` (`key`),
  ALGORITHM=COPY, LOCK=SHARED;
ALTER TABLE changing ADD PRIMARY KEY (a), DROP INDEX gone_too, ALTER INDEX ab INVISIBLE, ADD CHECK (`f` > 0);
ALTER TABLE changing RENAME COLUMN g TO gg, ALTER CHECK changing_chk_1 NOT ENFORCED, COMMENT = 'later';
RENAME TABLE changing TO changed, quick TO quicker;
CREATE UNIQUE INDEX by_gg ON changed (gg DESC, c(4)) COMMENT 'x' ALGORITHM=INPLACE;
CREATE FULLTEXT INDEX ft ON changed (c);
DROP INDEX ft ON changed;
ALTER TABLE audit REORGANIZE PARTITION p0 INTO (PARTITION pa VALUES LESS THAN (1990), PARTITION pb VALUES LESS THAN (2000));
ALTER TABLE spread ADD PARTITION PARTITIONS 2;
ALTER TABLE listed DROP PARTITION west;
ALTER TABLE twin CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs, ROW_FORMAT=COMPRESSED, KEY_BLOCK_SIZE=4;

LOCK TABLES `customer` WRITE, `event` WRITE;
/*!40000 ALTER TABLE `customer` DISABLE KEYS */;
INSERT INTO `event` (`table`, value) VALUES ('a; CREATE TABLE x', '\\'),('it''s','\'"`'),("-- no","# /*");
REPLACE INTO `event` VALUES (77,'DELIMITER','//');
/*!40000 ALTER TABLE `customer` ENABLE KEYS */;
UNLOCK TABLES;

CREATE ALGORITHM=MERGE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW orders_of AS
  SELECT c.name, o.id, 'x;y' AS `odd;name` FROM customer c JOIN `Order` o ON o.customer_id = c.id WITH LOCAL CHECK OPTION;
CREATE OR REPLACE VIEW names (a, b) AS SELECT name, email FROM customer WHERE name <> '/* not a comment */';
CREATE VIEW soon_gone AS SELECT 1;
DROP VIEW soon_gone;

DELIMITER //
CREATE DEFINER='ev"il'@'%' TRIGGER `before one` BEFORE INSERT ON `Order` FOR EACH ROW
BEGIN
  -- A comment with a // in it does not end the trigger, nor does ; end it.
  DECLARE x int DEFAULT 1; /* nor this; // */
  IF NEW.parent IS NULL THEN SET NEW.placed = NOW(); END IF;
  SET @text = 'it''s // no end; DELIMITER ;';
END//
CREATE TRIGGER after_one BEFORE INSERT ON `Order` FOR EACH ROW FOLLOWS `before one` SET @a = 1//
DROP TRIGGER after_one//
create trigger after_two after delete on order_line for each row set @b = concat('CREATE TABLE y (a int);', old.item)//
CREATE PROCEDURE restock(IN item varchar(40), OUT `left` INT, INOUT total decimal(12,2))
    READS SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'fills; the shelf'
main: BEGIN
  DECLARE done BOOL DEFAULT FALSE;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
  WHILE NOT done DO
    CASE item WHEN 'a' THEN SET `left` = 1; ELSE SET `left` = 2; END CASE;
    SET done = TRUE;
  END WHILE;
  CREATE TEMPORARY TABLE not_seven (a int);
END main//
CREATE DEFINER=CURRENT_USER FUNCTION tax(price decimal(10,2), rate double) RETURNS decimal(10,2) DETERMINISTIC NO SQL
RETURN price * rate//
CREATE FUNCTION label(a char(3) CHARACTER SET latin1) RETURNS varchar(20) CHARSET utf8mb4 NOT DETERMINISTIC
  MODIFIES SQL DATA
BEGIN
  RETURN CONCAT(a, ';', "//"); END //
DELIMITER $$
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00'
  ON COMPLETION PRESERVE DISABLE COMMENT 'DO it; now' DO BEGIN DELETE FROM `event` WHERE value = 'x'; END$$
/*!50106 CREATE*/ /*!50117 DEFINER=`root`@`localhost`*/ /*!50106 EVENT once ON SCHEDULE AT '2035-06-01 12:00:00' DO SELECT 1 */ $$
delimiter ;
ALTER EVENT once DISABLE ON SLAVE;

SET sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES';
CREATE TABLE "ansi;table" ("a""b" int DEFAULT '1', c text) COMMENT 'x';
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TABLE slashes (a varchar(10) DEFAULT 'ends in \', b varchar(3) DEFAULT "\");
SET sql_mode = @old_sql_mode;
CREATE SERVER far FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 'canary', HOST 'h', DATABASE 'd');
DROP SERVER far;
-- The last statement needs no delimiter.
ALTER TABLE slashes ADD COLUMN z int
