"""A full disk and a place that cannot be written to: one message, nothing torn, and the next run goes on."""

import shutil
import subprocess

import pytest

from stratify.artifacts.layout import Layout

pytestmark = pytest.mark.workflow

ALPHA = "alpha-response"


@pytest.fixture(scope="module")
def namespaces():
    """Mounts that only the command sees; some systems do not let users make them."""
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if shutil.which("unshare") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs mount namespaces of users (`unshare -rm mount …`), which this system does not give")


def run_where(project, mount):
    """Run the workflow where something is mounted in its folder; give the status and what was said."""
    done = project.run("unshare", "-rm", "sh", "-c", f"{mount} && snakemake --cores 2")
    return done.code, done.text


def test_a_full_disk_is_named_and_the_next_run_goes_on(project, namespaces):
    status, said = run_where(project, "mount -t tmpfs -o size=8k tmpfs results/report")
    assert status == 1
    report = Layout(project.folder / "results").report(ALPHA).relative_to(project.folder)
    assert f"stratify report: error: {report}: cannot be written: No space left on device" in said
    assert "The disk of results" not in said  # that one is not full
    assert "Traceback" not in said
    again = project.snakemake()
    assert again.code == 0, again.text
    assert project.snakemake().jobs == set()


def test_where_results_are_on_the_full_disk_the_last_lines_say_so(clone, namespaces):
    (clone.folder / "results").mkdir()
    status, said = run_where(clone, "mount -t tmpfs -o size=24k tmpfs results")
    assert status == 1
    assert "cannot be written: No space left on device; nothing was left there; free space on that disk" in said
    assert "The disk of results is nearly full" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("mount", "place"),
    [
        ("mount -t tmpfs -o ro tmpfs results", "results"),
        ("mount --bind . . && mount -o remount,ro,bind . && cd $PWD", ".snakemake"),
    ],
    ids=["results", "everything"],
)
def test_a_read_only_place_is_one_message_and_nothing_is_started(project, namespaces, mount, place):
    status, said = run_where(project, mount)
    assert status == 1
    assert f"{place}: cannot be written to: " in said
    assert "is read-only, or the right to write is missing; nothing was started" in said
    assert "Traceback" not in said
    assert project.snakemake().jobs == set()
