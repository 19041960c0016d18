"""What a double writes down: effects before they are answered, and every request."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Told = Callable[[Mapping[str, Any]], None]


class Log:
    """Two append-only files: `effects.jsonl` and `requests.jsonl`.

    An effect is a change that the public can see. It is on the disk before the double
    answers, so that a test may ask the file what happened whatever became of the bot.
    """

    def __init__(self, folder: Path, told: Told | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "effects.jsonl"
        self._effects = self.file.open("ab")
        self._requests = (folder / "requests.jsonl").open("ab")
        self._lock = threading.Lock()
        self._told = told

    def effect(self, effect: Mapping[str, Any]) -> None:
        """Write an effect to the disk."""
        with self._lock:
            self._effects.write(_line(effect))
            self._effects.flush()
            os.fsync(self._effects.fileno())
        if self._told is not None:
            self._told(effect)

    def request(self, request: Mapping[str, Any]) -> None:
        """Note a request and how it was answered."""
        with self._lock:
            if not self._requests.closed:  # an answer may outlast the double
                self._requests.write(_line(request))
                self._requests.flush()

    def effects(self, **facts: Any) -> list[dict[str, Any]]:
        """Read the effects back from the file, those with these `facts`."""
        rows = [json.loads(line) for line in self.file.read_bytes().splitlines()]
        return [row for row in rows if facts.items() <= row.items()]

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._effects.close()
            self._requests.close()


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"
