"""`stratify track` twice at once by hand, into a SQLite file that neither finds there, without a server."""

import json

import pytest

from ..track.conftest import make_toy
from .conftest import ServedToy, writers
from .settled import assert_settled

STUDY = "toy-study"


@pytest.mark.slow
def test_the_second_waits_for_the_first_and_adds_nothing(tmp_path):
    toy = ServedToy(make_toy(tmp_path / "clone").folder, f"sqlite:///{tmp_path}/clone/mlflow.db")
    with writers(2, tmp_path / "log") as processes:
        processes.start([toy.arguments, toy.arguments])
        assert processes.wait() == ["0", "0"], (tmp_path / "log").read_text()
    said = (tmp_path / "log").read_text()
    assert f"another process is at it, waiting until it ends: stratify track {STUDY}" in said
    assert "4 of 4 model and comparator runs are new" in said
    assert "0 of 4 model and comparator runs are new" in said
    assert "Traceback" not in said
    assert sorted(path.name for path in (toy.layout.results / "track").iterdir()) == [f"{STUDY}.json"]
    assert_settled(toy.uri, STUDY, [json.loads(toy.layout.track(STUDY).read_text())], tmp_path)


@pytest.mark.slow
def test_two_clones_may_share_a_sqlite_file_without_a_server(tmp_path):
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    toys = [ServedToy(make_toy(tmp_path / name).folder, uri) for name in ("one", "two")]
    with writers(2, tmp_path / "log") as processes:
        processes.start([toy.arguments for toy in toys])
        assert processes.wait() == ["0", "0"], (tmp_path / "log").read_text()
    assert_settled(uri, STUDY, [toy.record for toy in toys], tmp_path)
