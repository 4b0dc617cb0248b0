import json
import sqlite3

import pytest

from stratify.errors import StratifyError
from stratify.track.connection import artifact_location, choose_tracking_uri, connect, shown_uri
from stratify.track.store import record_is_stale

STUDY = "toy-study"


def test_a_record_is_true_until_its_store_changes(toy):
    record = toy.layout.track(STUDY)
    assert not record_is_stale(record, toy.uri)
    toy.track()
    assert not record_is_stale(record, toy.uri)
    assert record_is_stale(record, "sqlite:///another.db")
    client = connect(toy.uri, create=False)
    client.delete_registered_model_alias(STUDY, "champion")
    assert record_is_stale(record, toy.uri)
    toy.track()
    client.delete_run(toy.record["execution_run_id"])
    assert record_is_stale(record, toy.uri)
    toy.track()
    assert not record_is_stale(record, toy.uri)
    (toy.folder / "mlflow.db").unlink()
    assert record_is_stale(record, toy.uri)
    assert not (toy.folder / "mlflow.db").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", "nonsense"])
def test_a_damaged_record_is_stale(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    assert record_is_stale(tmp_path / "a.json", "sqlite:///mlflow.db")


def test_a_store_that_is_no_store_has_no_runs(tmp_path):
    record, store = tmp_path / "a.json", tmp_path / "mlflow.db"
    uri = f"sqlite:///{store}"
    record.write_text(json.dumps({"tracking_uri": uri, "execution_run_id": "0"}))
    sqlite3.connect(store).close()
    assert record_is_stale(record, uri)
    store.write_text("nonsense, and long enough to be taken for a header of a database file of some kind")
    assert record_is_stale(record, uri)


def test_a_server_is_not_asked(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"tracking_uri": "http://nowhere:5000"}))
    assert not record_is_stale(tmp_path / "a.json", "http://user:secret@nowhere:5000")


def test_asking_needs_no_mlflow():
    import subprocess
    import sys

    code = "import sys, stratify.track.store; assert not {'mlflow', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("sqlite:///{}/none.db", "there is no file .*none.db; run the workflow first"),
        ("./mlruns", "is a folder, which MLflow no longer keeps runs in; use sqlite:///"),
        ("file:///tmp/mlruns", "is a folder"),
        ("http://127.0.0.1:9", "tracking store http://127.0.0.1:9 does not open"),
        ("postgres://host/db", "does not open"),
    ],
)
def test_a_store_that_does_not_open(tmp_path, uri, message):
    with pytest.raises(StratifyError, match=message) as raised:
        connect(uri.format(tmp_path), create=False)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(StratifyError, match="there is no folder"):
        connect(f"sqlite:///{tmp_path}/none/mlflow.db", create=True)


def test_passwords_are_not_shown():
    assert shown_uri("https://me:secret@server/mlflow") == "https://server/mlflow"
    assert shown_uri("sqlite:///a@b.db") == "sqlite:///a@b.db"


def test_files_go_beside_a_local_store_and_where_a_server_says(tmp_path):
    assert artifact_location(f"sqlite:///{tmp_path}/mlflow.db", "toy") == f"{tmp_path.as_uri()}/mlartifacts/toy"
    assert artifact_location("http://server", "toy") is None


def test_the_given_address_goes_first_then_the_environment(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server")
    assert choose_tracking_uri("sqlite:///a.db") == "sqlite:///a.db"
    assert choose_tracking_uri(None) == "http://server"
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert choose_tracking_uri(None) == "sqlite:///mlflow.db"
