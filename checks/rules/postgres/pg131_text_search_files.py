from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import tokens
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_OPTIONS = ("dictfile", "afffile", "synonyms", "stopwords")
_SHIPPED = frozenset(
    [
        "danish",
        "dutch",
        "english",
        "finnish",
        "french",
        "german",
        "hungarian",
        "italian",
        "nepali",
        "norwegian",
        "portuguese",
        "russian",
        "spanish",
        "swedish",
        "turkish",
        "synonym_sample",
        "thesaurus_sample",
        "ispell_sample",
        "hunspell_sample",
        "hunspell_sample_long",
        "hunspell_sample_num",
    ]
)


def _files(definition: str) -> list[str]:
    values = [token.value for token in tokens(definition)]
    named = [values[at + 2] for at in range(len(values) - 2) if values[at] in _OPTIONS and values[at + 1] == "="]
    return [name for name in named if name not in _SHIPPED]


class TextSearchFiles(Rule):
    """Text search dictionary with files of its own.

    ## What it finds
    Dictionaries whose dictfile, afffile, synonyms or stopwords name a file that PostgreSQL does not ship.

    ## Why it matters on Aurora
    The file stands in the server's tsearch_data folder. There is no access to an Aurora host to put it there, so
    the dictionary is refused.

    ## What to do
    Use a dictionary that is shipped, or keep synonyms in a table and apply them before to_tsvector.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG131"
    slug = "text-search-files"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    not_loadable = "the file our_words is not on a plain server"
    bad = ("CREATE TEXT SEARCH DICTIONARY house (TEMPLATE = synonym, SYNONYMS = our_words);",)
    good = ("CREATE TEXT SEARCH DICTIONARY house (TEMPLATE = synonym, SYNONYMS = synonym_sample);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            files = _files(other.definition) if other.kind == "text search dictionary" else []
            if files:
                yield self.finding(
                    other.ref,
                    f"reads {', '.join(files)} from the server's file system, where Aurora lets nothing be put",
                    remedy="Use a shipped dictionary, or keep synonyms in a table.",
                )
