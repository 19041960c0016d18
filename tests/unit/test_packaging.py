"""The unit and the Dockerfile hold what keeps a server safe; no server is needed to see it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from bot.daemon import GRACE
from bot.hours import duration
from bot.settings import ReviewPage

CONFIG = Path(__file__).parents[2] / "config"
UNIT = CONFIG / "bot.service"


@pytest.fixture
def unit() -> dict[str, list[str]]:
    """The settings of the unit; one that is given twice has two values."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in UNIT.read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


@pytest.fixture
def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    text = (CONFIG / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_unit_shuts_the_bot_off_from_what_it_does_not_need(unit: dict[str, list[str]]) -> None:
    expected = {
        "DynamicUser": ["yes"],
        "StateDirectory": ["bot"],
        "ProtectSystem": ["strict"],
        "ProtectHome": ["yes"],
        "NoNewPrivileges": ["yes"],
        "CapabilityBoundingSet": [""],
        "MemoryDenyWriteExecute": ["yes"],
        "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"],
        "SystemCallFilter": ["@system-service", "~@privileged"],
        "UMask": ["0077"],
    }
    assert {name: unit.get(name) for name in expected} == expected
    assert "ProcSubset" not in unit, "the machine's start, in /proc/sys, must stay legible"
    assert unit["LoadCredential"][0].startswith("BOT:"), "a folder’s files get this prefix"


def test_the_unit_and_the_daemon_agree(unit: dict[str, list[str]]) -> None:
    assert unit["Type"] == ["notify"]
    assert unit["ExecStart"][0].endswith(" run")
    assert unit["WorkingDirectory"] == ["/var/lib/bot"]
    assert unit["RestartPreventExitStatus"] == ["2"], "the exit code of a wrong configuration"
    assert duration(unit["TimeoutStopSec"][0]) > 2 * GRACE
    assert duration(unit["WatchdogSec"][0].replace("min", "m")) > timedelta(seconds=30)
    assert unit["MemoryMax"]
    assert unit["OOMPolicy"] == ["continue"], "a picture that takes too much ends no daemon"


def test_systemd_finds_the_unit_tight() -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze on this machine: the unit's exposure is not judged")
    judged = subprocess.run(
        [tool, "security", "--offline=true", "--threshold=15", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if "--offline" in judged.stderr:
        pytest.skip("this systemd-analyze is too old to judge a unit offline")
    assert judged.returncode == 0, judged.stdout[-300:] + judged.stderr


def test_the_image_runs_as_nobody_in_particular(steps: list[tuple[str, str]]) -> None:
    last = [index for index, (word, _) in enumerate(steps) if word == "FROM"][-1]
    final = steps[last:]
    words = dict(final)
    assert words["FROM"] == "python:3.11-slim"
    assert int(words["USER"]) >= 1000
    assert words["VOLUME"] == words["WORKDIR"] == "/var/lib/bot"
    assert (words["ENTRYPOINT"], words["CMD"]) == ('["bot"]', '["run"]')
    made = " ".join(rest for word, rest in final if word == "RUN")
    assert not re.search(r"\b(pip|apt-get|gcc|curl)\b", made), "what builds stays behind"
    assert [rest for word, rest in final if word == "COPY"] == ["--from=build /opt/bot /opt/bot"]


def test_the_image_looks_after_its_health_where_the_pages_are(
    steps: list[tuple[str, str]],
) -> None:
    (check,) = [rest for word, rest in steps if word == "HEALTHCHECK"]
    command = json.loads(check[check.index("[") :])
    listen = ReviewPage().listen
    assert f"http://{listen}/healthz" in command[-1]
    compile(command[-1], "the check", "exec")


def test_no_secret_and_no_site_gets_into_an_image() -> None:
    left_out = (CONFIG / "Dockerfile.dockerignore").read_text("utf-8").split("\n")
    assert {".git", "*.env", "var", "config/sites/*.toml"} <= set(left_out)
