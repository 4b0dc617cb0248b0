"""A store of another MLflow is neither used nor changed unasked."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
import sqlalchemy

from stratify.cli import main
from stratify.errors import StratifyError
from stratify.track.connection import connect
from stratify.track.schema import schema_complaint

STUDY = "toy-study"


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


@pytest.fixture
def earlier(tmp_path) -> Path:
    """A store as an earlier MLflow left it, one change of the schema ago, with a run."""
    from alembic import command
    from mlflow.store.db import utils

    from stratify.track.schema import _revisions

    path = tmp_path / "mlflow.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    utils.InitialBase.metadata.create_all(engine)
    config = utils._get_alembic_config(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, _revisions()[1])
    engine.dispose()
    change(path, "INSERT INTO runs (run_uuid) VALUES ('a run')")
    return path


def test_a_store_of_an_earlier_mlflow_is_left_as_it_is_until_it_is_migrated(earlier):
    uri, before = f"sqlite:///{earlier}", earlier.read_bytes()
    for create in (True, False):
        with pytest.raises(StratifyError) as error:
            connect(uri, create=create)
        said = str(error.value)
        assert f"tracking store {uri} was written by an earlier MLflow than MLflow {version('mlflow')}" in said
        assert f"run `mlflow db upgrade {uri}`" in said
    assert earlier.read_bytes() == before
    subprocess.run([sys.executable, "-m", "mlflow", "db", "upgrade", uri], check=True, capture_output=True)
    connect(uri, create=False)


def test_a_store_without_runs_is_still_being_made(earlier):
    change(earlier, "DELETE FROM runs")
    connect(f"sqlite:///{earlier}", create=True)


def test_a_store_of_a_later_mlflow_is_named_so_and_left_as_it_is(toy, capsys):
    toy.track()
    path = toy.folder / "mlflow.db"
    change(path, "UPDATE alembic_version SET version_num = 'fedcba987654'")
    before = path.read_bytes()
    (toy.folder / "patients.csv").write_text("patient_id,clin.age_years\na,50\n")
    paths = ["--input", toy.folder / "patients.csv", "--output", toy.folder / "scores.csv"]
    where = ["--tracking-uri", toy.uri]
    assert main(["score", "--model", f"models:/{STUDY}@champion", *map(str, paths), *where]) == 2
    assert main(["track", "--study", str(toy.file), "--results", str(toy.layout.results), *where]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(said) == 2
    for line in said:
        assert f"{toy.uri} was written by a later MLflow than MLflow {version('mlflow')}" in line
        assert "does not know its schema fedcba987654" in line
    assert path.read_bytes() == before
    assert not (toy.folder / "scores.csv").exists()


def test_a_present_store_opens_as_before(tracked, tmp_path):
    shutil.copy(tracked.folder / "mlflow.db", tmp_path / "mlflow.db")
    connect(f"sqlite:///{tmp_path / 'mlflow.db'}", create=False)
    assert revision(tmp_path / "mlflow.db") == revision(tracked.folder / "mlflow.db")


def test_another_kind_of_database_gets_the_same_words_from_what_mlflow_says():
    said = "Detected out-of-date database schema (found version fedcba987654, but expected 0123). Take a backup of"
    assert "written by a later MLflow" in str(schema_complaint(said, "postgresql://server/db"))
    assert schema_complaint("connection refused", "postgresql://server/db") is None
