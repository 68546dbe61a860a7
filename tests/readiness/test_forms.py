"""Every form of the report: complete, self-contained, nothing that somebody else wrote is taken for markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

import migrate
from migrate.model.readiness import ReadinessReport
from migrate.report.documents import document, schema
from migrate.report.readiness.page import page
from migrate.report.readiness.plain import WIDTH
from migrate.report.readiness.render import Form, render
from migrate.report.rehearsal_html import TEMPLATES
from tests.readiness.conftest import Told

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></svg><b>out</b>",
    "{{ 7 * 7 }}{% raw %}",
    "a|b\n\n# no heading",
    "`code` [link](javascript:alert(1))",
    "\u202e gnp.exe \x1b[31m",
)
VOID = {"meta", "br", "line", "rect"}
Rich = Callable[[str], ReadinessReport]


class Page(HTMLParser):
    """Collects tags and attributes, and checks that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self._open or self._open.pop() != tag):
            self.unbalanced.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_needs_nothing_from_anywhere(rich: Rich) -> None:
    text = render(rich("public.orders"), Form.HTML)
    found = Page(text)
    assert found.unbalanced == []
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
    for tag, attributes in found.tags:
        assert not {"src", "action", "srcset"} & attributes.keys(), tag
        assert (attributes.get("href") or "#").startswith("#"), tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert "://" not in text
    assert "@import" not in text
    assert "url(" not in text
    assert len(text.encode()) < 400_000


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_html(rich: Rich, text: str) -> None:
    made = render(rich(text), Form.HTML)
    assert [tag for tag, _ in Page(made).tags] == [tag for tag, _ in Page(render(rich("plain"), Form.HTML)).tags]
    assert Page(made).unbalanced == []
    for piece in ("<script", "<img", "<b>out", "onmouseover='"):
        assert piece not in made


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_markdown(rich: Rich, text: str) -> None:
    made = render(rich(text), Form.MARKDOWN)
    plain = render(rich("plain"), Form.MARKDOWN)
    assert _shape(made) == _shape(plain)
    assert "[link](" not in made
    assert not re.search(r"(?<!\\)<(?!br>)", made)


def _shape(made: str) -> list[tuple[str, int]]:
    """Headings, and the cells of every row of a table."""
    lines = [line for line in made.splitlines() if line.startswith(("#", "|"))]
    return [(line[0], len(re.findall(r"(?<!\\)\|", line))) for line in lines]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_is_moved_by_nothing(rich: Rich, text: str) -> None:
    made = render(rich(text), Form.TEXT)
    assert all(character.isprintable() or character == "\n" for character in made)


def test_the_text_fits_80_columns(rich: Rich) -> None:
    lines = render(rich("public." + "a_table_with_a_very_long_name_" * 4), Form.TEXT).splitlines()
    assert max(len(line) for line in lines) <= WIDTH


def test_the_decision_and_its_reasons_come_first_in_every_form(rich: Rich) -> None:
    report = rich("public.orders")
    for form, chars in ((Form.TEXT, 900), (Form.MARKDOWN, 900)):
        head = render(report, form)[:chars]
        assert "things stand in the way of a cutover" in head.replace("\n", " ")
        assert "run replicate" not in head
        assert "gate validation-clean-and-fresh" in head.replace("\\", "")
    body = render(report, Form.HTML).partition("<body>")[2]
    assert 0 < body.index("No-go") < body.index('<ul class="reasons">') < body.index("<section")


def test_every_section_is_there_and_says_what_is_not_known(told: Told) -> None:
    made = page(told.report())
    assert [one.slug for one in made.sections] == [
        *("blockers", "stages", "unproven", "gates", "way-back", "rehearsals", "figures", "risk"),
        *("consents", "cost", "evidence"),
    ]
    text = render(told.report(), Form.TEXT)
    for line in (
        "Not priced.",
        "Nobody has approved anything yet.",
        "No rollback was ever exercised.",
        "not on record",
    ):
        assert line in text


def test_the_document_fits_its_schema(rich: Rich, told: Told) -> None:
    validator = jsonschema.Draft202012Validator(schema("readiness"))
    validator.check_schema(validator.schema)
    for report in (rich("public.orders"), told.report()):
        made = json.loads(render(report, Form.JSON))
        assert not [error.message for error in validator.iter_errors(made)]
        assert made["generated_at"] == made["at"]
        for name in made:
            without = {key: value for key, value in made.items() if key != name}
            assert not validator.is_valid(without), name


@pytest.mark.parametrize(
    ("profiles", "there", "missing"),
    [
        (("instant", "aws-like"), "AWS answered by a local sandbox", "profile `live`"),
        (("live",), "profile `live`", "AWS answered by a local sandbox"),
        (("live", "instant"), "AWS answered by a local sandbox", None),
    ],
)
def test_where_rehearsals_ran_is_told_by_their_profiles(
    told: Told, profiles: tuple[str, ...], there: str, missing: str | None
) -> None:
    for number, profile in enumerate(profiles):
        where = {"endpoint": "AWS, eu-central-1" if profile == "live" else "local sandbox"}
        told.rehearsed(f"r{number}", profile=profile, environment=where)
    section = next(one for one in page(told.report()).sections if one.slug == "rehearsals")
    assert there in section.lead
    assert missing is None or missing not in section.lead
    if "live" in profiles:
        assert "AWS answered by AWS, eu-central-1" in render(told.report(), Form.HTML)
        assert "profile `live`" in section.lead


def test_no_score_stands_anywhere(rich: Rich) -> None:
    assert "score" not in re.sub(r"no score", "", json.dumps(document(rich("x"))))


# --- who cannot see, or uses no mouse ---------------------------------------------------------------------------------


def test_tables_and_charts_say_what_they_are(rich: Rich) -> None:
    text = render(rich("public.orders"), Form.HTML)
    found = Page(text)
    assert len(found.all("table")) == len(found.all("caption")) == text.count("</caption>")
    assert all(one.get("scope") in ("col", "row") for one in found.all("th"))
    charts = found.all("svg")
    assert len(charts) == 2
    ids = {attributes.get("id") for _, attributes in found.tags}
    for chart in charts:
        assert chart["role"] == "img"
        assert set((chart["aria-labelledby"] or "").split()) <= ids
    assert [tag for tag, _ in found.tags if re.fullmatch(r"h\d", tag)][:2] == ["h1", "h2"]
    assert found.all("html") == [{"lang": "en"}]


def test_everything_can_be_reached_by_keyboard(rich: Rich) -> None:
    found = Page(render(rich("public.orders"), Form.HTML))
    ids = {attributes.get("id") for _, attributes in found.tags}
    assert {(one["href"] or "")[1:] for one in found.all("a")} <= ids
    wide = [one for one in found.all("div") if one.get("class") == "scroll"]
    assert wide
    assert all(one.get("tabindex") == "0" and one.get("aria-label") for one in wide), "scrolled by keys, too"


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_text_can_be_read_on_its_ground(theme: str) -> None:
    """WCAG 2.1 AA: 4.5 for text."""
    css = (Path(TEMPLATES) / "readiness/page.css").read_text(encoding="utf-8")
    light, rest = css.split("@media (prefers-color-scheme: dark)")
    dark, printed = rest.split("@media print")
    colours = _colours({"light": light, "dark": dark, "print": printed}[theme])
    for name in ("ink", "quiet", "good", "bad", "unsure", "link"):
        assert _contrast(colours[name], colours["ground"]) >= 4.5, name
    for heat in ("heat1", "heat2", "heat3"):
        assert _contrast(colours["heat-ink"] if "heat-ink" in colours else colours["ink"], colours[heat]) >= 4.5, heat


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_of_the_control_room_can_be_read_on_every_ground(theme: int) -> None:
    """From across a room, too; a failed table's cell and one that is worked on stand out from their sheet."""
    css = (Path(migrate.__file__).parent / "web/static/room.css").read_text(encoding="utf-8")
    colours = _colours(css.split("@media (prefers-color-scheme: dark)")[theme])
    for ground in ("sheet", "ground", "faint", "bad-ground", "now-ground"):
        for name in ("ink", "quiet", "good", "bad", "warning", "now"):
            assert _contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert _contrast(colours["sheet"], colours["bad"]) >= 4.5, "no news from the server"
    for cell in ("cell-good", "cell-now", "cell-bad"):
        assert _contrast(colours[cell], colours["sheet"]) >= 3, cell


GRAPHICS = {
    "readiness/page.css": ("ground", ("bar", "bad")),
    "rehearsal.css": ("sheet", ("bar", "bad", "freeze", "switch", "rollback", "ink")),
}
"""What bars and lines are drawn on, and the colours that they are drawn with."""


@pytest.mark.parametrize("sheet", GRAPHICS)
@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "print"])
def test_every_bar_and_line_can_be_seen_on_its_ground(sheet: str, theme: int) -> None:
    """WCAG 2.1 AA, 1.4.11: 3 for graphics."""
    css = (Path(TEMPLATES) / sheet).read_text(encoding="utf-8")
    colours = _colours(re.split(r"@media \(prefers-color-scheme: dark\)|@media print", css)[theme])
    ground, drawn = GRAPHICS[sheet]
    if not colours:
        assert (sheet, theme) == ("rehearsal.css", 2), "it prints in the colours of the light one"
        return
    for name in drawn:
        assert _contrast(colours[name], colours[ground]) >= 3, name


def test_nothing_is_drawn_with_a_colour_that_is_not_looked_at() -> None:
    """Grid lines carry nothing; a failed bar is hollow, and a silent second has a line around it."""
    for sheet, (ground, drawn) in GRAPHICS.items():
        css = (Path(TEMPLATES) / sheet).read_text(encoding="utf-8")
        rules = dict(re.findall(r"svg (\.[^{]+?) \{ ([^}]+) \}", css))
        for selector, rule in rules.items():
            seen = set(re.findall(r"(?:fill|stroke): var\(--([\w-]+)\)", rule))
            assert not seen or selector == ".grid" or seen & set(drawn), (selector, rule)
            assert seen <= {*drawn, ground, "bad-ground", "line", "ink"}, (selector, rule)


def test_a_chart_of_freezes_shows_one_kind_of_rehearsal(told: Told) -> None:
    """The newest that counts says which."""
    for number, sample in enumerate(("Ledger", "Ledger", "Shop", "Ledger")):
        started_at = f"2026-11-2{number}T08:00:00.000Z"
        told.rehearsed(f"r{number}", started_at=started_at, freeze=1.0 + number, environment={"sample": sample})
    text = render(told.report(), Form.TEXT)
    assert "Longest freeze: 2026-11-20 1.00 s, 2026-11-21 2.00 s, 2026-11-23 4.00 s" in text


def test_a_rehearsal_that_failed_is_told_by_more_than_a_colour(told: Told) -> None:
    for number, verdict in enumerate(("passed", "failed", "passed")):
        told.rehearsed(f"r{number}", verdict=verdict, started_at=f"2026-11-2{number}T08:00:00.000Z", reason="no")
    text = render(told.report(), Form.HTML)
    charts = [one for one in Page(text).all("rect") if "bar" in (one.get("class") or "").split()]
    assert [one.get("class") for one in charts].count("bar failed") == 1
    assert text.count("✗ failed</text>") == 1
    assert "2026-11-21 1.00 s (failed)" in text
    assert "2026-11-20 1.00 s (failed)" not in text
    assert "1.00 s (failed)" in " ".join(render(told.report(), Form.TEXT).split())
    css = (Path(TEMPLATES) / "readiness/page.css").read_text(encoding="utf-8")
    assert re.search(r"svg \.bar\.failed \{[^}]*stroke-dasharray", css), "hollow and dashed, in black and white, too"
