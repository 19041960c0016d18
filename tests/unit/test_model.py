"""The table of transitions: what is documented is what holds."""

from __future__ import annotations

from pathlib import Path

from bot.model import OPEN, TRANSITIONS, State, Verb

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_shows_every_arrow_and_no_other() -> None:
    rows = README.read_text("utf-8").split("| from | verb | to |")[1].splitlines()[2:]
    shown = {}
    for row in rows:
        if not row.startswith("|"):
            break
        before, verb, after = (cell.strip() for cell in row.strip("|").split("|"))
        shown[None if before == "–" else State(before), Verb(verb)] = frozenset(
            State(word.strip()) for word in after.split(",")
        )
    assert shown == dict(TRANSITIONS)


def test_every_state_can_be_reached_and_only_history_ends() -> None:
    reached = set().union(*TRANSITIONS.values())
    assert reached == set(State)
    leads_on = {before for before, _ in TRANSITIONS}
    assert set(State) - leads_on == {State.DELETED}
    assert leads_on >= OPEN


def test_only_a_reading_or_a_person_settles_what_nobody_knows() -> None:
    away = {verb for (before, verb) in TRANSITIONS if before is State.UNKNOWN}
    assert away == {Verb.RECONCILE}
    resent = {before for (before, _), after in TRANSITIONS.items() if after & {State.SENDING}}
    assert resent == {State.APPROVED, State.WAITING}
