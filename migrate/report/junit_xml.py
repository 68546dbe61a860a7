"""JUnit XML as every report writes it: suites of cases that pass, fail, err or are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Case:
    """`holds` False fails, None is skipped; one that is `broken` could not be asked. `told` says why."""

    group: str
    name: str
    holds: bool | None
    told: str = ""
    seconds: float | None = None
    broken: bool = False


def render(suites: Iterable[tuple[str, Iterable[Case]]]) -> str:
    """The document."""
    root = Xml.Element("testsuites", name="aurora-migrate")
    for name, cases in suites:
        suite = Xml.SubElement(root, "testsuite", name=clean(name))
        for one in cases:
            _case(suite, one)
        _count(suite)
    _count(root)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _case(suite: Xml.Element, one: Case) -> None:
    case = Xml.SubElement(suite, "testcase", classname=clean(one.group), name=clean(one.name))
    if one.seconds is not None:
        case.set("time", f"{one.seconds:.3f}")
    if one.broken or one.holds is not True:
        kind = "error" if one.broken else "failure" if one.holds is False else "skipped"
        told = Xml.SubElement(case, kind, message=clean(one.told))
        told.text = clean(one.told)
    elif one.told:
        Xml.SubElement(case, "system-out").text = clean(one.told)


def _count(element: Xml.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for kind, attribute in (("error", "errors"), ("failure", "failures"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(kind) is not None for case in cases)))


def clean(text: str) -> str:
    """XML 1.0 knows no other control characters, not even escaped."""
    return _NOT_IN_XML.sub("\ufffd", text)
