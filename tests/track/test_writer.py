import multiprocessing
import shutil
import time

import pytest

from stratify.track.writer import sole_writer


@pytest.fixture
def path(tmp_path):
    return tmp_path / "track" / ".toy.writer"


def test_the_file_goes_when_the_work_is_done_and_the_identity_can_be_given_back(path):
    with sole_writer(path) as first:
        assert path.is_file()
    assert not path.exists()
    with sole_writer(path, first) as again:
        assert again == first
    with sole_writer(path) as another:
        assert another != first


def interrupted(path):
    """Write as one who fails, and give the identity."""
    identities = []

    def write():
        with sole_writer(path) as identity:
            identities.append(identity)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write()
    return identities[0]


def test_after_an_error_the_next_writer_has_the_identity(path):
    assert interrupted(path) == interrupted(path)


def test_a_copy_of_the_folder_is_another_writer(path, tmp_path):
    identity = interrupted(path)
    shutil.copytree(path.parent, tmp_path / "copy")
    with sole_writer(tmp_path / "copy" / path.name) as of_file:
        assert of_file != identity
    with sole_writer(tmp_path / "copy" / path.name, identity) as of_record:
        assert of_record != identity


def hold(path, log, number):
    for _ in range(20):
        with sole_writer(path):
            with log.open("a") as stream:
                stream.write(f"{number} in\n")
            time.sleep(0.001)
            with log.open("a") as stream:
                stream.write(f"{number} out\n")


def test_there_is_one_at_a_time_also_while_the_file_comes_and_goes(path, tmp_path):
    log = tmp_path / "log"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=hold, args=(path, log, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    lines = log.read_text().splitlines()
    assert len(lines) == 120
    for entered, left in zip(lines[::2], lines[1::2], strict=True):
        assert (entered.split()[0], entered.split()[1], left.split()[1]) == (left.split()[0], "in", "out")
