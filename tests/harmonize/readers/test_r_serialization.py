"""Our quick parser of strings gives the tree of the library's own."""

import gzip
import warnings

import pytest
import rdata
from rdata.parser import parse_data

from stratify.harmonize.readers.r_objects import UNPARSABLE
from stratify.harmonize.readers.r_serialization import StringsAtOnce, parse_serialized

OF_THE_LIBRARY = sorted(
    path for path in rdata.TESTDATA_PATH.rglob("*") if path.suffix in {".rda", ".rds"} and "xdr" in path.name
)
GZIPPED = ["gide_2019/ICB_Gide__Melanoma__PD-(L)1__M.rda", "vanallen_2015/ICB_Van_Allen__Melanoma__CTLA4.rda"]


def both(content):
    """What each parser gives: a tree, or that it cannot be read."""
    extension = ".rds" if content.startswith(b"X\n") else ".rda"
    results = []
    for parse in (parse_serialized, lambda content: parse_data(content, extension=extension)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                results.append(parse(content))
            except UNPARSABLE:
                results.append("unreadable")
    return results


def test_the_files_that_the_library_is_tested_with():
    """More than a hundred: every kind of object, in versions 2 and 3 of the format."""
    compared = 0
    for path in OF_THE_LIBRARY:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        ours, theirs = both(content)
        assert ours == theirs, path.name
        assert str(ours) == str(theirs), path.name
        compared += theirs != "unreadable"
    assert compared > 100


def test_strings_missing_marked_and_repeated(r, tmp_path):
    texts = ["a", None, "", "é", "a", "x" * 300, None]
    path = r.write_rda(tmp_path / "a.rda", "plain", text=r.R(texts, {"names": texts}), listed=[["b"], [1, 2], ["c"]])
    ours, theirs = both(path.read_bytes())
    assert ours == theirs
    assert [element.value for element in ours.object.value[0].value][:4] == [b"a", None, b"", "é".encode()]


def test_strings_are_read_in_one_step(r, tmp_path, monkeypatch):
    path = r.write_rds(tmp_path / "a.rds", ["a", "b"] * 500, "plain")
    asked = []
    plain = StringsAtOnce.parse_R_object
    monkeypatch.setattr(
        StringsAtOnce, "parse_R_object", lambda self, *words, **named: asked.append(1) or plain(self, *words, **named)
    )
    assert len(parse_serialized(path.read_bytes()).object.value) == 1000
    assert len(asked) == 2


def test_a_file_cut_short_anywhere_is_read_by_neither(r, tmp_path):
    content = r.write_rda(tmp_path / "a.rda", "plain", text=["some", None, "text"], number=[1.0, None]).read_bytes()
    for length in range(5, len(content)):
        assert both(content[:length]) == ["unreadable", "unreadable"], length


def test_a_string_of_impossible_length_is_read_by_neither(r, tmp_path):
    content = r.write_rds(tmp_path / "a.rds", ["some", "text"], "plain").read_bytes()
    wrong = content.replace(b"\x00\x00\x00\x04text", b"\xff\xff\xff\xfetext")
    assert wrong != content
    assert both(wrong) == ["unreadable", "unreadable"]


@pytest.mark.cohorts
@pytest.mark.parametrize("path", GZIPPED)
def test_files_of_cohorts(mirror, path):
    ours, theirs = both(gzip.decompress((mirror / path).read_bytes()))
    assert theirs != "unreadable"
    assert ours == theirs
