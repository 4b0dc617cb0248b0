"""Count tables as the common counters leave them."""

import bz2
import gzip
import lzma
import os
from pathlib import Path

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.readers import reader_for

READER = reader_for("counts_table")
EXPECTED = np.float32([[5, 0], [7, 123456]])


@pytest.fixture
def layout(modality):
    return lambda **keys: modality(**{"reader": "counts_table", "id": None, "unit": "counts", **keys})


TABLES = {
    "named first column": ("c.csv", "gene,a,b\nG1,5,0\nG2,7,123456\n", {}),
    "nameless first column": ("c.csv", '"","a","b"\n"G1",5,0\n"G2",7,123456\n', {}),
    "header one short": ("c.txt", "a\tb\nG1\t5\t0\nG2\t7\t123456\n", {}),
    "unknown ending": ("c.counts", "gene\ta\tb\nG1\t5\t0\nG2\t7\t123456\n", {}),
    "summary rows": ("c.tsv", "gene\ta\tb\nG1\t5\t0\nG2\t7\t123456\n__no_feature\t9\t9\nN_unmapped\t1\t1\n", {}),
    "annotation columns": (
        "c.tsv",
        "# Program: a counter\nGeneid\tChr\tLength\ta\tb\nG1\tchr1;chr1\t900\t5\t0\nG2\tchr2\t90\t7\t123456\n",
        {"comment": "#", "columns": "[ab]$"},
    ),
    "genes in another column": (
        "c.tsv",
        "n\tgene\ta\tb\n1\tG1\t5\t0\n2\tG2\t7\t123456\n",
        {"id": "gene", "columns": "[ab]"},
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_layouts_of_counters(tmp_path, layout, case):
    name, content, keys = TABLES[case]
    (tmp_path / name).write_text(content)
    found = READER.read_modality(tmp_path / name, layout(**keys))
    assert (found.index.tolist(), found.columns.tolist()) == (["G1", "G2"], ["a", "b"])
    np.testing.assert_array_equal(found.to_numpy(), EXPECTED)
    assert set(found.dtypes) == {np.dtype("float32")}


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_compressed(tmp_path, layout, suffix, pack):
    (tmp_path / f"c.csv{suffix}").write_bytes(pack(b"gene,a,b\nG1,5,0\nG2,7,123456\n"))
    np.testing.assert_array_equal(READER.read_modality(tmp_path / f"c.csv{suffix}", layout()).to_numpy(), EXPECTED)


BROKEN = {
    "negative": (
        b"gene,a,b\nG1,5,0\nG2,-1.5,2\nG3,-1,0\n",
        {},
        "2 negative counts, the first -1.5 for G2 in a; .*`reader: table`",
    ),
    "duplicate sample": (b"gene,a,a\nG1,5,0\n", {}, "duplicate sample names: a"),
    "text": (b"gene,a,b\nG1,5,x\n", {}, r"column 'b': expected numbers, found 1 value: 'x' \(G1\)"),
    "header without data": (b"gene,a,b\n", {}, "the table is empty: 1 row including the header"),
    "blank": (b"\n\n", {}, "the table is empty"),
    "ragged": (b"gene,a,b\nG1,5,0\nG2,5\n", {}, "ragged table"),
    "wrong separator": (b"gene;a;b\nG1;5;0\n", {}, "no column matches|one column only"),
    "turned": (b"gene,a,b\nG1,5,0\n", {"orientation": "samples_by_features"}, "has genes in rows"),
    "no such genes": (b"gene,a,b\nG1,5,0\n", {"id": "symbol"}, "no column 'symbol'"),
    "latin-1": ("gene,å,b\nG1,5,0\n".encode("latin-1"), {}, "not readable as a text table"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_count_table_is_one_message(tmp_path, layout, case):
    content, keys, message = BROKEN[case]
    (tmp_path / "broken.csv").write_bytes(content)
    with pytest.raises(StratifyError, match=message) as raised:
        READER.read_modality(tmp_path / "broken.csv", layout(**keys))
    assert "broken.csv" in str(raised.value)


def test_a_cut_file(tmp_path, layout):
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(os.urandom(9000).hex().encode())[:-3000])
    with pytest.raises(StratifyError, match=r"c.csv.gz: not readable"):
        READER.read_modality(tmp_path / "c.csv.gz", layout())


def test_it_holds_no_patients(tmp_path, clinical):
    with pytest.raises(StratifyError, match="reads measurements, no clinical table"):
        READER.read_clinical(tmp_path / "c.csv", clinical(reader="counts_table"))


@pytest.mark.cohorts
def test_a_real_count_table(mirror, layout):
    path = Path(mirror) / "riaz_2017" / "GSE91061_BMS038109Sample.hg19KnownGene.raw.csv.gz"
    found = READER.read_modality(path, layout())
    assert found.shape == (22187, 109)
    assert (found.to_numpy() % 1 == 0).all()
    assert "29126" in found.index
