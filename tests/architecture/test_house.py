"""Architecture is a test: who may import whom, how large a module may be, who may print."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("migrate", "checks")

THIRD_PARTY_HOMES = {
    "boto3": ("migrate.aws",),
    "botocore": ("migrate.aws", "migrate.sandbox.dms.wire"),
    "moto": ("migrate.sandbox",),
    "psycopg": ("migrate.engines.postgres", "migrate.sandbox"),
    "pymysql": ("migrate.engines.mysql", "migrate.sandbox"),
    "troposphere": ("migrate.template",),
    "sqlalchemy": ("migrate.state",),
    "sqlglot": ("checks",),
    "rich": ("migrate.ui",),
    "typer": ("migrate.cli",),
    "jinja2": ("migrate.report",),
    "starlette": ("migrate.web",),
    "uvicorn": ("migrate.web",),
}

INSIDE = ("migrate.model", "migrate.errors", "migrate.events", "migrate.clock", "migrate.signals", "checks")
LAYERS = {
    "checks": ("checks",),
    "migrate.model": ("migrate.model", "checks"),
    "migrate.errors": (),
    "migrate.clock": (),
    "migrate.signals": ("migrate.errors",),
    "migrate.ports": ("migrate.ports", *INSIDE),
    "migrate.gates": ("migrate.gates", *INSIDE),
    "migrate.stages": ("migrate.stages", "migrate.gates", "migrate.ports", *INSIDE),
    "migrate.runner": ("migrate.runner", "migrate.ports", *INSIDE),
    "migrate.state": ("migrate.state", "migrate.ports", *INSIDE),
    "migrate.engines": ("migrate.engines", "migrate.ports", *INSIDE),
    "migrate.aws": ("migrate.aws", "migrate.ports", *INSIDE),
    "migrate.outside": ("migrate.outside", "migrate.ports", *INSIDE),
    "migrate.template": ("migrate.template", *INSIDE),
    "migrate.sandbox": ("migrate.sandbox",),
    "migrate.report": ("migrate.report", *INSIDE),
    "migrate.ui": ("migrate.ui", *INSIDE),
    "migrate.web": ("migrate.web", "migrate.report", *INSIDE),
    "migrate.operations": (
        "migrate.operations",
        "migrate.wiring",
        "migrate.settings",
        "migrate.task_section",
        "migrate.shipped",
        "migrate.runner",
        "migrate.stages",
        "migrate.gates",
        "migrate.report",
        "migrate.template",
        "migrate.ports",
        "migrate.sandbox.client",
        "migrate.sandbox.errors",
        *INSIDE,
    ),
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imported(name: str, path: Path) -> set[str]:
    """Every module that `path` imports, with the names taken `from` it, absolute."""
    found: set[str] = set()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, *([base] if base else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def within(name: str, homes: tuple[str, ...]) -> bool:
    return any(name == home or name.startswith(f"{home}.") for home in homes)


MODULES = list(modules())


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 50


@pytest.mark.parametrize("package", sorted(THIRD_PARTY_HOMES))
def test_third_party_packages_stay_at_home(package: str) -> None:
    homes = THIRD_PARTY_HOMES[package]
    strays = [
        name
        for name, path in MODULES
        if not within(name, homes) and any(within(module, (package,)) for module in imported(name, path))
    ]
    assert not strays, f"{package} belongs to {homes} alone"


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_layers_look_down_only(layer: str) -> None:
    allowed = LAYERS[layer]
    strays = [
        f"{name} imports {module}"
        for name, path in MODULES
        if within(name, (layer,))
        for module in sorted(imported(name, path))
        if within(module, ("migrate", "checks"))
        and not within(module, allowed)
        and not (module == "migrate.__version__" and layer not in ("checks", "migrate.sandbox"))
    ]
    assert not strays


def test_checks_import_the_standard_library_and_sqlglot_only() -> None:
    import sys

    allowed = {*sys.stdlib_module_names, "sqlglot", "checks"}
    strays = [
        f"{name} imports {module}"
        for name, path in MODULES
        if within(name, ("checks",))
        for module in imported(name, path)
        if module.split(".")[0] not in allowed
    ]
    assert not strays


def test_no_module_is_over_400_lines() -> None:
    long = {name: n for name, path in MODULES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_no_rule_or_gate_is_over_80_lines() -> None:
    long = {
        name: n
        for name, path in MODULES
        if re.match(r"checks\.rules\.\w+\.\w+$|migrate\.gates\.(?!registry)\w+$", name)
        and (n := len(path.read_text(encoding="utf-8").splitlines())) > 80
    }
    assert not long


def test_only_ui_prints_and_nobody_configures_logging() -> None:
    strays = []
    for name, path in MODULES:
        if within(name, ("migrate.ui",)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in {"print", "logging.basicConfig", "logging.config.dictConfig"}:
                    strays.append(f"{name}:{node.lineno} {called}")
    assert not strays


def test_names_say_what_a_module_holds() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "misc", "common", "base"}
    assert not [name for name, path in MODULES if path.stem in vague]


def test_every_module_says_what_it_is_for() -> None:
    """Gates and rules say it in their function or class."""
    silent = [
        name
        for name, path in MODULES
        if not within(name, ("migrate.gates", "checks.rules"))
        and path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_the_top_level_is_the_one_agreed() -> None:
    tracked = {
        "pyproject.toml", "migrate", "checks", "runbooks", "tests", "sample_schemas", "README.md", "LICENSE",
        "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "constraints.txt", "docs", ".ci", ".gitignore",
    }  # fmt: skip
    ignored = {".git", ".venv", ".aurora-migrate", "rehearsal", "build", "dist"}
    there = {path.name for path in ROOT.iterdir()}
    caches = {name for name in there if name.endswith("_cache") or name in {".hypothesis", "__pycache__"}}
    assert there - ignored - caches <= tracked


HOSTS = re.compile(r"pyp[i]\.org|python[h]osted|registry\.npm[j]s|(?:deb|security)\.debi[a]n\.org")


def test_no_file_names_a_package_registry() -> None:
    named = [
        str(path.relative_to(ROOT))
        for folder in (*PACKAGES, "runbooks", "sample_schemas", "docs", "tests", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".gz"} and HOSTS.search(path.read_text(errors="replace"))
    ]
    assert not named
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "README.md"):
        assert not HOSTS.search((ROOT / name).read_text(encoding="utf-8"))
