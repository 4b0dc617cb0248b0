"""A registered model, named as in the README, behind `mlflow models serve` on a free port of the loopback address."""

import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import psutil
import pytest

from stratify.fit.models import MODELS
from stratify.score import ModelCard, PatientModel, feature_ranges
from stratify.track.packaging import log_model

from ..concurrency.servers import free_port, start, stop

README = Path(__file__).parents[2] / "README.md"
NAME = "breast-metastasis-5y"
README_PORT = "5001"
PATIENCE_SECONDS = 120


@dataclass
class Server:
    """A running server."""

    folder: Path
    port: int
    process: subprocess.Popen

    def listening(self) -> set[str]:
        """Tell the addresses at which the server's processes listen."""
        main = psutil.Process(self.process.pid)
        sockets = [one for process in (main, *main.children(recursive=True)) for one in process.net_connections("inet")]
        return {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}

    def post(self, body: bytes | str, content_type: str = "application/json") -> tuple[int, str]:
        """Send a body to be scored; give the status and the text of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            content = body.encode() if isinstance(body, str) else body
            connection.request("POST", "/invocations", content, {"Content-Type": content_type})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="session")
def served_patients() -> pd.DataFrame:
    """1000 patients with numbers, a category, and gaps."""
    rng = np.random.default_rng(11)
    n = 1000
    frame = pd.DataFrame(
        {
            "clin.age_years": rng.normal(50, 10, n),
            "clin.tumor_size_cm": rng.gamma(4, 0.5, n),
            "clin.grade": rng.integers(1, 4, n).astype("float64"),
            "clin.er_status": pd.array(rng.choice(["positive", "negative"], n), dtype="str"),
        },
        index=pd.Index([f"{number:04d}" for number in range(n)], name="patient_id", dtype="str"),
    )
    frame.loc[frame.index[::7], "clin.er_status"] = None
    frame.loc[frame.index[::9], "clin.age_years"] = np.nan
    return frame


@pytest.fixture(scope="session")
def served_model(served_patients: pd.DataFrame) -> PatientModel:
    y = (served_patients["clin.tumor_size_cm"] + np.random.default_rng(2).normal(0, 1, 1000) > 2).astype(int)
    pipeline = MODELS["lightgbm"](served_patients, 0).fit(served_patients, y)
    card = ModelCard(
        study=NAME,
        model="lightgbm",
        title="Toy study",
        question="Who relapses?",
        positive="relapse",
        endpoint={"rule": "as_published", "field": "relapse"},
        features=feature_ranges(served_patients),
        cut_offs=[0.3, 0.6],
        strata=["low", "intermediate", "high"],
        n_patients=len(y),
        n_positive=int(y.sum()),
        cohorts=["toy"],
        package_version="0.0.1",
    )
    return PatientModel(pipeline, card)


@pytest.fixture(scope="session")
def registered(served_model: PatientModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store `mlflow.db` in which the model is registered with the alias `champion`."""
    folder = tmp_path_factory.mktemp("served")
    served_model.save(folder / "model")
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_registry_uri(f"sqlite:///{folder}/mlflow.db")
    try:
        client = mlflow.MlflowClient()
        experiment = client.create_experiment(NAME, artifact_location=(folder / "mlartifacts").as_uri())
        run = client.create_run(experiment)
        model_id = log_model(run.info.run_id, served_model.card, folder / "model", "0")
        version = mlflow.register_model(f"models:/{model_id}", NAME)
        client.set_registered_model_alias(NAME, "champion", version.version)
    finally:
        mlflow.end_run()
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
    return folder


def readme_lines(section: str = "Serve a model") -> list[str]:
    """Take the commands of a section out of the README: there, the one that serves and the one that asks."""
    text = README.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    return [command.strip() for command in re.findall(r"```bash\n(.*?)```", text, re.DOTALL)]


@contextmanager
def running(command: str, port: int, folder: Path, **env: str) -> Iterator[Server]:
    """Run a line of the README that starts a server, until the block ends."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # What MLflow keeps in the environment of this process, such as a store's address, is not the user's.
    environment = {name: value for name, value in os.environ.items() if "MLFLOW" not in name} | {"PATH": path} | env
    log = folder / "server.log"
    process = start(["bash", "-c", f"exec env {command}"], log, cwd=folder, env=environment)
    try:
        _wait_until_up(process, port, log)
        yield Server(folder, port, process)
    finally:
        stop(process)


@pytest.fixture(scope="session")
def server(registered: Path) -> Iterator[Server]:
    """The server of the README's command, on a free port instead of its port."""
    command, port = readme_lines()[0], free_port()
    assert command.count(README_PORT) == 1
    with running(command.replace(README_PORT, str(port)), port, registered) as served:
        yield served


def _wait_until_up(process: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"no server within {PATIENCE_SECONDS} s: {log.read_text()}")


@pytest.fixture
def ask(server: Server):
    """Run the README's question against the server."""

    def run() -> subprocess.CompletedProcess:
        line = readme_lines()[1]
        assert line.count(README_PORT) == 1
        command = shlex.split(line.replace(README_PORT, str(server.port)))
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    return run
