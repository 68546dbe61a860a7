-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)
--
-- Host: 127.0.0.1    Database: fixture_shop
-- ------------------------------------------------------
-- Server version	9.7.4-2

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Current Database: `fixture_shop`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `fixture_shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE `fixture_shop`;

--
-- Table structure for table `Order`
--

DROP TABLE IF EXISTS `Order`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `Order` (
  `id` bigint NOT NULL,
  `customer_id` int unsigned DEFAULT NULL,
  `parent` bigint DEFAULT NULL,
  `placed` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  KEY `by_customer` (`customer_id`,`placed`),
  KEY `parent` (`parent`),
  CONSTRAINT `of_customer` FOREIGN KEY (`customer_id`) REFERENCES `customer` (`id`) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT `Order_ibfk_1` FOREIGN KEY (`parent`) REFERENCES `Order` (`id`) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `Order`
--

LOCK TABLES `Order` WRITE;
/*!40000 ALTER TABLE `Order` DISABLE KEYS */;
/*!40000 ALTER TABLE `Order` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`ev"il`@`%`*/ /*!50003 TRIGGER `before one` BEFORE INSERT ON `Order` FOR EACH ROW BEGIN
  -- A comment with a // in it does not end the trigger, nor does ; end it.
  DECLARE x int DEFAULT 1; /* nor this; // */
  IF NEW.parent IS NULL THEN SET NEW.placed = NOW(); END IF;
  SET @text = 'it''s // no end; DELIMITER ;';
END */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Table structure for table `ansi;table`
--

DROP TABLE IF EXISTS `ansi;table`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `ansi;table` (
  `a"b` int DEFAULT '1',
  `c` text
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='x';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `ansi;table`
--

LOCK TABLES `ansi;table` WRITE;
/*!40000 ALTER TABLE `ansi;table` DISABLE KEYS */;
/*!40000 ALTER TABLE `ansi;table` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `audit`
--

DROP TABLE IF EXISTS `audit`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `audit` (
  `id` int unsigned NOT NULL,
  `at` date NOT NULL,
  `what` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`id`,`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (year(`at`))
SUBPARTITION BY HASH (`id`)
SUBPARTITIONS 2
(PARTITION pa VALUES LESS THAN (1990) ENGINE = InnoDB,
 PARTITION pb VALUES LESS THAN (2000) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN (2020) ENGINE = InnoDB,
 PARTITION pmax VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `audit`
--

LOCK TABLES `audit` WRITE;
/*!40000 ALTER TABLE `audit` DISABLE KEYS */;
/*!40000 ALTER TABLE `audit` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `changed`
--

DROP TABLE IF EXISTS `changed`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `changed` (
  `c` varchar(30) NOT NULL DEFAULT 'z',
  `a` int NOT NULL DEFAULT '5',
  `e` decimal(8,3) NOT NULL DEFAULT '0.000',
  `bb` bigint DEFAULT NULL,
  `f` int DEFAULT NULL,
  `gg` varchar(5) DEFAULT 'x,y',
  PRIMARY KEY (`a`),
  UNIQUE KEY `u` (`bb`),
  UNIQUE KEY `many` (`e`,`f`),
  UNIQUE KEY `by_gg` (`gg` DESC,`c`(4)) COMMENT 'x',
  KEY `ab` (`a`,`bb`) /*!80000 INVISIBLE */,
  KEY `by_c` (`c`),
  CONSTRAINT `changed_ibfk_1` FOREIGN KEY (`bb`) REFERENCES `event` (`key`),
  CONSTRAINT `changed_chk_1` CHECK ((`f` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='later';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `changed`
--

LOCK TABLES `changed` WRITE;
/*!40000 ALTER TABLE `changed` DISABLE KEYS */;
/*!40000 ALTER TABLE `changed` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `customer`
--

DROP TABLE IF EXISTS `customer`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `customer` (
  `id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s; a ''key''',
  `email` varchar(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `name` varchar(120) COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT 'O''Brien; -- \\ ''x''',
  `engine` varchar(20) COLLATE utf8mb4_unicode_520_ci DEFAULT NULL COMMENT 'CREATE TABLE not_six (a int);',
  `comment` text COLLATE utf8mb4_unicode_520_ci,
  `born` date DEFAULT '1970-01-01',
  `flags` set('a','b''c','d;e') COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT 'a,d;e',
  `mood` enum('fine','it''s bad','ÄÖ') COLLATE utf8mb4_unicode_520_ci DEFAULT 'fine',
  `rating` decimal(5,2) unsigned DEFAULT '1.00',
  `credit` decimal(12,0) DEFAULT '-7',
  `ratio` double DEFAULT '1000',
  `small` float(7,3) DEFAULT '1.500',
  `active` tinyint(1) NOT NULL DEFAULT '1',
  `counter` tinyint unsigned DEFAULT NULL,
  `padded` int(8) unsigned zerofill DEFAULT '00000042',
  `bits` bit(5) DEFAULT b'101',
  `token` binary(16) DEFAULT NULL,
  `mark` varbinary(8) DEFAULT 'ab',
  `profile` json DEFAULT (json_object()),
  `secret` char(36) COLLATE utf8mb4_unicode_520_ci DEFAULT (uuid()),
  `spot` point NOT NULL /*!80003 SRID 4326 */,
  `area` geomcollection DEFAULT NULL,
  `since` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `touched` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `seen` datetime(6) DEFAULT '2020-02-03 04:05:06.000000',
  `opens` time DEFAULT '08:30:00',
  `vintage` year DEFAULT '2020',
  `note` mediumtext COLLATE utf8mb4_unicode_520_ci,
  `bio` mediumtext COLLATE utf8mb4_unicode_520_ci,
  `picture` mediumblob,
  `national` char(4) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci DEFAULT NULL,
  `full_name` varchar(250) COLLATE utf8mb4_unicode_520_ci GENERATED ALWAYS AS (concat(`name`,_utf8mb4' <',`email`,_utf8mb4')')) VIRTUAL,
  `year of birth` int GENERATED ALWAYS AS (year(`born`)) STORED NOT NULL,
  `hidden` int DEFAULT '7' /*!80023 INVISIBLE */,
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`) USING BTREE COMMENT 'one; each',
  UNIQUE KEY `name` (`name`,`born`),
  KEY `name_2` (`name`),
  KEY `name_part` (`name`(10),`born` DESC) /*!80000 INVISIBLE */,
  SPATIAL KEY `spot` (`spot`),
  KEY `lower_name` ((lower(`name`)),((`rating` * 2))),
  FULLTEXT KEY `words` (`name`,`bio`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `customer_chk_1` CHECK ((`credit` > -(1000))) /*!80016 NOT ENFORCED */,
  CONSTRAINT `positive` CHECK ((`rating` >= 0))
) ENGINE=InnoDB AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci STATS_PERSISTENT=1 ROW_FORMAT=DYNAMIC COMMENT='all; of "them"';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `customer`
--

LOCK TABLES `customer` WRITE;
/*!40000 ALTER TABLE `customer` DISABLE KEYS */;
/*!40000 ALTER TABLE `customer` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `event`
--

DROP TABLE IF EXISTS `event`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `event` (
  `key` bigint NOT NULL AUTO_INCREMENT,
  `table` varchar(40) DEFAULT NULL,
  `value` varchar(12) DEFAULT NULL,
  PRIMARY KEY (`key`),
  UNIQUE KEY `key` (`key`)
) ENGINE=InnoDB AUTO_INCREMENT=78 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `event`
--

LOCK TABLES `event` WRITE;
/*!40000 ALTER TABLE `event` DISABLE KEYS */;
INSERT INTO `event` VALUES (1,'a; CREATE TABLE x','\\'),(2,'it\'s','\'\"`'),(3,'-- no','# /*'),(77,'DELIMITER','//');
/*!40000 ALTER TABLE `event` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `listed`
--

DROP TABLE IF EXISTS `listed`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `listed` (
  `id` int NOT NULL,
  `place` char(2) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50500 PARTITION BY LIST  COLUMNS(place)
(PARTITION east VALUES IN ('a','b)') ENGINE = InnoDB) */;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `listed`
--

LOCK TABLES `listed` WRITE;
/*!40000 ALTER TABLE `listed` DISABLE KEYS */;
/*!40000 ALTER TABLE `listed` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Temporary view structure for view `names`
--

DROP TABLE IF EXISTS `names`;
/*!50001 DROP VIEW IF EXISTS `names`*/;
SET @saved_cs_client     = @@character_set_client;
/*!50503 SET character_set_client = utf8mb4 */;
/*!50001 CREATE VIEW `names` AS SELECT 
 1 AS `a`,
 1 AS `b`*/;
SET character_set_client = @saved_cs_client;

--
-- Table structure for table `old_style`
--

DROP TABLE IF EXISTS `old_style`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `old_style` (
  `a` int NOT NULL,
  `b` varchar(5) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,
  `c` binary(2) DEFAULT NULL,
  FULLTEXT KEY `b` (`b`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1 MAX_ROWS=1000 CHECKSUM=1;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `old_style`
--

LOCK TABLES `old_style` WRITE;
/*!40000 ALTER TABLE `old_style` DISABLE KEYS */;
/*!40000 ALTER TABLE `old_style` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `order_line`
--

DROP TABLE IF EXISTS `order_line`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `order_line` (
  `order_id` bigint NOT NULL,
  `line` smallint NOT NULL,
  `item` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `quantity` int DEFAULT '3',
  PRIMARY KEY (`order_id`,`line`) USING BTREE,
  KEY `item_order` (`item`,`order_id`),
  CONSTRAINT `order_line_ibfk_1` FOREIGN KEY (`order_id`) REFERENCES `Order` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `order_line`
--

LOCK TABLES `order_line` WRITE;
/*!40000 ALTER TABLE `order_line` DISABLE KEYS */;
/*!40000 ALTER TABLE `order_line` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`rdsadmin`@`localhost`*/ /*!50003 TRIGGER `after_two` AFTER DELETE ON `order_line` FOR EACH ROW set @b = concat('CREATE TABLE y (a int);', old.item) */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Temporary view structure for view `orders_of`
--

DROP TABLE IF EXISTS `orders_of`;
/*!50001 DROP VIEW IF EXISTS `orders_of`*/;
SET @saved_cs_client     = @@character_set_client;
/*!50503 SET character_set_client = utf8mb4 */;
/*!50001 CREATE VIEW `orders_of` AS SELECT 
 1 AS `name`,
 1 AS `id`,
 1 AS `odd;name`*/;
SET character_set_client = @saved_cs_client;

--
-- Table structure for table `quicker`
--

DROP TABLE IF EXISTS `quicker`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `quicker` (
  `id` int DEFAULT NULL,
  `word` varchar(20) DEFAULT NULL,
  KEY `id` (`id`),
  KEY `word` (`word`) USING BTREE
) ENGINE=MEMORY DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `quicker`
--

LOCK TABLES `quicker` WRITE;
/*!40000 ALTER TABLE `quicker` DISABLE KEYS */;
/*!40000 ALTER TABLE `quicker` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `slashes`
--

DROP TABLE IF EXISTS `slashes`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `slashes` (
  `a` varchar(10) DEFAULT 'ends in \\',
  `b` varchar(3) DEFAULT '\\',
  `z` int DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `slashes`
--

LOCK TABLES `slashes` WRITE;
/*!40000 ALTER TABLE `slashes` DISABLE KEYS */;
/*!40000 ALTER TABLE `slashes` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `spread`
--

DROP TABLE IF EXISTS `spread`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `spread` (
  `id` int NOT NULL,
  `place` char(2) DEFAULT NULL,
  KEY `place` (`place`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY KEY (id)
PARTITIONS 5 */;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `spread`
--

LOCK TABLES `spread` WRITE;
/*!40000 ALTER TABLE `spread` DISABLE KEYS */;
/*!40000 ALTER TABLE `spread` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `twin`
--

DROP TABLE IF EXISTS `twin`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `twin` (
  `id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s; a ''key''',
  `email` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs NOT NULL,
  `name` varchar(120) COLLATE utf8mb4_0900_as_cs NOT NULL DEFAULT 'O''Brien; -- \\ ''x''',
  `engine` varchar(20) COLLATE utf8mb4_0900_as_cs DEFAULT NULL COMMENT 'CREATE TABLE not_six (a int);',
  `comment` text COLLATE utf8mb4_0900_as_cs,
  `born` date DEFAULT '1970-01-01',
  `flags` set('a','b''c','d;e') COLLATE utf8mb4_0900_as_cs NOT NULL DEFAULT 'a,d;e',
  `mood` enum('fine','it''s bad','ÄÖ') COLLATE utf8mb4_0900_as_cs DEFAULT 'fine',
  `rating` decimal(5,2) unsigned DEFAULT '1.00',
  `credit` decimal(12,0) DEFAULT '-7',
  `ratio` double DEFAULT '1000',
  `small` float(7,3) DEFAULT '1.500',
  `active` tinyint(1) NOT NULL DEFAULT '1',
  `counter` tinyint unsigned DEFAULT NULL,
  `padded` int(8) unsigned zerofill DEFAULT '00000042',
  `bits` bit(5) DEFAULT b'101',
  `token` binary(16) DEFAULT NULL,
  `mark` varbinary(8) DEFAULT 'ab',
  `profile` json DEFAULT (json_object()),
  `secret` char(36) COLLATE utf8mb4_0900_as_cs DEFAULT (uuid()),
  `spot` point NOT NULL /*!80003 SRID 4326 */,
  `area` geomcollection DEFAULT NULL,
  `since` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `touched` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `seen` datetime(6) DEFAULT '2020-02-03 04:05:06.000000',
  `opens` time DEFAULT '08:30:00',
  `vintage` year DEFAULT '2020',
  `note` mediumtext COLLATE utf8mb4_0900_as_cs,
  `bio` mediumtext COLLATE utf8mb4_0900_as_cs,
  `picture` mediumblob,
  `national` char(4) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs DEFAULT NULL,
  `full_name` varchar(250) COLLATE utf8mb4_0900_as_cs GENERATED ALWAYS AS (concat(`name`,_utf8mb4' <',`email`,_utf8mb4')')) VIRTUAL,
  `year of birth` int GENERATED ALWAYS AS (year(`born`)) STORED NOT NULL,
  `hidden` int DEFAULT '7' /*!80023 INVISIBLE */,
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`) USING BTREE COMMENT 'one; each',
  UNIQUE KEY `name` (`name`,`born`),
  KEY `name_2` (`name`),
  KEY `name_part` (`name`(10),`born` DESC) /*!80000 INVISIBLE */,
  SPATIAL KEY `spot` (`spot`),
  KEY `lower_name` ((lower(`name`)),((`rating` * 2))),
  FULLTEXT KEY `words` (`name`,`bio`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `twin_chk_1` CHECK ((`credit` > -(1000))) /*!80016 NOT ENFORCED */,
  CONSTRAINT `twin_chk_2` CHECK ((`rating` >= 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_as_cs STATS_PERSISTENT=1 ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4 COMMENT='all; of "them"';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `twin`
--

LOCK TABLES `twin` WRITE;
/*!40000 ALTER TABLE `twin` DISABLE KEYS */;
/*!40000 ALTER TABLE `twin` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Dumping events for database 'fixture_shop'
--
/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
/*!50106 DROP EVENT IF EXISTS `nightly` */;
DELIMITER ;;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;;
/*!50003 SET character_set_client  = utf8mb4 */ ;;
/*!50003 SET character_set_results = utf8mb4 */ ;;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;;
/*!50003 SET time_zone             = '+00:00' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=`rdsadmin`@`localhost`*/ /*!50106 EVENT `nightly` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'DO it; now' DO BEGIN DELETE FROM `event` WHERE value = 'x'; END */ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;;
/*!50003 SET character_set_client  = @saved_cs_client */ ;;
/*!50003 SET character_set_results = @saved_cs_results */ ;;
/*!50003 SET collation_connection  = @saved_col_connection */ ;;
/*!50106 DROP EVENT IF EXISTS `once` */;;
DELIMITER ;;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;;
/*!50003 SET character_set_client  = utf8mb4 */ ;;
/*!50003 SET character_set_results = utf8mb4 */ ;;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;;
/*!50003 SET time_zone             = '+00:00' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=`rdsadmin`@`localhost`*/ /*!50106 EVENT `once` ON SCHEDULE AT '2035-06-01 12:00:00' ON COMPLETION NOT PRESERVE DISABLE ON REPLICA DO SELECT 1 */ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;;
/*!50003 SET character_set_client  = @saved_cs_client */ ;;
/*!50003 SET character_set_results = @saved_cs_results */ ;;
/*!50003 SET collation_connection  = @saved_col_connection */ ;;
DELIMITER ;
/*!50106 SET TIME_ZONE= @save_time_zone */ ;

--
-- Dumping routines for database 'fixture_shop'
--
/*!50003 DROP FUNCTION IF EXISTS `label` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
CREATE DEFINER=`rdsadmin`@`localhost` FUNCTION `label`(a char(3) CHARACTER SET latin1) RETURNS varchar(20) CHARSET utf8mb4
    MODIFIES SQL DATA
BEGIN
  RETURN CONCAT(a, ';', "//"); END ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 DROP FUNCTION IF EXISTS `tax` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
CREATE DEFINER=`rdsadmin`@`localhost` FUNCTION `tax`(price decimal(10,2), rate double) RETURNS decimal(10,2)
    NO SQL
    DETERMINISTIC
RETURN price * rate ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 DROP PROCEDURE IF EXISTS `restock` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
CREATE DEFINER=`rdsadmin`@`localhost` PROCEDURE `restock`(IN item varchar(40), OUT `left` INT, INOUT total decimal(12,2))
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
END main ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Current Database: `fixture_archive`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `fixture_archive` /*!40100 DEFAULT CHARACTER SET latin1 COLLATE latin1_german1_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE `fixture_archive`;

--
-- Table structure for table `old order`
--

DROP TABLE IF EXISTS `old order`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `old order` (
  `id` bigint NOT NULL,
  `text` varchar(10) COLLATE latin1_german1_ci DEFAULT NULL,
  `at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_german1_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `old order`
--

LOCK TABLES `old order` WRITE;
/*!40000 ALTER TABLE `old order` DISABLE KEYS */;
/*!40000 ALTER TABLE `old order` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Dumping events for database 'fixture_archive'
--

--
-- Dumping routines for database 'fixture_archive'
--

--
-- Current Database: `fixture_shop`
--

USE `fixture_shop`;

--
-- Final view structure for view `names`
--

/*!50001 DROP VIEW IF EXISTS `names`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb4 */;
/*!50001 SET character_set_results     = utf8mb4 */;
/*!50001 SET collation_connection      = utf8mb4_0900_ai_ci */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`rdsadmin`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `names` (`a`,`b`) AS select `customer`.`name` AS `name`,`customer`.`email` AS `email` from `customer` where (`customer`.`name` <> '/* not a comment */') */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;

--
-- Final view structure for view `orders_of`
--

/*!50001 DROP VIEW IF EXISTS `orders_of`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb4 */;
/*!50001 SET character_set_results     = utf8mb4 */;
/*!50001 SET collation_connection      = utf8mb4_0900_ai_ci */;
/*!50001 CREATE ALGORITHM=MERGE */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY INVOKER */
/*!50001 VIEW `orders_of` AS select `c`.`name` AS `name`,`o`.`id` AS `id`,'x;y' AS `odd;name` from (`customer` `c` join `Order` `o` on((`o`.`customer_id` = `c`.`id`))) */
/*!50002 WITH LOCAL CHECK OPTION */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;

--
-- Current Database: `fixture_archive`
--

USE `fixture_archive`;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed
