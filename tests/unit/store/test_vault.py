from __future__ import annotations

import base64
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import StoreError, UsageError
from bot.store.vault import Vault

KEY = base64.urlsafe_b64encode(b"k" * 32)
OTHER = base64.urlsafe_b64encode(b"o" * 32)
Start = Callable[..., subprocess.Popen[str]]


def test_what_was_sealed_opens_again_and_tells_nothing() -> None:
    vault = Vault(KEY, None)
    sealed = vault.seal("t0ken ä")
    assert "t0ken" not in sealed
    assert sealed != vault.seal("t0ken ä")
    assert Vault(KEY, None).open(sealed) == "t0ken ä"


def test_another_key_is_one_sentence(tmp_path: Path) -> None:
    sealed = Vault(KEY, None).seal("t0ken")
    with pytest.raises(StoreError, match="does not open with this key: put back the BOT_SECRET"):
        Vault(OTHER, None).open(sealed)
    own = Vault(None, tmp_path / "bot.key")
    own.seal("another")
    with pytest.raises(StoreError, match=r"put back the .*bot\.key it was sealed with"):
        own.open(sealed)


@pytest.mark.parametrize("key", [b"", b"short", b"k" * 32])
def test_what_is_no_key_is_refused_and_not_shown(key: bytes) -> None:
    with pytest.raises(UsageError, match="urlsafe base64 of 32 bytes; python3 -c") as caught:
        Vault(key, None).seal("t0ken")
    assert not key or key.decode() not in str(caught.value)


def test_a_database_without_a_file_needs_a_key() -> None:
    with pytest.raises(UsageError, match="set BOT_SECRET_KEY, the same one on every machine"):
        Vault(None, None).seal("t0ken")
    assert Vault(None, None).describe().startswith("none: set BOT_SECRET_KEY")


def test_a_key_is_made_beside_the_database_on_first_need(tmp_path: Path) -> None:
    file = tmp_path / "bot.key"
    vault = Vault(None, file)
    assert vault.describe().startswith("none yet")
    assert not file.exists()
    sealed = vault.seal("t0ken")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["bot.key"]
    assert len(base64.urlsafe_b64decode(file.read_bytes())) == 32
    assert Vault(None, file).open(sealed) == "t0ken"
    assert vault.describe() == str(file)
    file.chmod(0o644)
    assert "give it mode 600" in vault.describe()


def test_the_key_given_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "bot.key"
    sealed = Vault(KEY, file).seal("t0ken")
    assert not file.exists()
    assert Vault(KEY, None).open(sealed) == "t0ken"


def test_a_key_that_is_gone_is_not_made_anew_to_open(tmp_path: Path) -> None:
    file = tmp_path / "bot.key"
    sealed = Vault(None, file).seal("t0ken")
    file.unlink()
    with pytest.raises(StoreError, match="does not open with this key"):
        Vault(None, file).open(sealed)
    assert not file.exists()


def test_a_key_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="or set BOT_SECRET_KEY"):
        Vault(None, tmp_path / "nowhere" / "bot.key").seal("t0ken")
    (tmp_path / "bot.key").mkdir()
    with pytest.raises(StoreError, match="cannot be used"):
        Vault(None, tmp_path / "bot.key").seal("t0ken")


def test_processes_that_need_a_key_at_once_use_one(tmp_path: Path, start: Start) -> None:
    source = """if True:
        import sys
        from pathlib import Path
        from bot.store.vault import Vault
        print("ready", flush=True)
        sys.stdin.readline()
        print(Vault(None, Path(sys.argv[1])).seal("t0ken"))
    """
    file = tmp_path / "bot.key"
    processes = [start(source, str(file)) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    sealed = [process.communicate("go\n", timeout=30)[0].strip() for process in processes]
    assert [Vault(None, file).open(each) for each in sealed] == ["t0ken"] * 4
    assert os.listdir(tmp_path) == ["bot.key"]
