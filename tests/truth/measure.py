"""Measure on real pages and feeds: ``make truth CORPORA=DIR``.

The folder holds checkouts of public repositories under the names that
`corpora` gives them. Without it nothing is measured,
which is said loudly and is no failure.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

NO_PARTS = ("corpora", "measure")


def main(arguments: Sequence[str]) -> int:
    """Measure every part, or those that are named behind the folder."""
    folder = Path(arguments[0] if arguments else os.environ.get("BOT_TEST_CORPORA", ""))
    if not folder.name or not folder.is_dir():
        print(
            "NOTHING WAS MEASURED: there is no folder of corpora. Name it: make truth CORPORA=DIR\n"
            "(what it must hold stands in tests/truth/corpora.py)."
        )
        return 0
    for part in arguments[1:] or parts():
        print(f"== {part}", flush=True)
        import_module(f"tests.truth.{part}").measure(folder)
    return 0


def parts() -> list[str]:
    """List what can be measured: every module here but those that these share."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    return [name for name in names if name not in NO_PARTS]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
