import zipfile

import pytest

from stratify.errors import StratifyError
from stratify.fetch.archive import extract_member


def test_takes_exactly_one_file(tmp_path, build_wheel):
    wheel = build_wheel(tmp_path, {"toydata/a.txt": b"right", "toydata/b.txt": b"other"})
    extract_member(wheel, "toydata/a.txt", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == b"right"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", wheel.name]


@pytest.mark.parametrize("member", ["../evil.txt", "toydata/../../evil.txt", "/etc/evil.txt", "toydata\\..\\evil.txt"])
def test_refuses_a_path_that_leads_outside(tmp_path, build_wheel, member):
    wheel = build_wheel(tmp_path / "in", {member: b"evil"})
    with pytest.raises(StratifyError, match="leads outside the archive"):
        extract_member(wheel, member, tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


def test_refuses_a_symbolic_link(tmp_path, build_wheel):
    wheel = build_wheel(tmp_path, {"*toydata/link.txt": b"/etc/passwd"})
    with pytest.raises(StratifyError, match="it is a link"):
        extract_member(wheel, "toydata/link.txt", tmp_path / "out.txt")


def test_counts_the_bytes_it_unpacks(tmp_path, build_wheel):
    wheel = build_wheel(tmp_path, {"toydata/bomb.txt": bytes(5_000_000)})
    assert wheel.stat().st_size < 10_000
    with pytest.raises(StratifyError, match="more than the 1,000,000 bytes"):
        extract_member(wheel, "toydata/bomb.txt", tmp_path / "out.txt", max_bytes=1_000_000)


def test_says_where_a_missing_member_is(tmp_path, build_wheel):
    wheel = build_wheel(tmp_path, {"toydata/data/a.txt": b""})
    with pytest.raises(StratifyError, match=r"no file 'toydata/a.txt'; the name occurs at toydata/data/a.txt"):
        extract_member(wheel, "toydata/a.txt", tmp_path / "out.txt")


def test_a_broken_archive_is_one_message(tmp_path):
    (tmp_path / "x.whl").write_bytes(b"not a zip file")
    with pytest.raises(StratifyError, match="not a readable archive"):
        extract_member(tmp_path / "x.whl", "a", tmp_path / "out.txt")


def test_a_damaged_member_is_one_message(tmp_path):
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"the content")
    path.write_bytes(path.read_bytes().replace(b"the content", b"tha content"))
    with pytest.raises(StratifyError, match="not a readable archive: Bad CRC"):
        extract_member(path, "a.txt", tmp_path / "out.txt")
