"""Answers kept on disk: asked for once, never kept when they failed, whole or not there."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from tests.plugins.hosts.conftest import NED
from tests.plugins.hosts.web import Reply, web
from tom_alerce_like import http
from tom_alerce_like.exceptions import ServiceUnavailable
from tom_alerce_like.plugins.hosts.catalogue import configured
from tom_alerce_like.plugins.hosts.sources.cache import CachedCatalogue, Folder
from tom_alerce_like.plugins.hosts.sources.ned import NedCatalogue

PLACES = np.array([10.0, 50.0, 10.0]), np.array([20.0, -5.0, 20.0])


@pytest.fixture
def ned():
    """NED, whose next answers the test may set by ``ned.reply``."""

    def answer(query: dict[str, str]) -> Reply:
        return made.reply

    with web(answer) as service:
        made = NedCatalogue(http.session(("POST",), 0), service.url)
        made.reply, made.queries = Reply(NED), service.queries
        yield made


def asked(ned, folder, **more):
    return CachedCatalogue(ned, Folder(folder, **more)).cone(*PLACES, 60.0)


def test_the_same_places_are_asked_for_once(ned, tmp_path):
    first, again = asked(ned, tmp_path), asked(ned, tmp_path)
    pd.testing.assert_frame_equal(first, again)
    assert len(first) == 5 and len(ned.queries) == 1
    assert ned.queries[0]["QUERY"].count("CIRCLE") == 2


def test_a_place_that_moved_a_little_is_measured_from_where_it_is(ned, tmp_path):
    asked(ned, tmp_path)
    moved = CachedCatalogue(ned, Folder(tmp_path)).cone(PLACES[0][:1] + 1e-5, PLACES[1][:1] + 1e-5, 6.8)
    direct = ned.cone(PLACES[0][:1] + 1e-5, PLACES[1][:1] + 1e-5, 6.8)
    pd.testing.assert_frame_equal(moved, direct)


def test_a_failure_is_not_kept(ned, tmp_path):
    good, ned.reply = ned.reply, Reply("busy", 503)
    with pytest.raises(ServiceUnavailable):
        asked(ned, tmp_path)
    ned.reply = good
    assert len(asked(ned, tmp_path)) == 5


def test_what_came_before_a_failure_is_kept(ned, tmp_path):
    ned.places_per_query = 1
    ned.deadline_s = 0.5
    cached = CachedCatalogue(ned, Folder(tmp_path))
    cached.cone(PLACES[0][:1], PLACES[1][:1], 60.0)
    ned.reply = Reply("busy", 503)
    assert len(cached.cone(PLACES[0][:1], PLACES[1][:1], 60.0)) == 2
    with pytest.raises(ServiceUnavailable):
        cached.cone(*PLACES, 60.0)


def test_old_and_damaged_answers_are_asked_for_again(ned, tmp_path):
    asked(ned, tmp_path)
    files = list(tmp_path.rglob("*.parquet"))
    assert len(files) == 2
    for file in files:
        os.utime(file, (time.time() - 86400 * 3,) * 2)
    asked(ned, tmp_path, max_age_days=7)
    assert len(ned.queries) == 1
    asked(ned, tmp_path, max_age_days=2)
    assert len(ned.queries) == 2
    for file in files:
        file.write_bytes(file.read_bytes()[:100])
    assert len(asked(ned, tmp_path)) == 5 and len(ned.queries) == 3


def test_writers_at_the_same_time_leave_whole_answers(tmp_path):
    folder = Folder(tmp_path)
    bodies = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: [folder.put(body, "a", "b") for _ in range(5)], bodies))
    assert folder.get("a", "b") in bodies
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_other_users_may_read_what_is_kept(tmp_path):
    """A cron job and the pages need not run as the same user."""
    before = os.umask(0o022)
    try:
        Folder(tmp_path).put(b"x", "a", "b")
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o644


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch, caplog):
    def full(*paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    Folder(tmp_path).put(b"x", "a", "b")
    assert "cannot be kept" in caplog.text and not list((tmp_path / "a").iterdir())


def test_what_is_too_old_is_deleted(tmp_path):
    folder = Folder(tmp_path, max_age_days=2)
    for key in (("inner", "old"), ("inner", "young"), ("elsewhere",)):
        folder.put(b"x", "a", *key)
    (tmp_path / "a" / "inner" / ".new-left").write_bytes(b"of a process that was killed")
    for name in ("inner/old", "inner/.new-left", "elsewhere"):
        os.utime(tmp_path / "a" / name, (time.time() - 86400 * 3,) * 2)
    folder.put(b"y", "a", "inner", "more")
    left = {path.relative_to(tmp_path / "a").as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"inner/young", "inner/more", "elsewhere"}


def test_names_of_keys_stay_in_the_folder(tmp_path):
    folder = Folder(tmp_path / "inner")
    folder.put(b"x", "..", "../../etc", "a/b")
    assert folder.get("..", "../../etc", "a/b") == b"x"
    assert all(path.is_relative_to(tmp_path / "inner") for path in tmp_path.rglob("*") if path.is_file())


def test_a_folder_that_cannot_be_written_costs_only_the_copy(ned, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    assert len(asked(ned, tmp_path / "file")) == 5
    assert "cannot be kept" in caplog.text


def test_the_setting_keeps_answers(settings, tmp_path):
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": ["ned"], "HOST_CACHE": tmp_path}
    (made,) = configured()
    assert isinstance(made, CachedCatalogue) and made.folder.root == tmp_path and made is configured()[0]
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": ["ned"]}
    assert isinstance(configured()[0], NedCatalogue)
