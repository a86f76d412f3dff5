"""The key file: made once, private, versioned, and never without its newest key."""

import multiprocessing
import stat

import pytest

from busan_safety.privacy.keys import KeyMissing, add_key, current_key, destroy_key, key_versions
from busan_safety.settings import get_settings


@pytest.fixture(autouse=True)
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "keys" / "pseudonym_keys.json"
    monkeypatch.setenv("BUSAN_PSEUDONYM_KEY_FILE", str(path))
    get_settings.cache_clear()
    yield path
    monkeypatch.undo()
    get_settings.cache_clear()


def test_the_first_key_is_made_once_and_is_private(key_file):
    first = current_key()
    assert (first.version, current_key()) == (1, first)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(first.secret) == 32


def test_a_new_version_is_used_from_then_on_and_the_old_one_can_go():
    old = current_key()
    new = add_key()
    assert (new.version, current_key()) == (2, new)
    assert new.secret != old.secret
    destroy_key(1)
    assert key_versions() == [2]


def test_versions_go_on_from_what_the_warehouse_knows():
    assert add_key(after=7).version == 8


@pytest.mark.parametrize("version", [1, 5])
def test_the_key_in_use_and_unknown_ones_cannot_be_destroyed(version):
    current_key()
    with pytest.raises(KeyMissing):
        destroy_key(version)
    assert key_versions() == [1]


def _make(results):
    results.put(current_key().secret)


def test_two_processes_that_start_together_make_one_key():
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    started = [context.Process(target=_make, args=(results,)) for _ in range(4)]
    for one in started:
        one.start()
    secrets = {results.get(timeout=20) for _ in started}
    for one in started:
        one.join()
    assert len(secrets) == 1
