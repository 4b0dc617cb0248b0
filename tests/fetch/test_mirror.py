"""A folder that stands in for the network, and files out of archives, through `stratify fetch`."""

import hashlib
import json
import tarfile

import pytest
import yaml

from stratify.cli import main
from stratify.fetch.mirror import mirror_folder

GENES, PEOPLE = b"gene\tA\nCXCL9\t1.5\n", b"id\nA\n"
COMMIT = "0123456789" * 4
DEAD = f"http://127.0.0.1:9/{COMMIT}"


def digest(content):
    return hashlib.sha256(content).hexdigest()


def below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class Box:
    """A source `box`, a mirror beside it, and the command."""

    def __init__(self, folder):
        self.folder, self.raw, self.mirror = folder, folder / "raw/box", folder / "mirror/box"
        self.sources = folder / "config/sources"
        for path in (self.mirror, self.sources):
            path.mkdir(parents=True)

    def mirrored(self, name, content):
        path = self.mirror / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def fetch(self, *options, **source):
        path = self.sources / "box.yaml"
        path.write_text(yaml.safe_dump({"title": "Box", "citation": "A test", **source}))
        where = ["--raw", str(self.folder / "raw"), "--results", str(self.folder / "results")]
        return main(["fetch", "--source", str(path), *where, *options])

    @property
    def manifest(self):
        return json.loads((self.folder / "results/fetch/box.json").read_text())


@pytest.fixture
def box(tmp_path, monkeypatch):
    monkeypatch.delenv("STRATIFY_MIRROR", raising=False)
    return Box(tmp_path)


def of_url(content=GENES, url=f"{DEAD}/genes.tsv"):
    return {"files": {"genes.tsv": {"url": url, "sha256": digest(content)}}}


def test_the_mirror_goes_before_the_network(box, server):
    server.files["genes.tsv"] = GENES
    box.mirrored("genes.tsv", GENES)
    assert box.fetch("--mirror", str(box.mirror.parent), **of_url(url=f"{server.url}/genes.tsv")) == 0
    assert server.asked == []
    entry = box.manifest["files"]["genes.tsv"]
    assert entry.pop("fetched").endswith("+00:00")
    assert entry == {
        "url": f"{server.url}/genes.tsv",
        "archive": None,
        "path": None,
        "sha256": digest(GENES),
        "bytes": len(GENES),
        "obtained_from": "mirror",
    }


def test_what_the_mirror_lacks_comes_from_the_network(box, server):
    server.files["genes.tsv"] = GENES
    assert box.fetch("--mirror", str(box.mirror.parent), **of_url(url=f"{server.url}/genes.tsv")) == 0
    assert box.manifest["files"]["genes.tsv"]["obtained_from"] == "web address"
    earlier = box.manifest
    box.mirrored("genes.tsv", GENES)
    assert box.fetch("--mirror", str(box.mirror.parent), **of_url(url=f"{server.url}/genes.tsv")) == 0
    assert box.manifest == earlier
    assert len(server.asked) == 1, "a good file is never fetched twice"


def test_a_flipped_byte_in_the_mirror_is_refused_by_name(box, server, capsys):
    server.files["genes.tsv"] = GENES
    flipped = GENES.replace(b"1.5", b"1.6")
    box.mirrored("genes.tsv", flipped)
    assert box.fetch("--mirror", str(box.mirror.parent), **of_url(url=f"{server.url}/genes.tsv")) == 2
    error = capsys.readouterr().err
    assert f"genes.tsv of source 'box': wrong bytes from the mirror ({box.mirror}/genes.tsv)" in error
    assert f"expected sha256 {digest(GENES)}, found {digest(flipped)}" in error
    assert server.asked == [], "the network does not paper over it"
    assert below(box.folder / "raw") == []
    assert not (box.folder / "results").exists()


def test_the_environment_names_the_mirror_also_relative_to_here(box, monkeypatch):
    box.mirrored("genes.tsv", GENES)
    monkeypatch.chdir(box.folder)
    monkeypatch.setenv("STRATIFY_MIRROR", "mirror")
    assert box.fetch(**of_url()) == 0


def test_the_argument_goes_before_the_environment(box, monkeypatch):
    box.mirrored("genes.tsv", GENES)
    monkeypatch.setenv("STRATIFY_MIRROR", str(box.folder / "nowhere"))
    assert box.fetch("--mirror", str(box.mirror.parent), **of_url()) == 0


@pytest.mark.parametrize("written", [None, ""])
def test_no_mirror(written):
    assert mirror_folder(written, {}) is None
    assert mirror_folder(written, {"STRATIFY_MIRROR": ""}) is None


@pytest.mark.parametrize(("name", "words"), [("nowhere", "there is no such folder"), ("file", "it is a file")])
def test_a_mirror_that_is_not_there_is_one_message(box, capsys, name, words):
    (box.folder / "file").touch()
    assert box.fetch("--mirror", str(box.folder / name), **of_url()) == 2
    error = capsys.readouterr().err
    assert f"the mirror '{box.folder / name}' cannot be used: {words}" in error
    assert error.count("\n") == 1


def test_the_mirror_serves_packages_too(box, index, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(box.folder / "nowhere"))
    box.mirrored("genes.tsv", GENES)
    files = {"genes.tsv": {"path": "toydata/data/genes.tsv", "sha256": digest(GENES)}}
    package = {"name": "toydata", "version": "1.0"}
    assert box.fetch("--mirror", str(box.mirror.parent), package=package, files=files) == 0
    assert box.manifest["files"]["genes.tsv"]["obtained_from"] == "mirror"


def test_the_mirror_never_replaces_a_file_of_the_users_own(box, capsys):
    box.mirrored("genes.tsv", GENES)
    files = {"genes.tsv": {"sha256": digest(GENES)}}
    box.raw.mkdir(parents=True)
    (box.raw / "genes.tsv").write_bytes(b"my own")
    assert box.fetch("--mirror", str(box.mirror.parent), files=files) == 2
    assert f"the file there has sha256 {digest(b'my own')}" in capsys.readouterr().err
    assert (box.raw / "genes.tsv").read_bytes() == b"my own"
    (box.raw / "genes.tsv").unlink()
    for _ in range(2):
        assert box.fetch("--mirror", str(box.mirror.parent), files=files) == 0
        assert box.manifest["files"]["genes.tsv"]["obtained_from"] == "mirror"


def pack(path):
    """Write an archive with both files in a folder; give its digest."""
    for name, content in {"genes.tsv": GENES, "people.tsv": PEOPLE}.items():
        (path.parent / name).write_bytes(content)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(path.parent / "genes.tsv", "top/genes.tsv")
        archive.add(path.parent / "people.tsv", "top/people.tsv")
    return digest(path.read_bytes())


def in_archive(sha256, **archive):
    return {
        "archives": {"x.tar.gz": {"sha256": sha256, **archive}},
        "files": {
            "genes.tsv": {"archive": "x.tar.gz", "path": "top/genes.tsv", "sha256": digest(GENES)},
            "sub/people.tsv": {"archive": "x.tar.gz", "path": "top/people.tsv", "sha256": digest(PEOPLE)},
        },
    }


def test_files_come_out_of_a_downloaded_archive(box, server, tmp_path):
    sha256 = pack(tmp_path / "x.tar.gz")
    server.files["x.tar.gz"] = (tmp_path / "x.tar.gz").read_bytes()
    url = f"{server.url}/x.tar.gz"
    assert box.fetch(**in_archive(sha256, url=url)) == 0
    assert below(box.raw) == ["genes.tsv", "sub/people.tsv", "x.tar.gz"]
    assert (box.raw / "sub/people.tsv").read_bytes() == PEOPLE
    assert box.manifest["archives"] == {"x.tar.gz": {"url": url, "sha256": sha256}}
    entry = box.manifest["files"]["sub/people.tsv"]
    assert (entry["url"], entry["archive"], entry["path"]) == (url, "x.tar.gz", "top/people.tsv")
    assert entry["obtained_from"] == "x.tar.gz (web address)"
    (box.raw / "genes.tsv").write_bytes(b"damaged")
    assert box.fetch(**in_archive(sha256, url=url)) == 0
    assert (box.raw / "genes.tsv").read_bytes() == GENES
    assert len(server.asked) == 1, "the archive is kept for its other files"
    (box.raw / "x.tar.gz").unlink()
    assert box.fetch(**in_archive(sha256, url=url)) == 0
    assert len(server.asked) == 1, "an archive is not needed where its files are"


@pytest.mark.parametrize("mirrored", ["archive", "files"])
def test_the_mirror_holds_the_archive_or_its_files(box, tmp_path, mirrored):
    sha256 = pack(tmp_path / "x.tar.gz")
    if mirrored == "archive":
        box.mirrored("x.tar.gz", (tmp_path / "x.tar.gz").read_bytes())
    else:
        box.mirrored("genes.tsv", GENES)
        box.mirrored("sub/people.tsv", PEOPLE)
    assert box.fetch("--mirror", str(box.mirror.parent), **in_archive(sha256, url=f"{DEAD}/x.tar.gz")) == 0
    assert (box.raw / "sub/people.tsv").read_bytes() == PEOPLE


def test_a_flipped_byte_in_a_mirrored_archive_is_refused_by_name(box, tmp_path, capsys):
    sha256 = pack(tmp_path / "x.tar.gz")
    box.mirrored("x.tar.gz", (tmp_path / "x.tar.gz").read_bytes() + b"\0")
    assert box.fetch("--mirror", str(box.mirror.parent), **in_archive(sha256, url=f"{DEAD}/x.tar.gz")) == 2
    assert (
        f"x.tar.gz of source 'box': wrong bytes from the mirror ({box.mirror}/x.tar.gz): expected sha256 {sha256}"
        in (capsys.readouterr().err)
    )
    assert below(box.folder / "raw") == []


def test_a_placed_archive_is_unpacked_or_asked_for(box, tmp_path, capsys):
    sha256 = pack(tmp_path / "x.tar.gz")
    assert box.fetch(**in_archive(sha256)) == 2
    assert f"put the file at {box.raw / 'x.tar.gz'} (expected sha256 {sha256})" in capsys.readouterr().err
    box.raw.mkdir(parents=True, exist_ok=True)
    (tmp_path / "x.tar.gz").rename(box.raw / "x.tar.gz")
    assert box.fetch(**in_archive(sha256)) == 0
    assert box.manifest["files"]["genes.tsv"]["obtained_from"] == "x.tar.gz (placed by hand)"


def test_a_wrong_member_leaves_nothing_of_the_archive(box, tmp_path, capsys):
    sha256 = pack(tmp_path / "x.tar.gz")
    box.mirrored("x.tar.gz", (tmp_path / "x.tar.gz").read_bytes())
    source = in_archive(sha256)
    source["files"]["sub/people.tsv"]["sha256"] = "0" * 64
    assert box.fetch("--mirror", str(box.mirror.parent), **source) == 2
    assert "sub/people.tsv of source 'box': wrong bytes from x.tar.gz, member top/people.tsv" in capsys.readouterr().err
    assert below(box.raw) == ["x.tar.gz"]


def test_an_archive_that_would_write_outside_is_refused(box, capsys):
    evil = box.folder / "x.tar.gz"
    with tarfile.open(evil, "w:gz") as archive:
        (box.folder / "f").write_bytes(GENES)
        archive.add(box.folder / "f", "top/genes.tsv")
        archive.add(box.folder / "f", "../../../evil.tsv")
    box.mirrored("x.tar.gz", evil.read_bytes())
    source = in_archive(digest(evil.read_bytes()))
    del source["files"]["sub/people.tsv"]
    assert box.fetch("--mirror", str(box.mirror.parent), **source) == 2
    assert "x.tar.gz: refuses the whole archive, nothing was unpacked: its member '../../../evil.tsv'" in (
        capsys.readouterr().err
    )
    assert below(box.raw) == ["x.tar.gz"]
    assert not list(box.folder.rglob("evil.tsv"))


def test_a_checksum_table_stands_for_hundreds_of_files(box, server):
    contents = {f"glucose/case  {number} (a+b).csv": f"{number}\n".encode() for number in range(300)}
    lines = [f"{digest(content)}  {name}" for name, content in contents.items()]
    (box.sources / "box.sha256").write_text("# made by sha256sum\n\n" + "\n".join(lines) + "\n")
    server.files = {f"{COMMIT}/data/{name}": content for name, content in contents.items()}
    for number in range(298):
        name = f"glucose/case  {number} (a+b).csv"
        box.mirrored(name, contents[name])
    checksums = {"table": "box.sha256", "url": f"{server.url}/{COMMIT}/data/"}
    assert box.fetch("--mirror", str(box.mirror.parent), checksums=checksums) == 0
    assert {name: (box.raw / name).read_bytes() for name in below(box.raw)} == contents
    assert len(server.asked) == 2
    assert box.manifest["files"]["glucose/case  299 (a+b).csv"]["url"] == (
        f"{server.url}/{COMMIT}/data/glucose/case%20%20299%20%28a%2Bb%29.csv"
    )


def test_a_checksum_table_of_an_archive(box, tmp_path):
    sha256 = pack(tmp_path / "x.tar.gz")
    box.mirrored("x.tar.gz", (tmp_path / "x.tar.gz").read_bytes())
    (box.sources / "box.sha256").write_text(f"{digest(GENES)}  ./genes.tsv\n{digest(PEOPLE)} *people.tsv\n")
    source = {
        "archives": {"x.tar.gz": {"sha256": sha256}},
        "checksums": {"table": "box.sha256", "archive": "x.tar.gz", "folder": "top"},
    }
    assert box.fetch("--mirror", str(box.mirror.parent), **source) == 0
    assert below(box.raw) == ["genes.tsv", "people.tsv", "x.tar.gz"]
