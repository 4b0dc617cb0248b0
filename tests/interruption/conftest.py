"""A checkout whose runs are killed at any moment, and what a run hands over."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..workflow.conftest import copy_repository

NEEDED = ["Snakefile", "workflow", "profiles", "environment.yml", "config", "data/reference", "src"]
MADE = ["results", "logs", ".snakemake", "mlartifacts", "data/raw", "mlflow.db"]
LOCKED = "Directory cannot be locked"
LONGEST_RUN_SECONDS = 1800
TRACKED = """
    SELECT experiments.name, role.value, digest.value, runs.name, runs.status,
      (SELECT count(*) FROM latest_metrics WHERE latest_metrics.run_uuid = runs.run_uuid),
      (SELECT count(*) FROM logged_models
        WHERE source_run_id = runs.run_uuid AND logged_models.lifecycle_stage = 'active' AND logged_models.status = 2)
    FROM runs JOIN experiments USING (experiment_id)
      LEFT JOIN tags AS role ON role.run_uuid = runs.run_uuid AND role.key = 'role'
      LEFT JOIN tags AS digest ON digest.run_uuid = runs.run_uuid AND digest.key = 'input_digest'
    WHERE runs.lifecycle_stage = 'active' ORDER BY 1, 2, 4, 3
"""
"""Every run that is there: its study, role, digest, name and state, its number of metrics and of whole models."""

REGISTERED = """
    SELECT version.name, version.version, digest.value, alias.alias
    FROM model_versions AS version
      LEFT JOIN model_version_tags AS digest
        ON digest.name = version.name AND digest.version = version.version AND digest.key = 'input_digest'
      LEFT JOIN registered_model_aliases AS alias ON alias.name = version.name AND alias.version = version.version
    ORDER BY 1, 2
"""
"""Every registered version: its model, number, digest and alias."""


@dataclass(frozen=True)
class Killable:
    """A checkout in which the README's command is run, and can be killed.

    Parameters
    ----------
    folder
        The checkout.
    env
        Environment of the command.
    """

    folder: Path
    env: dict[str, str]

    def start(self) -> subprocess.Popen[str]:
        """Start the workflow in a process group of its own."""
        command = [Path(sys.executable).parent / "snakemake", "--cores", "all"]
        return subprocess.Popen(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def kill_after(self, seconds: float, *, jobs_too: bool) -> bool:
        """Start the workflow and kill it; tell whether it was still running.

        Parameters
        ----------
        seconds
            When.
        jobs_too
            Whether its jobs are killed at the same moment; otherwise they live on as nobody's children.
        """
        process = self.start()
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            (os.killpg if jobs_too else os.kill)(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
            return True
        return False

    def finish(self) -> str:
        """Do what the README says after an interruption: run again, and unlock where Snakemake asks for it."""
        text = self._run()
        if LOCKED in text:
            unlock = [Path(sys.executable).parent / "snakemake", "--unlock"]
            subprocess.run(unlock, cwd=self.folder, env=self.env, check=True, capture_output=True)
            text = self._run()
        return text

    def _run(self) -> str:
        process = self.start()
        text, _ = process.communicate(timeout=LONGEST_RUN_SECONDS)
        assert process.returncode == 0 or LOCKED in text, text
        return text

    def handed_over(self) -> dict[str, str]:
        """Digest what a run leaves: every table and report bit for bit, and each model's card."""
        results = self.folder / "results"
        paths = [*results.rglob("*.parquet"), *results.rglob("card.json"), *results.rglob("report.html")]
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(self._timeless(path)).hexdigest()
            for path in sorted(paths)
        }

    @staticmethod
    def _timeless(path: Path) -> bytes:
        if path.name != "card.json":
            return path.read_bytes()
        return json.dumps(json.loads(path.read_bytes())["card"], sort_keys=True).encode()

    def leftovers(self) -> list[str]:
        """List files that a finished run does not leave: temporary ones, parts of downloads, locks."""
        places = [self.folder / "results", self.folder / "data" / "raw"]
        hidden = [path for place in places for path in place.rglob(".*") if path.name != ".snakemake_timestamp"]
        locks = [path for path in (self.folder / ".snakemake" / "locks").rglob("*") if path.is_file()]
        beside = list(self.folder.glob(".mlflow.db*"))
        return [path.relative_to(self.folder).as_posix() for path in (*hidden, *locks, *beside)]

    def tracked_runs(self) -> list[tuple[object, ...]]:
        """Ask the store itself, which MLflow would answer from connections to a file that was deleted since."""
        with closing(sqlite3.connect(self.folder / "mlflow.db")) as store:
            return [*store.execute(TRACKED), *store.execute(REGISTERED)]

    def timed_run(self) -> float:
        """Run from nothing to the end; give the seconds."""
        started = time.monotonic()
        self.finish()
        return time.monotonic() - started

    def clean(self) -> None:
        """Take away everything a run makes."""
        for name in MADE:
            path = self.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def environment(folder: Path) -> dict[str, str]:
    """Run the commands of this environment on the package of the checkout."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name not in {"MLFLOW_TRACKING_URI", "STRATIFY_MIRROR"}}
    return kept | {"PATH": programs, "PYTHONPATH": str(folder / "src")}


@pytest.fixture(scope="module")
def default_checkout(tmp_path_factory: pytest.TempPathFactory) -> Killable:
    """This repository with its own configuration, as cloned."""
    folder = tmp_path_factory.mktemp("killed") / "stratify"
    copy_repository(folder, NEEDED)
    return Killable(folder, environment(folder))
