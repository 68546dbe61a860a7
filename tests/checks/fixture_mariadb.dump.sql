/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: 127.0.0.1    Database: fixture_museum
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1-log

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Current Database: `fixture_museum`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `fixture_museum` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci */ COMMENT 'a; museum';

USE `fixture_museum`;

--
-- Sequence structure for `countdown`
--

DROP SEQUENCE IF EXISTS `countdown`;
CREATE SEQUENCE `countdown` start with -1 minvalue -9223372036854775807 maxvalue -1 increment by -1 nocache nocycle ENGINE=InnoDB;
DO SETVAL(`countdown`, -1, 0);

--
-- Sequence structure for `plain`
--

DROP SEQUENCE IF EXISTS `plain`;
CREATE SEQUENCE `plain` start with 5 minvalue 1 maxvalue 5000 increment by 1 cache 1000 nocycle ENGINE=InnoDB;
DO SETVAL(`plain`, 5, 0);

--
-- Sequence structure for `tickets`
--

DROP SEQUENCE IF EXISTS `tickets`;
CREATE SEQUENCE `tickets` start with 100 minvalue 100 maxvalue 1000000 increment by 10 cache 20 cycle ENGINE=InnoDB;
DO SETVAL(`tickets`, 310, 0);

--
-- Table structure for table `by_month`
--

DROP TABLE IF EXISTS `by_month`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `by_month` (
  `d` date NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
 PARTITION BY RANGE  COLUMNS(`d`)
(PARTITION `a` VALUES LESS THAN ('2020-01-01') ENGINE = InnoDB,
 PARTITION `b` VALUES LESS THAN (MAXVALUE) ENGINE = InnoDB);
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `by_month`
--

LOCK TABLES `by_month` WRITE;
/*!40000 ALTER TABLE `by_month` DISABLE KEYS */;
/*!40000 ALTER TABLE `by_month` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Temporary table structure for view `dear`
--

DROP TABLE IF EXISTS `dear`;
/*!50001 DROP VIEW IF EXISTS `dear`*/;
SET @saved_cs_client     = @@character_set_client;
SET character_set_client = utf8mb4;
/*!50001 CREATE VIEW `dear` AS SELECT
 NULL AS `id` */;
SET character_set_client = @saved_cs_client;

--
-- Table structure for table `history`
--

DROP TABLE IF EXISTS `history`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `history` (
  `id` int(11) NOT NULL,
  `price` int(11) DEFAULT NULL,
  `begun` timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE,
  `ended` timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE,
  PRIMARY KEY (`id`,`ended`),
  PERIOD FOR SYSTEM_TIME (`begun`, `ended`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci WITH SYSTEM VERSIONING;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `history`
--

LOCK TABLES `history` WRITE;
/*!40000 ALTER TABLE `history` DISABLE KEYS */;
/*!40000 ALTER TABLE `history` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `loan`
--

DROP TABLE IF EXISTS `loan`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `loan` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `note` varchar(10) DEFAULT 'a',
  `piece_id` bigint(20) unsigned DEFAULT NULL,
  `other` bigint(20) unsigned DEFAULT NULL,
  `third` bigint(20) unsigned DEFAULT NULL,
  `from_day` date NOT NULL,
  `to_day` date NOT NULL,
  PERIOD FOR `lent` (`from_day`, `to_day`),
  PRIMARY KEY (`id`),
  UNIQUE KEY `piece_id` (`piece_id`,`lent` WITHOUT OVERLAPS),
  KEY `by_third` (`third`),
  KEY `other_piece` (`other`),
  KEY `by_note` (`note`),
  CONSTRAINT `by_third` FOREIGN KEY (`third`) REFERENCES `piece` (`id`) ON DELETE CASCADE,
  CONSTRAINT `other_piece` FOREIGN KEY (`other`) REFERENCES `piece` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB AUTO_INCREMENT=50 DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `loan`
--

LOCK TABLES `loan` WRITE;
/*!40000 ALTER TABLE `loan` DISABLE KEYS */;
/*!40000 ALTER TABLE `loan` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`rdsadmin`@`localhost`*/ /*!50003 TRIGGER second BEFORE UPDATE ON loan FOR EACH ROW SET NEW.note = NULL 
*/;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`rdsadmin`@`localhost`*/ /*!50003 TRIGGER IF_loan BEFORE UPDATE ON loan FOR EACH ROW BEGIN NOT ATOMIC SET NEW.note = '$'; END 
*/;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Table structure for table `piece`
--

DROP TABLE IF EXISTS `piece`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `piece` (
  `id` bigint(20) unsigned NOT NULL DEFAULT nextval(`fixture_museum`.`tickets`),
  `tag` uuid NOT NULL DEFAULT uuid(),
  `address` inet6 DEFAULT NULL,
  `gate` inet4 DEFAULT '127.0.0.1',
  `papers` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '{}' CHECK (json_valid(`papers`)),
  `more` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`more`)),
  `title` varchar(200) NOT NULL DEFAULT concat('x',';'),
  `label` varchar(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci DEFAULT NULL,
  `story` text /*M!100301 COMPRESSED*/ DEFAULT 'long; ago',
  `shape` geometry DEFAULT NULL,
  `spot` point NOT NULL,
  `price` decimal(20,4) DEFAULT 12.5000 CHECK (`price` > 0),
  `weight` float NOT NULL DEFAULT -0.5,
  `amount` int(5) unsigned zerofill DEFAULT 00007,
  `small` tinyint(1) unsigned DEFAULT 0,
  `year_made` year(4) DEFAULT 1999,
  `at` timestamp NOT NULL DEFAULT current_timestamp(),
  `until` timestamp(6) NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  `doubled` int(11) GENERATED ALWAYS AS (`amount` * 2) STORED,
  `shout` varchar(200) GENERATED ALWAYS AS (ucase(`title`)) VIRTUAL INVISIBLE,
  `hidden` int(11) INVISIBLE DEFAULT 3,
  `remark` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `tag` (`tag`),
  UNIQUE KEY `long_one` (`remark`) USING HASH,
  KEY `by_title` (`title`(20),`price`) COMMENT 'x' IGNORED,
  KEY `label` (`label`),
  SPATIAL KEY `spot` (`spot`),
  FULLTEXT KEY `title` (`title`,`remark`),
  CONSTRAINT `sane` CHECK (`price` < 1000000 or `title` <> 'it\'s; dear'),
  CONSTRAINT `CONSTRAINT_1` CHECK (`amount` < 100000)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='pieces' `page_compressed`='1';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `piece`
--

LOCK TABLES `piece` WRITE;
/*!40000 ALTER TABLE `piece` DISABLE KEYS */;
/*!40000 ALTER TABLE `piece` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `quick`
--

DROP TABLE IF EXISTS `quick`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `quick` (
  `id` int(11) DEFAULT NULL,
  `word` varchar(20) DEFAULT NULL,
  KEY `word` (`word`)
) ENGINE=MEMORY DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `quick`
--

LOCK TABLES `quick` WRITE;
/*!40000 ALTER TABLE `quick` DISABLE KEYS */;
/*!40000 ALTER TABLE `quick` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `quiet_history`
--

DROP TABLE IF EXISTS `quiet_history`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `quiet_history` (
  `id` int(11) DEFAULT NULL,
  `price` int(11) DEFAULT NULL WITHOUT SYSTEM VERSIONING
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci WITH SYSTEM VERSIONING
 PARTITION BY SYSTEM_TIME LIMIT 1000
(PARTITION `p0` HISTORY ENGINE = InnoDB,
 PARTITION `p1` HISTORY ENGINE = InnoDB,
 PARTITION `now` CURRENT ENGINE = InnoDB);
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `quiet_history`
--

LOCK TABLES `quiet_history` WRITE;
/*!40000 ALTER TABLE `quiet_history` DISABLE KEYS */;
/*!40000 ALTER TABLE `quiet_history` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `remark`
--

DROP TABLE IF EXISTS `remark`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `remark` (
  `id` int(11) NOT NULL CHECK (`id` > 0),
  `text` varchar(50) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `by_text` (`text`,`id`),
  CONSTRAINT `CONSTRAINT_1` CHECK (`text` <> '')
) ENGINE=Aria DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci PAGE_CHECKSUM=1 TRANSACTIONAL=1;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `remark`
--

LOCK TABLES `remark` WRITE;
/*!40000 ALTER TABLE `remark` DISABLE KEYS */;
INSERT INTO `remark` VALUES
(2,'/*M!100100 x */'),
(1,'CREATE TABLE z (a int); it\'s \'so\'');
/*!40000 ALTER TABLE `remark` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `spread`
--

DROP TABLE IF EXISTS `spread`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `spread` (
  `id` int(11) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
 PARTITION BY LINEAR HASH (`id` MOD 7)
PARTITIONS 4;
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
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `twin` (
  `id` bigint(20) unsigned NOT NULL DEFAULT nextval(`fixture_museum`.`tickets`),
  `tag` uuid NOT NULL DEFAULT uuid(),
  `address` inet6 DEFAULT NULL,
  `gate` inet4 DEFAULT '127.0.0.1',
  `papers` longtext DEFAULT '{}' CHECK (json_valid(`papers`)),
  `more` longtext DEFAULT NULL CHECK (json_valid(`more`)),
  `title` varchar(200) NOT NULL DEFAULT concat('x',';'),
  `label` varchar(80) DEFAULT NULL,
  `story` text /*M!100301 COMPRESSED*/ DEFAULT 'long; ago',
  `shape` geometry DEFAULT NULL,
  `spot` point NOT NULL,
  `price` decimal(20,4) DEFAULT 12.5000 CHECK (`price` > 0),
  `weight` float NOT NULL DEFAULT -0.5,
  `amount` int(5) unsigned zerofill DEFAULT 00007,
  `small` tinyint(1) unsigned DEFAULT 0,
  `year_made` year(4) DEFAULT 1999,
  `at` timestamp NOT NULL DEFAULT current_timestamp(),
  `until` timestamp(6) NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  `doubled` int(11) GENERATED ALWAYS AS (`amount` * 2) STORED,
  `shout` varchar(200) GENERATED ALWAYS AS (ucase(`title`)) VIRTUAL INVISIBLE,
  `hidden` int(11) INVISIBLE DEFAULT 3,
  `remark` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `tag` (`tag`),
  UNIQUE KEY `long_one` (`remark`) USING HASH,
  KEY `by_title` (`title`(20),`price`) COMMENT 'x',
  KEY `label` (`label`),
  SPATIAL KEY `spot` (`spot`),
  FULLTEXT KEY `title` (`title`,`remark`),
  CONSTRAINT `CONSTRAINT_1` CHECK (`amount` < 100000)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci COMMENT='pieces' `page_compressed`='1';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `twin`
--

LOCK TABLES `twin` WRITE;
/*!40000 ALTER TABLE `twin` DISABLE KEYS */;
/*!40000 ALTER TABLE `twin` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Dumping events for database 'fixture_museum'
--
/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
/*!50106 DROP EVENT IF EXISTS `hourly` */;
DELIMITER ;;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;;
/*!50003 SET character_set_client  = utf8mb3 */ ;;
/*!50003 SET character_set_results = utf8mb3 */ ;;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;;
/*!50003 SET time_zone             = '+00:00' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=`rdsadmin`@`localhost`*/ /*!50106 EVENT `hourly` ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2026-11-26 20:46:40' ON COMPLETION PRESERVE ENABLE DO BEGIN SELECT 1; END 
*/ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;;
/*!50003 SET character_set_client  = @saved_cs_client */ ;;
/*!50003 SET character_set_results = @saved_cs_results */ ;;
/*!50003 SET collation_connection  = @saved_col_connection */ ;;
DELIMITER ;
/*!50106 SET TIME_ZONE= @save_time_zone */ ;

--
-- Dumping routines for database 'fixture_museum'
--
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
/*!50003 DROP FUNCTION IF EXISTS `total` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
DELIMITER ;;
CREATE DEFINER=`rdsadmin`@`localhost` AGGREGATE FUNCTION `total`(x int) RETURNS int(11)
BEGIN
  DECLARE sum int DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN sum;
  LOOP FETCH GROUP NEXT ROW; SET sum = sum + x; END LOOP;
END
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
/*!50003 DROP PROCEDURE IF EXISTS `lend` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
DELIMITER ;;
CREATE DEFINER=`rdsadmin`@`localhost` PROCEDURE `lend`(piece bigint, INOUT day date)
    MODIFIES SQL DATA
FOR i IN 1..3 DO INSERT INTO loan (piece_id) VALUES (piece); END FOR
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ORACLE,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,NO_FIELD_OPTIONS,NO_AUTO_CREATE_USER,SIMULTANEOUS_ASSIGNMENT' */ ;
/*!50003 DROP PROCEDURE IF EXISTS `oracle_like` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
DELIMITER ;;
CREATE DEFINER="rdsadmin"@"localhost" PROCEDURE "oracle_like"(a IN INT, b OUT VARCHAR2(10))
AS
  c INT := 5;
BEGIN
  b := 'x;y';
END
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ORACLE,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,NO_FIELD_OPTIONS,NO_AUTO_CREATE_USER,SIMULTANEOUS_ASSIGNMENT' */ ;
/*!50003 DROP PACKAGE IF EXISTS `tools` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
DELIMITER ;;
CREATE DEFINER="rdsadmin"@"localhost" PACKAGE "tools" AS FUNCTION f(a INT) RETURN INT; PROCEDURE p; END
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ORACLE,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,NO_FIELD_OPTIONS,NO_AUTO_CREATE_USER,SIMULTANEOUS_ASSIGNMENT' */ ;
/*!50003 DROP PACKAGE BODY IF EXISTS `tools` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb3 */ ;
/*!50003 SET character_set_results = utf8mb3 */ ;
/*!50003 SET collation_connection  = utf8mb3_general_ci */ ;
DELIMITER ;;
CREATE DEFINER="rdsadmin"@"localhost" PACKAGE BODY "tools" AS
  FUNCTION f(a INT) RETURN INT AS BEGIN RETURN a; END;
  PROCEDURE p AS BEGIN SELECT 1; END;
END
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Current Database: `fixture_museum`
--

USE `fixture_museum`;

--
-- Final view structure for view `dear`
--

/*!50001 DROP VIEW IF EXISTS `dear`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb3 */;
/*!50001 SET character_set_results     = utf8mb3 */;
/*!50001 SET collation_connection      = utf8mb3_general_ci */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`rdsadmin`@`localhost` SQL SECURITY INVOKER */
/*!50001 VIEW `dear` AS select `piece`.`id` AS `id` from `piece` */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed
