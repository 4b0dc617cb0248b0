"""A small file that unpacks to very much is one message, before anything is made of it."""

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stratify.assemble.signatures.gene_sets import parse_gene_sets
from stratify.config.dataset import Clinical
from stratify.errors import StratifyError
from stratify.fetch.archive import extract_member
from stratify.harmonize.readers.r_objects import load_r_objects
from stratify.harmonize.readers.registry import reader_for
from stratify.harmonize.readers.study_files import open_study
from stratify.score.patients import read_patients
from stratify.unpacking import HARMLESS, MOST_TIMES, most_unpacked, refuse_stream_bomb

MEBIBYTE = 1024**2
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
TOO_MUCH = r"bytes that unpack to [\d,]+ (bytes|cells) or more, expected at most"


def bomb(path, pack=gzip.compress, start=b"id,x\n"):
    """Write as many packed mebibytes, one after the other, as are one too many."""
    mebibyte = pack(b"A,1\n" * (MEBIBYTE // 4))
    path.write_bytes(pack(start) + mebibyte * (HARMLESS // MEBIBYTE))
    return path


def clinical(path):
    layout = Clinical(file=path.name, id="id", timepoint="baseline")
    return reader_for(layout.reader).read_clinical(path, layout)


@pytest.mark.parametrize("ending", list(PACKERS))
def test_a_text_table_is_refused_before_it_is_parsed(tmp_path, ending):
    path = bomb(tmp_path / f"a.csv.{ending}", PACKERS[ending])
    assert path.stat().st_size < 2 * MEBIBYTE
    with pytest.raises(StratifyError, match=TOO_MUCH):
        clinical(path)


def test_a_bomb_fills_neither_memory_nor_disk(tmp_path):
    path = bomb(tmp_path / "a.csv.xz", lzma.compress)
    read = f"""
import resource, sys
sys.path.insert(0, {str(__file__.rpartition("/")[0])!r})
from pathlib import Path
from test_unpacking import clinical
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    clinical(Path({str(path)!r}))
except ValueError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run([sys.executable, "-c", read], check=True, capture_output=True, text=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(run.stdout) * unit < HARMLESS / 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_zip_that_says_so_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"id,x\n" + b"A,1\n" * (HARMLESS // 4))
    with pytest.raises(StratifyError, match=TOO_MUCH):
        clinical(tmp_path / "a.csv.zip")


@pytest.mark.parametrize("ending", list(PACKERS))
def test_r_data_and_what_is_packed_in_it(tmp_path, ending):
    path = bomb(tmp_path / "a.rds", PACKERS[ending], start=b"X\n")
    with pytest.raises(StratifyError, match=TOO_MUCH):
        load_r_objects(path)


def test_gene_sets(tmp_path):
    with pytest.raises(StratifyError, match=TOO_MUCH):
        parse_gene_sets(bomb(tmp_path / "a.gmt.gz").read_bytes(), "a.gmt.gz")


def long_header():
    """Begin a tar whose first thing is a description of two gibibytes: a library reads it whole to list the files."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2 * 1024**3
    return info.tobuf(tarfile.USTAR_FORMAT)


@pytest.mark.parametrize("ending", [*(f"tar.{ending}" for ending in PACKERS), "tgz"])
def test_a_tar_is_refused_before_its_files_are_listed(tmp_path, ending):
    path = bomb(tmp_path / f"a.{ending}", PACKERS.get(ending.removeprefix("tar."), gzip.compress), start=long_header())
    with pytest.raises(StratifyError, match=TOO_MUCH):
        extract_member(path, "x", tmp_path / "x")
    with pytest.raises(StratifyError, match=TOO_MUCH), open_study(path, "meta_study.txt"):
        pass
    assert not (tmp_path / "x").exists()


def test_a_sparse_file_in_a_tar_counts_as_long_as_it_reads(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("study/meta_study.txt")
        content = b"1\n0\n1\n".ljust(512, b"\0")
        info.size = len(content)
        info.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(4 * 1024**4),
            "GNU.sparse.name": "study/meta_study.txt",
        }  # fmt: skip
        archive.addfile(info, io.BytesIO(content))
    with pytest.raises(StratifyError, match=TOO_MUCH), open_study(path, "meta_study.txt"):
        pass
    with pytest.raises(StratifyError, match="allowed"):
        extract_member(path, "study/meta_study.txt", tmp_path / "x")


def test_an_archive_is_taken_out_as_far_as_its_size_says(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"0" * (HARMLESS + 1))
    with pytest.raises(StratifyError, match=f"more than the {HARMLESS:,} bytes allowed"):
        extract_member(tmp_path / "a.zip", "x", tmp_path / "x")


@pytest.mark.parametrize("read", [read_patients, clinical])
def test_parquet_of_more_rows_than_its_size(tmp_path, read):
    rows = HARMLESS + 1
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype="int8")), ["A"])
    pq.write_table(pa.table({"patient_id": column}), tmp_path / "a.parquet", use_dictionary=True)
    assert (tmp_path / "a.parquet").stat().st_size < 2 * MEBIBYTE
    with pytest.raises(StratifyError, match=TOO_MUCH):
        read(tmp_path / "a.parquet")


def workbook(path, change):
    """Write a small workbook, one of whose parts is changed."""
    book, plain = openpyxl.Workbook(), io.BytesIO()
    for row in (["patient_id", "id"], ["A", 1]):
        book.active.append(row)
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return path


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
DEFINITIONS = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "external entity": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "external definitions": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("definition", list(DEFINITIONS))
@pytest.mark.parametrize("read", [read_patients, clinical])
def test_a_workbook_that_defines_texts_is_refused(tmp_path, read, definition, part, encoding):
    def poison(name, content):
        if name != part:
            return content
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        text = content.decode().partition("?>")[2] or content.decode()
        return (head + DEFINITIONS[definition] + text.replace("</", "&l9;</", 1)).encode(encoding)

    path = workbook(tmp_path / "a.xlsx", poison)
    with pytest.raises(StratifyError, match=r"its part .* defines texts of its own \(DOCTYPE\); no workbook does"):
        read(path)


@pytest.mark.parametrize("read", [read_patients, clinical])
def test_a_workbook_that_is_broken_or_a_bomb_is_one_message(tmp_path, read):
    def broken(name, content):
        return content.replace(b"</row>", b"<oops") if name == "xl/worksheets/sheet1.xml" else content

    with pytest.raises(StratifyError, match="not a readable"):
        read(workbook(tmp_path / "a.xlsx", broken))

    def large(name, content):
        return content + b" " * HARMLESS if name == "xl/worksheets/sheet1.xml" else content

    with pytest.raises(StratifyError, match=TOO_MUCH):
        read(workbook(tmp_path / "b.xlsx", large))


def test_what_may_be_grows_with_the_file():
    assert most_unpacked(1) == HARMLESS
    assert most_unpacked(10 * MEBIBYTE) == MOST_TIMES * 10 * MEBIBYTE
    stream = io.BytesIO(b"0" * 1000)
    refuse_stream_bomb(stream, 1, "x")
    assert stream.read() == b"0" * 1000
