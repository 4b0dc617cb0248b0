"""Servers, and writers that start at the same moment."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..track.conftest import ToyStudy, make_toy
from ..workflow.conftest import fresh  # noqa: F401 - a fixture
from .servers import TrackingServer, postgres, stop, tracking_server

WORKER = Path(__file__).with_name("worker.py")


@pytest.fixture(scope="module")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrackingServer]:
    folder = tmp_path_factory.mktemp("server")
    with tracking_server(f"sqlite:///{folder}/server.db", folder) as server:
        yield server


@pytest.fixture(scope="module")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrackingServer]:
    with postgres() as store, tracking_server(store, tmp_path_factory.mktemp("server")) as server:
        yield server


@dataclass
class ServedToy(ToyStudy):
    """A toy study that is tracked on a server."""

    server_uri: str = ""

    @property
    def uri(self) -> str:
        return self.server_uri

    @property
    def arguments(self) -> list[str]:
        where = ["--study", self.file, "--results", self.layout.results, "--tracking-uri", self.uri]
        return ["track", *map(str, where)]

    def change(self, C: float, champion: str) -> None:
        """Fit again: other predictions of both models, and one of them ahead."""
        for number, name in enumerate(["elastic_net", "lightgbm"]):
            self.write_model(name, C * (1 + number), inner_auroc=0.8 if name == champion else 0.6)
        self.write_evaluation()


@pytest.fixture
def clones(tmp_path: Path) -> Callable[[str, int], list[ServedToy]]:
    """Make the same study in several folders."""

    def make(uri: str, n: int) -> list[ServedToy]:
        return [ServedToy(make_toy(tmp_path / f"clone-{number}").folder, uri) for number in range(n)]

    return make


class Writers:
    """Processes that wait for a command line each, and do theirs at the same moment."""

    def __init__(self, processes: list[subprocess.Popen]) -> None:
        self.processes = processes
        for process in processes:
            assert process.stdout.readline() == "ready\n"

    def start(self, commands: list[list[str]]) -> None:
        for process, words in zip(self.processes, commands, strict=True):
            process.stdin.write(json.dumps(words) + "\n")
            process.stdin.flush()

    def wait(self) -> list[str]:
        return [process.stdout.readline().strip() for process in self.processes]


@contextmanager
def writers(n: int, log: Path, **env: str) -> Iterator[Writers]:
    with ExitStack() as stack, log.open("a") as stream:
        processes = []
        for _ in range(n):
            process = subprocess.Popen(
                [sys.executable, WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
                env=os.environ | env,
                start_new_session=True,
            )
            stack.enter_context(process)
            stack.callback(stop, process)
            processes.append(process)
        yield Writers(processes)
