"""The README's line that shows the runs starts a server for this machine alone, and no server outlives its test."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from ..concurrency import servers
from .conftest import readme_lines, running


@pytest.mark.slow
def test_the_readme_line_shows_the_runs_to_this_machine_alone(registered):
    """The line as it stands; the port is that of the environment variable which MLflow reads."""
    (line,) = readme_lines("Compare runs in MLflow")
    port = servers.free_port()
    with running(line, port, registered, MLFLOW_PORT=str(port)) as server:
        deadline = time.monotonic() + servers.START_SECONDS
        while not _answers(port):
            assert time.monotonic() < deadline, (registered / "server.log").read_text()
            time.sleep(0.2)
        assert server.listening() == {"127.0.0.1"}
        for address in _other_addresses():
            with socket.socket() as elsewhere:
                assert elsewhere.connect_ex((address, port)) != 0, address


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _other_addresses() -> set[str]:
    found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    return {address[4][0] for address in found if not address[4][0].startswith("127.")}


START = """
import importlib.util, pathlib, signal, sys
spec = importlib.util.spec_from_file_location("servers", sys.argv[1])
servers = importlib.util.module_from_spec(spec)
sys.modules["servers"] = servers
spec.loader.exec_module(servers)
process = servers.start(["bash", "-c", sys.argv[2]], pathlib.Path("log"))
print(process.pid, flush=True)
signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="another system does not tell a process that its parent is gone")
def test_a_server_ends_with_a_killed_pytest(tmp_path):
    """`start` is what every server of these tests is started with."""
    command = [sys.executable, "-c", START, servers.__file__, "exec sleep 600"]
    tests = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    server = int(tests.stdout.readline())
    assert servers.group_is_alive(server)
    os.kill(tests.pid, signal.SIGKILL)
    tests.wait()
    deadline = time.monotonic() + servers.STOP_SECONDS
    while servers.group_is_alive(server):
        assert time.monotonic() < deadline, "the server is still there"
        time.sleep(0.1)
