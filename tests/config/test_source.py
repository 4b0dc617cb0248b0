"""Source files: where files come from, one message for each mistake."""

import pytest
import yaml

from stratify.config import SourceConfig, load_source, validate
from stratify.errors import StratifyError

COMMIT = "eb87300f2dc6287bdf0e4404e662db0dbd421c4b"
RAW = f"https://raw.githubusercontent.com/owner/repository/{COMMIT}"
DIGEST = "0" * 64


def source(**changes):
    return {"title": "t", "citation": "c", **changes}


def of_url(url):
    return source(files={"a.csv": {"url": url, "sha256": DIGEST}})


def message(content):
    with pytest.raises(StratifyError) as raised:
        validate(SourceConfig, content, "x.yaml")
    assert "\n" not in str(raised.value)
    return str(raised.value).removeprefix("x.yaml: ")


@pytest.mark.parametrize(
    "url",
    [
        f"{RAW}/02.Input/All%20Data.xlsx",
        f"{RAW}/main/raw/a.csv",
        f"https://github.com/owner/repository/raw/{COMMIT}/a.csv",
        f"https://github.com/owner/repository/archive/{COMMIT}.zip",
        "https://github.com/owner/repository/releases/download/v1.0/a.csv",
        f"https://codeload.github.com/owner/repository/tar.gz/{COMMIT}",
        f"https://gitlab.com/group/sub/project/-/raw/{COMMIT}/raw/a.csv?inline=false",
        f"https://huggingface.co/datasets/owner/name/resolve/{COMMIT}/raw/a.csv",
        "http://127.0.0.1:8000/main/a.csv",
        "https://zenodo.org/records/1/files/a.csv?download=1",
    ],
)
def test_an_address_that_stays_is_taken(url):
    assert validate(SourceConfig, of_url(url), "x").files["a.csv"].url == url


@pytest.mark.parametrize(
    ("url", "revision"),
    [
        ("https://raw.githubusercontent.com/owner/repository/main/a.csv", "main"),
        ("https://raw.githubusercontent.com/owner/repository/refs/heads/master/a.csv", "refs/heads/master"),
        (f"https://raw.githubusercontent.com/owner/repository/{COMMIT[:7]}/a.csv", COMMIT[:7]),
        (f"https://raw.githubusercontent.com/owner/repository/{COMMIT}0/a.csv", f"{COMMIT}0"),
        ("https://github.com/owner/repository/raw/master/a.csv", "master"),
        ("https://github.com/owner/repository/archive/refs/heads/main.zip", "refs/heads/main.zip"),
        ("https://gitlab.com/group/project/-/raw/main/a.csv", "main"),
        ("https://huggingface.co/datasets/owner/name/resolve/main/a.csv", "main"),
    ],
)
def test_an_address_that_follows_a_branch_is_not_pinned(url, revision):
    expected = f"pin the address: write the 40 hexadecimal digits of a commit instead of {revision!r}"
    assert message(of_url(url)).startswith(f"files.a.csv.url: {expected}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/a.csv", "expected a complete web address that starts with https:// or http://"),
        ("host/a.csv", "expected a complete web address"),
        ("file:///etc/passwd", "expected a complete web address"),
        ("https:///a.csv", "expected a complete web address"),
        ("https://host/a b.csv", "expected a complete web address"),
        ("https://host:port/a.csv", "expected a complete web address"),
        ("https://me:secret@host/a.csv", "leave the user name and password out"),
        ("https://host/a.csv#L10", "leave out '#L10'"),
        (f"https://github.com/owner/repository/blob/{COMMIT}/a.csv", "this leads to a page about the file"),
    ],
)
def test_an_address_that_cannot_be_fetched(url, words):
    assert message(of_url(url)).startswith(f"files.a.csv.url: {words}")


def archived(**changes):
    return source(
        archives={"x.7z": {"url": f"{RAW}/x.7z", "sha256": DIGEST}},
        files={"a.csv": {"archive": "x.7z", "path": "in/a.csv", "sha256": DIGEST} | changes},
    )


def listed(**checksums):
    return source(checksums={"table": "x.sha256", **checksums})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (source(), "files: expected at least one entry, found none; or name a table of them under"),
        (source(files={}), "files: expected at least one entry, found none; or name a table of them under"),
        (of_url(3), "files.a.csv.url: expected text, found 3"),
        (source(files={"a.csv": {"url": f"{RAW}/a.csv"}}), "key 'files.a.csv.sha256' is required and missing"),
        (
            source(files={"../a.csv": {"sha256": DIGEST}}),
            "files.../a.csv: wrong key: expected the name of a file below",
        ),
        (source(files={"/a.csv": {"sha256": DIGEST}}), "files./a.csv: wrong key: expected the name of a file below"),
        (source(files={"b/../a.csv": {"sha256": DIGEST}}), "files.b/../a.csv: wrong key: expected the name of a file"),
        (archived(url=f"{RAW}/a.csv"), "files.a.csv: give 'url' for a file that is fetched as it is"),
        (archived(path=None), "files.a.csv: give 'path', where the file is inside x.7z"),
        (archived(path="../a.csv"), "files.a.csv.path: must be a path inside the archive"),
        (archived(archive="y.7z"), "files.a.csv.archive: no archive 'y.7z' under 'archives'; did you mean 'x.7z'?"),
        (archived() | {"files": {"a": {"sha256": DIGEST}}}, "archives: x.7z: no file is taken out of it"),
        (
            archived() | {"archives": {"x.rar": {"sha256": DIGEST}}},
            "archives.x.rar: wrong key: expected the name of an",
        ),
        (archived() | {"archives": {"x.7z": {}}}, "key 'archives.x.7z.sha256' is required and missing"),
        (
            source(files={"a": {"sha256": DIGEST}, "a/b": {"sha256": DIGEST}}),
            "files: 'a' is a file and, in 'a/b', also a folder",
        ),
        (listed(table="../x.sha256"), "checksums.table: expected the name of a table beside this file"),
        (listed(url=RAW), "checksums.url: expected the address of a folder, which ends in '/'"),
        (listed(url=f"{RAW}/", archive="x.7z"), "checksums: give 'url' or 'archive', not both"),
        (listed(folder="in"), "checksums: 'folder' is a folder in an archive"),
        (listed(archive="x.7z"), "checksums.archive: no archive 'x.7z' under 'archives'; there are no valid names"),
    ],
)
def test_a_wrong_source_file_is_one_message_with_its_place(content, expected):
    found = message(content)
    assert found.startswith(expected)
    assert "; and " not in found


def write(tmp_path, table, **content):
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(listed() | content))
    if table is not None:
        (tmp_path / "x.sha256").write_text(table)
    return tmp_path / "x.yaml"


def test_a_checksum_table_adds_files(tmp_path):
    table = f"{DIGEST}  in/a  b.csv\n{'1' * 64} *c(1).csv\n"
    path = write(
        tmp_path, table, files={"d.csv": {"sha256": DIGEST}}, checksums={"table": "x.sha256", "url": f"{RAW}/"}
    )
    files = load_source(path).files
    assert list(files) == ["d.csv", "in/a  b.csv", "c(1).csv"]
    assert files["in/a  b.csv"].url == f"{RAW}/in/a%20%20b.csv"
    assert (files["c(1).csv"].url, files["c(1).csv"].sha256) == (f"{RAW}/c%281%29.csv", "1" * 64)
    assert files["d.csv"].placed


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (None, r"x.sha256: no such file; `sha256sum <files> > .*` writes such a table"),
        ("\n# nothing\n", "x.sha256: names no file"),
        ("F00  a.csv\n", "x.sha256, line 1: expected 64 lower-case hexadecimal digits, two spaces and a file name"),
        (f"{DIGEST}  a.csv\n{DIGEST}  ../b.csv\n", r"line 2: expected the name of a file below .* found '../b.csv'"),
        (f"{DIGEST}  /etc/passwd\n", r"line 1: expected the name of a file below"),
        (f"{DIGEST}  a.csv\n{DIGEST}  a.csv\n", "line 2: 'a.csv' is there twice"),
        (f"{DIGEST}  d.csv\n", r"with the names in .*x.sha256: 'd.csv' is named twice"),
        (f"{DIGEST}  d.csv/e.csv\n", "'d.csv' is a file and, in 'd.csv/e.csv', also a folder"),
    ],
)
def test_a_wrong_checksum_table_is_one_message(tmp_path, table, words):
    with pytest.raises(StratifyError, match=words) as raised:
        load_source(write(tmp_path, table, files={"d.csv": {"sha256": DIGEST}}))
    assert "\n" not in str(raised.value)
