-- What MariaDB has not.

CREATE TABLE modern (id int NOT NULL, doc json DEFAULT (json_object('a', 1)), code varchar(40) NOT NULL DEFAULT (uuid()), hidden int INVISIBLE DEFAULT 3, spot point NOT NULL SRID 4326, expr int GENERATED ALWAYS AS (json_extract(doc, '$.a')) VIRTUAL, PRIMARY KEY (id), KEY by_expression ((lower(code)), (id + 1) DESC), KEY many ((cast(doc->'$.tags' as unsigned array))), KEY unseen (hidden) INVISIBLE, KEY backwards (code DESC, id), SPATIAL KEY (spot), CONSTRAINT loose CHECK (id > 0) NOT ENFORCED) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci

ALTER USER {app} DEFAULT ROLE {role}
