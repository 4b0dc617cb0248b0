"""Several `stratify track` at the same moment, from clones of their own, on one server."""

import pytest

from stratify.track.connection import connect

from .conftest import writers
from .settled import assert_settled

STUDY = "toy-study"
MODELS = ["elastic_net", "lightgbm"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def server(request):
    return request.getfixturevalue(f"{request.param}_server")


def put_aside(uri, number):
    """Rename what is there, so that the next writers are the first again."""
    client = connect(uri, create=False)
    client.rename_experiment(client.get_experiment_by_name(STUDY).experiment_id, f"round-{number}")
    client.rename_registered_model(STUDY, f"round-{number}")


def rounds(server, clones, folder, n_rounds, n_writers):
    """Rounds of first writes and of later ones; of the same content, of other champions, of other models."""
    toys = clones(server.uri, n_writers)
    kept = []
    with writers(n_writers, folder / "log") as processes:
        for number in range(n_rounds):
            for position, toy in enumerate(toys):
                alike = number % 3 == 0
                toy.change(1.0 + number + (0 if alike else position / 10), MODELS[0 if alike else position % 2])
            processes.start([toy.arguments for toy in toys])
            assert processes.wait() == ["0"] * n_writers, (folder / "log").read_text()
            kept += [toy.record for toy in toys]
            assert_settled_now(server, kept[-n_writers:], kept, folder)
            if number % 2 == 1:
                put_aside(server.uri, f"{folder.name}-{number}")
                kept = []
    assert "Traceback" not in (folder / "log").read_text()


def assert_settled_now(server, last, kept, folder):
    assert_settled(server.uri, STUDY, kept, folder)
    client = connect(server.uri, create=False)
    version = str(client.get_model_version_by_alias(STUDY, "champion").version)
    assert version in {record["registered_version"] for record in last}


def test_nothing_is_lost_and_the_champion_scores(server, clones, tmp_path):
    rounds(server, clones, tmp_path, 2, 2)


@pytest.mark.slow
def test_many_rounds_of_three(server, clones, tmp_path):
    rounds(server, clones, tmp_path, 6, 3)
