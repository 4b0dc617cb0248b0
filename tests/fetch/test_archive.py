"""Files out of archives of every format; archives that would write outside their folder."""

import bz2
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import py7zr
import pytest
from py7zr.py7zr import FILE_ATTRIBUTE_UNIX_EXTENSION

from stratify.errors import StratifyError
from stratify.fetch import archive as archive_module
from stratify.fetch.archive import extract_member, extract_members

FORMATS = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z"]
CHECKED = [".zip", ".tar.gz", ".7z"]
HARMLESS = {"data/a.csv": b"a,b\n1,2\n", "data/deep/b.csv": b"other", "empty.txt": b""}


def zipped(path, files, links, special):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        for name, target in links.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
        for name in special:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFIFO | 0o644) << 16
            archive.writestr(info, b"")


def tarred(path, files, links, special):
    packing = path.name.rpartition(".")[2].replace("tgz", "gz")
    with tarfile.open(path, f"w:{packing}" if packing != "tar" else "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
        for name in special:
            info = tarfile.TarInfo(name)
            info.type = tarfile.FIFOTYPE
            archive.addfile(info)


def seven_zipped(path, files, links, special):
    with py7zr.SevenZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(content, "placeholder")
            archive.header.files_info.files[-1]["filename"] = name
        for name, target in links.items():
            archive.writestr(target.encode(), name)
            mode = (stat.S_IFLNK | 0o777) << 16
            archive.header.files_info.files[-1]["attributes"] = mode | FILE_ATTRIBUTE_UNIX_EXTENSION
        for name in special:
            archive.writestr(b"", name)
            mode = (stat.S_IFSOCK | 0o644) << 16
            archive.header.files_info.files[-1]["attributes"] = mode | FILE_ATTRIBUTE_UNIX_EXTENSION


def pack(path: Path, files=HARMLESS, links=None, special=()) -> Path:
    """Write an archive, whatever its members are called."""
    path.parent.mkdir(exist_ok=True)
    write = zipped if path.suffix == ".zip" else seven_zipped if path.suffix == ".7z" else tarred
    write(path, files, links or {}, special)
    return path


@pytest.mark.parametrize("ending", FORMATS)
def test_takes_exactly_the_files_asked_for(tmp_path, ending):
    archive = pack(tmp_path / f"in/x{ending}")
    targets = {"data/a.csv": tmp_path / "1", "data/deep/b.csv": tmp_path / "2", "empty.txt": tmp_path / "3"}
    for target in targets.values():
        target.touch()
    extract_members(archive, targets)
    assert {member: target.read_bytes() for member, target in targets.items()} == HARMLESS
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["1", "2", "3", archive.name]


@pytest.mark.parametrize("ending", CHECKED)
@pytest.mark.parametrize(
    "evil", ["../evil.txt", "data/../../evil.txt", "/tmp/evil.txt", "data\\..\\..\\evil.txt", "C:/e"]
)
def test_an_archive_with_a_path_that_leads_outside_is_refused_as_a_whole(tmp_path, ending, evil):
    archive = pack(tmp_path / f"in/x{ending}", {**HARMLESS, evil: b"evil"})
    with pytest.raises(
        StratifyError, match=r"refuses the whole archive.* its path leads outside the archive"
    ) as raised:
        extract_member(archive, "data/a.csv", tmp_path / "out.csv")
    assert archive.name in str(raised.value)
    assert repr(evil) in str(raised.value) or repr(evil.replace("\\", "/")) in str(raised.value)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [archive.name]


@pytest.mark.parametrize("ending", CHECKED)
@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "deep/../../../x"])
def test_an_archive_with_a_link_that_leads_outside_is_refused_as_a_whole(tmp_path, ending, target):
    archive = pack(tmp_path / f"in/x{ending}", HARMLESS, {"data/link": target})
    with pytest.raises(StratifyError, match=r"refuses the whole archive.*'data/link': it is a link"):
        extract_member(archive, "data/a.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_a_link_that_stays_inside_is_let_be_but_not_taken(tmp_path, ending):
    archive = pack(tmp_path / f"in/x{ending}", HARMLESS, {"data/link": "../empty.txt"})
    extract_member(archive, "data/a.csv", tmp_path / "out.csv")
    with pytest.raises(StratifyError, match="refuses the member 'data/link': it is a link, not a file"):
        extract_member(archive, "data/link", tmp_path / "link.csv")


def test_a_hard_link_that_leads_outside_is_refused(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        info = tarfile.TarInfo("data/a.csv")
        info.type, info.linkname = tarfile.LNKTYPE, "../../etc/passwd"
        archive.addfile(info)
    with pytest.raises(StratifyError, match=r"link to '../../etc/passwd', which leads outside"):
        extract_member(tmp_path / "x.tar", "data/a.csv", tmp_path / "out.csv")


@pytest.mark.parametrize("ending", CHECKED)
def test_an_archive_with_a_device_or_pipe_is_refused(tmp_path, ending):
    archive = pack(tmp_path / f"in/x{ending}", HARMLESS, special=["data/pipe"])
    with pytest.raises(StratifyError, match="'data/pipe': it is a device, pipe or socket"):
        extract_member(archive, "data/a.csv", tmp_path / "out.csv")


@pytest.mark.parametrize("member", ["../evil.txt", "/etc/evil.txt", "data\\..\\evil.txt"])
def test_nothing_outside_can_be_asked_for(tmp_path, member):
    archive = pack(tmp_path / "in/x.zip")
    with pytest.raises(StratifyError, match="leads outside the archive"):
        extract_member(archive, member, tmp_path / "out.txt")


@pytest.mark.parametrize("ending", CHECKED)
def test_counts_the_bytes_it_unpacks(tmp_path, ending):
    archive = pack(tmp_path / f"x{ending}", {"bomb.txt": bytes(5_000_000)})
    assert archive.stat().st_size < 10_000
    with pytest.raises(StratifyError, match=r"'bomb.txt' unpacks to more than the 1,000,000 bytes"):
        extract_member(archive, "bomb.txt", tmp_path / "out.txt", max_bytes=1_000_000)


@pytest.mark.parametrize("ending", CHECKED)
def test_says_where_a_missing_member_is(tmp_path, ending):
    archive = pack(tmp_path / f"x{ending}")
    with pytest.raises(StratifyError, match=r"no file 'a.csv'; the name occurs at data/a.csv"):
        extract_member(archive, "a.csv", tmp_path / "out.txt")


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("content", [b"not an archive", b""])
def test_a_file_that_is_no_archive_is_one_message(tmp_path, ending, content):
    (tmp_path / f"x{ending}").write_bytes(content)
    with pytest.raises(StratifyError, match=rf"x{ending}: (not a readable archive|holds no file)"):
        extract_member(tmp_path / f"x{ending}", "a", tmp_path / "out.txt")


@pytest.mark.parametrize("ending", FORMATS)
def test_half_an_archive_is_one_message(tmp_path, ending):
    files = {"a.txt": b"".join(str(number * number).encode() for number in range(50_000))}
    archive = pack(tmp_path / f"x{ending}", files)
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(StratifyError, match="not a readable archive"):
        extract_member(archive, "a.txt", tmp_path / "out.txt")


def test_a_damaged_member_is_one_message(tmp_path):
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"the content")
    path.write_bytes(path.read_bytes().replace(b"the content", b"tha content"))
    with pytest.raises(StratifyError, match="not a readable archive: Bad CRC"):
        extract_member(path, "a.txt", tmp_path / "out.txt")


def test_a_member_that_is_there_twice_is_refused(tmp_path):
    path = pack(tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("data/a.csv", b"another")
    with pytest.raises(StratifyError, match="it is there 2 times"):
        extract_member(path, "data/a.csv", tmp_path / "out.txt")


def test_an_encrypted_archive_is_one_message(tmp_path):
    with py7zr.SevenZipFile(tmp_path / "x.7z", "w", password="secret") as archive:
        archive.writestr(b"text", "a.txt")
    with pytest.raises(StratifyError, match="not a readable archive: a password protects it"):
        extract_member(tmp_path / "x.7z", "a.txt", tmp_path / "out.txt")


def test_an_unknown_ending_is_one_message(tmp_path):
    (tmp_path / "x.bz2").write_bytes(bz2.compress(b"text"))
    with pytest.raises(StratifyError, match=r"x.bz2: expected an archive that ends in .zip"):
        extract_member(tmp_path / "x.bz2", "a.txt", tmp_path / "out.txt")


@pytest.mark.parametrize("ending", CHECKED)
def test_an_archive_of_very_many_entries_is_refused(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(archive_module, "MAX_ENTRIES", 2)
    packed = pack(tmp_path / f"in/x{ending}")
    with pytest.raises(StratifyError, match="holds more than the 2 files allowed; refused"):
        extract_member(packed, "data/a.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("ending", CHECKED)
def test_files_that_are_too_large_together_are_refused(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(archive_module, "MAX_TOTAL_BYTES", 10)
    packed = pack(tmp_path / f"in/x{ending}")
    extract_member(packed, "data/a.csv", tmp_path / "1")
    with pytest.raises(StratifyError, match="unpack to more than the 10 bytes allowed together; refused"):
        extract_members(packed, {"data/a.csv": tmp_path / "1", "data/deep/b.csv": tmp_path / "2"})
