import json
import sqlite3

import pytest

from stratify.errors import StratifyError
from stratify.track.connection import artifact_location, check_tracking_uri, choose_tracking_uri, connect, shown_uri
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
        ("file:///somewhere/mlruns", "is a folder"),
        ("http://127.0.0.1:9", "tracking store http://127.0.0.1:9 does not open"),
        ("postgresql+none://host/db", "does not open"),
    ],
)
def test_a_store_that_does_not_open(tmp_path, uri, message):
    with pytest.raises(StratifyError, match=message) as raised:
        connect(uri.format(tmp_path), create=False)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("./mlruns", "is a folder, which MLflow no longer keeps runs in"),
        ("/x/mlflow.db", r"'/x/mlflow.db' is a path, not an address; did you mean 'sqlite:////x/mlflow.db'\?"),
        ("mlflow.db", r"did you mean 'sqlite:///mlflow.db'\?"),
        ("file:///x/mlflow.db", r"did you mean 'sqlite:////x/mlflow.db'\?"),
        ("sqlite://mlflow.db", "written with three slashes: sqlite:///mlflow.db"),
        ("sqlite:///", "is a folder; name a file"),
        ("postgres://me:secret@host/db", r"'postgres://host/db': unknown kind 'postgres'; did you mean 'postgresql'\?"),
        ("htp://host", r"unknown kind 'htp'; did you mean 'http'\?"),
    ],
)
def test_an_address_that_can_never_work(uri, message):
    with pytest.raises(StratifyError, match=message) as raised:
        check_tracking_uri(uri)
    assert "secret" not in str(raised.value)


def test_a_file_given_as_address_whatever_its_name(tmp_path):
    (tmp_path / "runs").touch()
    with pytest.raises(StratifyError, match=f"did you mean 'sqlite:///{tmp_path}/runs'"):
        check_tracking_uri(f"{tmp_path}/runs")
    with pytest.raises(StratifyError, match="is a folder; name a file"):
        check_tracking_uri(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    "uri",
    [
        "sqlite:///mlflow.db",
        "sqlite:////nowhere/mlflow.db",
        "http://127.0.0.1:9",
        "https://me:secret@host/path",
        "postgresql+psycopg2://me:secret@host/db",
        "databricks",
        "databricks://profile",
    ],
)
def test_an_address_that_may_work(uri):
    check_tracking_uri(uri)


def test_an_empty_file_is_not_called_absent(tmp_path):
    (tmp_path / "mlflow.db").touch()
    with pytest.raises(StratifyError, match=r"the file .*mlflow\.db is empty; run the workflow first"):
        connect(f"sqlite:///{tmp_path}/mlflow.db", create=False)


def test_a_server_that_does_not_answer_is_one_line(tmp_path):
    import subprocess
    import sys

    (tmp_path / "patients.csv").write_text("patient_id,x\na,1\n")
    store = ["--tracking-uri", "http://127.0.0.1:9", "--input", "patients.csv", "--output", "scores.csv"]
    done = subprocess.run(
        [sys.executable, "-m", "stratify", "score", "--model", "models:/toy@champion", *store],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("stratify score: error: tracking store http://127.0.0.1:9 does not open")
    assert done.stderr.count("\n") == 1


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
