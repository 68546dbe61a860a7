-- A newspaper on MariaDB, with what MySQL does not know. Run by the owner in an empty database, with the mariadb client,
-- under MariaDB's own sql_mode. What the application says to it runs on MySQL too.
-- Invariants that hold at every commit, and that sample_schemas/judge.py asks of the owning database:
--   articles.comment_count = its comments, articles.revision = 1 + its article_revisions; no row without its parent.

SET NAMES utf8mb4;

CREATE SEQUENCE invoice_numbers START WITH 10000 INCREMENT BY 1 CACHE 20;

CREATE TABLE authors (
    id int(10) unsigned NOT NULL AUTO_INCREMENT,
    pen_name varchar(80) NOT NULL,
    joined_on date NOT NULL,
    active tinyint(1) NOT NULL DEFAULT 1,
    last_login_from inet6 DEFAULT NULL,
    origin varchar(32) NOT NULL DEFAULT 'seed',
    PRIMARY KEY (id),
    UNIQUE KEY authors_pen_name (pen_name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE issues (
    id smallint(5) unsigned NOT NULL AUTO_INCREMENT,
    number int(11) NOT NULL,
    published_on date NOT NULL,
    sections set('news','arts','sports','weather') NOT NULL DEFAULT 'news',
    circulation mediumint(9) NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    UNIQUE KEY issues_number (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

DELIMITER ;;
CREATE FUNCTION reading_minutes(words mediumtext CHARACTER SET utf8mb4) RETURNS int(11)
    DETERMINISTIC SQL SECURITY INVOKER
BEGIN
    RETURN ceil(char_length(words) / 1000);
END;;
DELIMITER ;

CREATE TABLE articles (
    id uuid NOT NULL,
    author_id int(10) unsigned DEFAULT NULL,
    issue_id smallint(5) unsigned DEFAULT NULL,
    slug varchar(150) NOT NULL,
    slug_key varchar(150) GENERATED ALWAYS AS (lcase(slug)) STORED,
    headline varchar(200) /*M!101001 CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci */ NOT NULL,
    headline_length int(11) GENERATED ALWAYS AS (char_length(headline)) VIRTUAL,
    body mediumtext DEFAULT NULL,
    minutes int(11) NOT NULL DEFAULT 0,
    state enum('draft','published','retracted') NOT NULL DEFAULT 'draft',
    revision int(10) unsigned NOT NULL DEFAULT 1,
    comment_count int(11) NOT NULL DEFAULT 0,
    metadata json DEFAULT NULL,
    published_at datetime(6) DEFAULT NULL,
    updated_at timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
    origin varchar(32) NOT NULL DEFAULT 'seed',
    PRIMARY KEY (id),
    UNIQUE KEY articles_slug (slug),
    KEY articles_author (author_id),
    KEY articles_issue (issue_id),
    KEY articles_state (state, updated_at),
    KEY articles_origin (origin),
    CONSTRAINT articles_author FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE SET NULL,
    CONSTRAINT articles_issue FOREIGN KEY (issue_id) REFERENCES issues (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE article_revisions (
    id bigint(20) NOT NULL AUTO_INCREMENT,
    article_id uuid NOT NULL,
    revision int(10) unsigned NOT NULL,
    headline varchar(200) NOT NULL,
    recorded_at datetime(6) NOT NULL DEFAULT current_timestamp(6),
    PRIMARY KEY (id),
    KEY article_revisions_article (article_id, revision),
    CONSTRAINT article_revisions_article FOREIGN KEY (article_id) REFERENCES articles (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE comments (
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    parent_id uuid DEFAULT NULL,
    from_address inet6 NOT NULL,
    body text NOT NULL,
    written_at datetime NOT NULL DEFAULT current_timestamp(),
    origin varchar(32) NOT NULL DEFAULT 'seed',
    PRIMARY KEY (id),
    KEY comments_article (article_id, written_at),
    KEY comments_parent (parent_id),
    KEY comments_origin (origin),
    CONSTRAINT comments_article FOREIGN KEY (article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT comments_parent FOREIGN KEY (parent_id) REFERENCES comments (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Keyed by a text that is the same in capitals and small letters, with accents and without.
CREATE TABLE subscriptions (
    reader_email varchar(190) /*M!101001 CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci */ NOT NULL,
    plan enum('daily','weekend','digital') NOT NULL,
    delivery_days set('mon','tue','wed','thu','fri','sat','sun') NOT NULL DEFAULT '',
    price decimal(8,2) NOT NULL,
    starts_on date NOT NULL,
    version int(10) unsigned NOT NULL DEFAULT 1,
    origin varchar(32) NOT NULL DEFAULT 'seed',
    PRIMARY KEY (reader_email),
    KEY subscriptions_origin (origin)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Written by the accountants' own program, which stays behind; its numbers come from the sequence.
CREATE TABLE invoices (
    number bigint(20) NOT NULL DEFAULT nextval(invoice_numbers),
    reader_email varchar(190) /*M!101001 CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci */ NOT NULL,
    amount decimal(8,2) NOT NULL,
    billed_on date NOT NULL,
    PRIMARY KEY (number),
    KEY invoices_reader (reader_email),
    CONSTRAINT invoices_reader FOREIGN KEY (reader_email) REFERENCES subscriptions (reader_email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Its history is kept by the server. Nobody changes rates while the newspaper moves.
CREATE TABLE ad_rates (
    placement varchar(30) NOT NULL,
    width tinyint(3) unsigned NOT NULL,
    price decimal(10,2) NOT NULL,
    PRIMARY KEY (placement, width)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci WITH SYSTEM VERSIONING;

-- Nobody writes to it any more.
CREATE TABLE clippings (
    id int(11) NOT NULL AUTO_INCREMENT,
    clipped_on date NOT NULL,
    scan varbinary(200) DEFAULT NULL,
    caption varchar(120) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL,
    PRIMARY KEY (id)
) ENGINE=Aria DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci PAGE_CHECKSUM=1 TRANSACTIONAL=1;

-- No key, and only ever inserted into: what a change applied twice cannot hide from.
CREATE TABLE activity (
    event_id uuid NOT NULL,
    kind varchar(20) NOT NULL,
    subject varchar(190) NOT NULL,
    origin varchar(32) NOT NULL DEFAULT 'seed',
    happened_at datetime(6) NOT NULL DEFAULT current_timestamp(6),
    KEY activity_event (event_id),
    KEY activity_origin (origin)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE VIEW front_page AS
SELECT articles.headline AS headline, authors.pen_name AS pen_name, articles.minutes AS minutes,
       articles.comment_count AS comment_count
FROM articles
LEFT JOIN authors ON authors.id = articles.author_id
WHERE articles.state = 'published'
ORDER BY articles.published_at DESC
LIMIT 20;

DELIMITER ;;

-- On the side that is fed none of these may fire: the rows they write arrive by themselves.
CREATE TRIGGER articles_keep_revision AFTER UPDATE ON articles FOR EACH ROW
BEGIN
    IF NEW.revision <> OLD.revision THEN
        INSERT INTO article_revisions (article_id, revision, headline) VALUES (NEW.id, NEW.revision, NEW.headline);
    END IF;
END;;

CREATE TRIGGER comments_count_up AFTER INSERT ON comments FOR EACH ROW
BEGIN
    UPDATE articles SET comment_count = comment_count + 1 WHERE id = NEW.article_id;
END;;

CREATE TRIGGER comments_count_down AFTER DELETE ON comments FOR EACH ROW
BEGIN
    UPDATE articles SET comment_count = comment_count - 1 WHERE id = OLD.article_id;
END;;

-- Drafts nobody touched for a month go, a few at a time.
CREATE EVENT forget_old_drafts ON SCHEDULE EVERY 20 SECOND STARTS CURRENT_TIMESTAMP + INTERVAL 1 MINUTE
    ON COMPLETION PRESERVE ENABLE DO
BEGIN
    DELETE FROM articles WHERE state = 'draft' AND updated_at < now() - INTERVAL 30 DAY ORDER BY id LIMIT 10;
END;;

DELIMITER ;
