from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_AT_HAND = (None, "ngram", "mecab")


class FulltextIndex(Rule):
    """Full-text index.

    ## What it finds
    FULLTEXT indexes. One with a parser other than ngram and MeCab is a warning; a live server does not tell
    parsers.

    ## Why it matters on Aurora
    DMS does not make them. They find other words where the token sizes, stop words or the ngram size of the target
    differ, and a parser that Aurora lacks is an error.

    ## What to do
    Make them after the load with innodb_ft_min_token_size, the stop words and ngram_token_size as on the source,
    and compare the results of some searches.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY114"
    slug = "fulltext-index"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body text, FULLTEXT KEY words (body));",)
    good = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body text);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for index in catalog.indexes:
            if index.method == "fulltext":
                parser = f" with the parser {index.parser}" if index.parser else ""
                yield self.finding(
                    ObjectRef("index", f"{index.table}.{index.name}", index.location),
                    f"is a full-text index{parser}: what it finds depends on settings of the target",
                    remedy="Set the innodb_ft_ and ngram parameters as on the source before it is made.",
                    severity=Severity.WARNING if index.parser not in _AT_HAND else None,
                )
