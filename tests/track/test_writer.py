"""The identity of a writer outlives its error or kill, and does not travel with a copy of its folder."""

import shutil

import pytest

from stratify.track.writer import identified


@pytest.fixture
def path(tmp_path):
    return tmp_path / "track" / ".toy.writer"


def test_the_file_goes_when_the_work_is_done_and_the_identity_can_be_given_back(path):
    with identified(path) as first:
        assert path.is_file()
    assert not path.exists()
    with identified(path, first) as again:
        assert again == first
    with identified(path) as another:
        assert another != first


def cut_short(path):
    with identified(path) as identity:
        raise RuntimeError(identity)


def test_after_an_error_the_next_writer_has_the_identity(path):
    identities = []
    for _ in range(2):
        with pytest.raises(RuntimeError) as raised:
            cut_short(path)
        identities.append(str(raised.value))
    assert identities[0] == identities[1]


def test_a_copy_of_the_folder_is_another_writer(path, tmp_path):
    with pytest.raises(RuntimeError) as raised:
        cut_short(path)
    identity = str(raised.value)
    shutil.copytree(path.parent, tmp_path / "copy")
    with identified(tmp_path / "copy" / path.name) as of_file:
        assert of_file != identity
    with identified(tmp_path / "copy" / path.name, identity) as of_record:
        assert of_record != identity
