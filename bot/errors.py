"""The ways in which the bot can fail, as one tree.

::

    BotError                      one plain sentence, and what to do next
    ├── UsageError          (2)   the command or its arguments; nothing was done
    │   ├── ConfigError     (2)   faults in the configuration, every one at once
    │   └── TransitionError (2)   a post is not in a state that allows this
    ├── TemplateError       (1)   a template failed; names file and line
    ├── NotAnArticle        (1)   the page holds no article to tease
    │   └── NotYet          (1)   not to be read now, but perhaps later
    └── Unreachable         (3)   a dependency could not be reached
        ├── FetchError      (3)   a page, feed or picture
        │   └── NotASource  (3)   a source answered with something else
        └── StoreError      (3)   the database: locked, full, damaged, too new
            └── SealedError (3)   what it keeps sealed was sealed with another key

The number is the exit code of a command that ends with the error.
"""

from __future__ import annotations

from dataclasses import dataclass


class BotError(Exception):
    """Something that a person must hear of, in one sentence."""

    exit_code = 1


class UsageError(BotError):
    """The command cannot be carried out as it was given; nothing was done."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a configuration file, and where."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}"


class ConfigError(UsageError):
    """Every fault found in the configuration, so that one edit mends them all."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


class TransitionError(UsageError):
    """A post is in a state from which the asked step does not lead on."""


class TemplateError(BotError):
    """A template could not be read or rendered."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        self.file, self.line, self.message = file, line, message
        super().__init__(str(Fault(file, line, message)))


class NotAnArticle(BotError):
    """A page was read, and it is no article."""


class NotYet(NotAnArticle):
    """A page may become a public article later: it is behind a password, or not allowed now."""


class Unreachable(BotError):
    """A source, a platform or the database could not be reached."""

    exit_code = 3


class FetchError(Unreachable):
    """A page, feed or picture could not be fetched.

    `status` is the HTTP status where an answer came, else None. `retry_after`
    is what the server asked for, in seconds, where it said so.
    """

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: int | None = None
    ) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(message)

    @property
    def passing(self) -> bool:
        """Tell whether the server itself says that it may go better later."""
        return self.status is not None and (self.status == 429 or self.status >= 500)


class NotASource(FetchError):
    """A source answered, but not with what it should be."""


class StoreError(Unreachable):
    """The database refuses: locked, full, damaged, or newer than this program."""


class SealedError(StoreError):
    """What the database keeps sealed was sealed with another key; a new login replaces it."""
