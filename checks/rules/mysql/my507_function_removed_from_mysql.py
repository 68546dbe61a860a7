from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_code import code_of, spoken
from checks.mysql_columns import columns
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_CALLS = re.compile(
    r"(?<!\. )\b(password|old_password|encode|decode|encrypt|des_encrypt|des_decrypt|geomfromtext|geomfromwkb"
    r"|astext|aswkb|pointfromtext|polygonfromtext|linefromtext|glength|numpoints|numgeometries|geometrytype) \("
)


class FunctionRemovedFromMysql(Rule):
    """Function that MySQL no longer has.

    ## What it finds
    Calls of PASSWORD, ENCODE, DECODE, ENCRYPT, DES_ENCRYPT, DES_DECRYPT and of spatial functions without ST_, in
    views, routines, triggers, events and generated columns, where the database has no function of that name itself.

    ## Why it matters on Aurora
    MySQL 8 has removed them, MariaDB keeps them: a view with one does not load, a routine fails when it is called.

    ## What to do
    Use AES_ENCRYPT, SHA2 and the ST_ functions.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY507"
    slug = "function-removed-from-mysql"
    severity = Severity.WARNING
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = MYSQL_FAMILY
    bad = (("CREATE FUNCTION hidden(a varchar(20)) RETURNS varchar(41) DETERMINISTIC NO SQL RETURN encode(a, a);"),)
    good = (("CREATE FUNCTION hidden(a varchar(20)) RETURNS varchar(41) DETERMINISTIC NO SQL RETURN concat(a, a);"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        own = {routine.name.lower() for routine in catalog.routines}
        texts = [(code.ref, code.spoken) for code in code_of(catalog)]
        texts += [(ref, spoken(column.generated)) for _, column, ref in columns(catalog) if column.generated]
        for ref, text in texts:
            found = sorted({match[1] for match in _CALLS.finditer(text)} - own)
            if found:
                yield self.finding(
                    ref,
                    f"calls what MySQL 8 does not have: {', '.join(found)}",
                    remedy="Use AES_ENCRYPT, SHA2 or the function of the same name with ST_.",
                )
