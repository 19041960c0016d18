"""The layers of `bot/__init__.py`, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot

PACKAGE = Path(bot.__file__).parent

LAYERS = {
    name: layer
    for layer, names in enumerate(
        (
            "errors",
            "model language hours zones _sentences _journal _net _crash",
            "text http identity settings credentials _toml_lines",
            "config selection schedule pace robots editorial fit site media store platforms"
            " _sandbox _story",
            "teaser queue source survey schema drawn",
            "desk health proposal standing",
            "ingest revision oneoff review publisher reconciler followups watch filming notices"
            " login status people web agenda _log",
            "app",
            "doctor demo room",
            "daemon",
            "cli",
        )
    )
    for name in names.split()
}

#: A library that may be imported only where it says.
HOMES = {
    "tweepy": {"platforms/twitter.py"},
    "facebook": {"platforms/_meta.py"},
    "jinja2": {"teaser.py", "_sandbox.py", "web", "room"},
    "protego": {"robots.py"},
    "tomlkit": {"revision.py"},
    "apscheduler": {"daemon.py"},
    "cryptography": {"store"},
    "psycopg": {"store"},
    "apprise": {"notices"},
    "prometheus_client": {"web"},
    "argon2": {"people.py"},
    "starlette": {"web", "room"},
    "uvicorn": {"web"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "lxml": {"site", "text.py"},
    "trafilatura": {"site"},
    "htmldate": {"site"},
    "click": {"cli"},
    "rich": {"cli"},
    "requests": {"http.py", "_net.py", "platforms"},
    "PIL": {"media"},
    "pyvips": {"media"},
    "av": {"media"},
    "numpy": {"media"},
}

#: Only the assembly and what stands above it read the environment.
ENVIRONMENT_FROM = LAYERS["app"]


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def place(path: Path) -> str:
    """The part of the picture a file belongs to: its top module or package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer(name: str) -> int | None:
    return LAYERS.get(name)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", node.lineno
            for alias in node.names:
                if node.module == "bot" or is_module(f"{node.module}.{alias.name}"):
                    yield f"{node.module}.{alias.name}", node.lineno


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def below(module: list[str], package: tuple[str, ...]) -> str:
    """What of an imported module lies below the package that its importer is in."""
    steps = [*module, "__init__"]
    while package and steps[0] == package[0]:
        steps, package = steps[1:], package[1:]
    return steps[0]


def test_every_module_has_a_layer() -> None:
    unknown = {
        place(path)
        for path in modules()
        if place(path) not in ("__init__", "__main__") and layer(place(path)) is None
    }
    assert not unknown, f"say in LAYERS where these belong: {sorted(unknown)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_lower_layers(path: Path) -> None:
    here = place(path)
    if here in ("__init__", "__main__"):
        return
    own = layer(here)
    assert own is not None
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] != "bot" or len(parts) == 1 or parts[1] == "__version__":
            continue
        target = layer(parts[1])
        if target is None:
            continue  # an attribute of the package itself
        where = f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        inner = next((at for at, step in enumerate(parts) if step.startswith("_")), 1)
        at_home = path.relative_to(PACKAGE).parts[: inner - 1] == tuple(parts[1:inner])
        assert inner < 2 or at_home, f"{where}: private to its folder"
        if parts[1] == here:
            inside = below(parts[1:], path.relative_to(PACKAGE).parent.parts)
            ok = inside.startswith("_") or inside in ("base", "schema") or here in ("cli", "store")
            workshop = path.parent.name == "_workshop"  # where all are private to one process
            assert ok or workshop, f"{where}: a sibling"
        else:
            assert target < own, f"{where}: layer {target} from layer {own}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_stays_at_home(path: Path) -> None:
    relative = path.relative_to(PACKAGE)
    for name, line in imports(path):
        homes = HOMES.get(name.split(".")[0])
        if homes is not None:
            assert homes & {str(relative), relative.parts[0]}, f"{relative}:{line} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_environment_and_the_clock_are_read_at_the_top(path: Path) -> None:
    own = layer(place(path))
    if own is None or own >= ENVIRONMENT_FROM:
        return
    text = path.read_text(encoding="utf-8")
    for word in ("os.environ", "os.getenv", "datetime.now(", "datetime.utcnow("):
        assert word not in text, f"{path.relative_to(PACKAGE)} reads {word}"


def test_only_relative_imports_hide_from_this_test() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: relative import"
