import gzip

import pytest

from stratify.assemble.signatures import load_gene_sets
from stratify.errors import StratifyError


def written(tmp_path, name: str, text: str | bytes):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_gmt(tmp_path):
    text = "A_SET\thttp://a\tCD8A\tCD8B\tCD8A\t\r\n\nANOTHER\t\tGZMB\n"
    expected = {"A_SET": ["CD8A", "CD8B"], "ANOTHER": ["GZMB"]}
    assert load_gene_sets(written(tmp_path, "sets.gmt", text)) == expected
    assert load_gene_sets(written(tmp_path, "sets.gmt.gz", gzip.compress(text.encode()))) == expected


def test_table_with_a_gene_a_row(tmp_path):
    path = written(tmp_path, "sets.tsv", "set\tpmid\tgene\na\t1\tCD8A\nb\t2\tGZMB\na\t1\tCD8B\na\t1\tCD8A\n")
    assert load_gene_sets(path) == {"a": ["CD8A", "CD8B"], "b": ["GZMB"]}


def test_table_with_a_set_a_row(tmp_path):
    path = written(tmp_path, "sets.tsv", "GeneSet\tGenes\na\tCD8A:CD8B: CD8A\nb\tGZMB\n\t\n")
    assert load_gene_sets(path, name="GeneSet", genes="Genes", separator=":") == {"a": ["CD8A", "CD8B"], "b": ["GZMB"]}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("sets.csv", "a,b", "are read from .gmt or .tsv files"),
        ("sets.gmt", "", "holds no gene set"),
        (
            "sets.gmt",
            "A\tx\tG\nB,y,G1,G2\n",
            r"sets.gmt, line 2: expected name, description and genes between tabs, found 1",
        ),
        ("sets.gmt", "A\tx\t\t\n", "line 1: expected name, description and genes"),
        ("sets.gmt", "A\tx\tG\nA\tx\tH\n", "line 2: the set 'A' stands twice"),
        ("sets.gmt", b"\xff\xfe\x00A", "cannot be read as text"),
        ("sets.gmt.gz", gzip.compress(b"A\tx\tG\n" * 99)[:20], "cannot be read as text"),
        ("sets.gmt.gz", gzip.compress(b"A\tx\tG\n" * 99)[:12] + b"\xff" * 30, "cannot be read as text"),
        ("sets.gmt.gz", "A\tx\tG\n", "cannot be read as text"),
        ("sets.tsv", "set,gene\na,G\n", "has no column 'set'; valid names: set,gene"),
        ("sets.tsv", "set\tgenes\na\tG\n", "has no column 'gene'; did you mean 'genes'"),
        ("sets.tsv", "set\tgene\n", "holds no gene set"),
        ("sets.tsv", "set\tgene\na\tG\nb\n", "line 3: 'gene' is empty"),
        ("sets.tsv", "set\tgene\n\tG\n", "line 2: 'set' is empty"),
    ],
)
def test_a_malformed_file_is_one_clear_message(tmp_path, name, text, message):
    with pytest.raises(StratifyError, match=message):
        load_gene_sets(written(tmp_path, name, text))


def test_a_missing_file_and_a_set_on_two_rows_are_refused(tmp_path):
    with pytest.raises(StratifyError, match="no such file"):
        load_gene_sets(tmp_path / "absent.gmt")
    path = written(tmp_path, "sets.tsv", "set\tgene\na\tG:H\na\tG\n")
    with pytest.raises(StratifyError, match="line 3: the set 'a' stands twice"):
        load_gene_sets(path, separator=":")
