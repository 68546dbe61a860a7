"""The newspaper's schema as MySQL takes it: what a migration makes of it, as far as its application is concerned."""

from __future__ import annotations

import re

CHANGES = (
    (r"^CREATE SEQUENCE.*;\n", ""),
    (r" uuid ", " char(36) "),
    (r" inet6 ", " varchar(39) "),
    (r"/\*M!.*?\*/", "CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci"),
    (r" DEFAULT nextval\(invoice_numbers\)", " AUTO_INCREMENT"),
    (r" WITH SYSTEM VERSIONING", ""),
    (r"ENGINE=Aria", "ENGINE=InnoDB"),
    (r" PAGE_CHECKSUM=1 TRANSACTIONAL=1", ""),
)


def as_mysql(schema: str) -> str:
    for old, new in CHANGES:
        schema, times = re.subn(old, new, schema, flags=re.MULTILINE)
        assert times, f"nothing like {old!r} in the schema"
    return schema
