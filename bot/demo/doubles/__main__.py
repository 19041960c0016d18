"""Run the four platforms until the process is ended: `python -m bot.demo.doubles`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from bot.demo.doubles import Doubles


def main() -> None:
    """Serve, after one line of JSON that says where and with which credentials."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo.doubles", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the first of four ports")
    parser.add_argument("--log", type=Path, required=True, help="the folder of the logs")
    parser.add_argument("--visible-after", type=float, default=0, help="seconds")
    parser.add_argument("--looks", type=int, default=1, help="how often work is not done yet")
    parser.add_argument(
        "--allow-repeats", action="store_true", help="do not refuse what was said before"
    )
    parser.add_argument("--site", default="harbour", help="the site that the credentials are for")
    asked = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Doubles(asked.log, port=asked.port, visible_after=asked.visible_after) as doubles:
        for double in doubles:
            double.looks, double.refuses_repeats = asked.looks, not asked.allow_repeats
        told = {
            "settings": {double.platform: doubles.settings(double.platform) for double in doubles},
            "secrets": doubles.secrets(asked.site),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
