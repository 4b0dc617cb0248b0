"""Gene tables as published, made here."""

import gzip

import pytest

from stratify.config.expression import GeneIds, GeneLengths
from stratify.errors import StratifyError
from stratify.harmonize.expression import read_gene_lengths, read_gene_table

from .conftest import HGNC_HEADER, hgnc_row

IDS = GeneIds(**{"source": "map", "file": "map.tsv", "from": "entrez"})
MAP = "ensid\tgene_name\tensid_v36\tgene_type\tgene_supertype\tentrezgene\n"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_hgnc_complete_set(tmp_path):
    rows = [
        hgnc_row("VSIR", "64115", "ENSG00000107738", alias="VISTA|B7-H5", previous="C10orf54"),
        hgnc_row("TWIN", "7", "ENSG00000000007", alias="VISTA", previous="OLD1|OLD2"),
        hgnc_row("GONE", "8", status="Entry Withdrawn"),
        hgnc_row("NA", "9", "ENSG00000000009"),
    ]
    table = read_gene_table(write(tmp_path / "hgnc_complete_set.txt", "\n".join([HGNC_HEADER, *rows]) + "\n"), IDS)
    assert table.symbols == {"VSIR", "TWIN", "NA"}
    assert table.names["entrez"] == {"64115": {"VSIR"}, "7": {"TWIN"}, "9": {"NA"}}
    assert table.names["ensembl"]["ENSG00000107738"] == {"VSIR"}
    assert table.names["previous"] == {"C10orf54": {"VSIR"}, "OLD1": {"TWIN"}, "OLD2": {"TWIN"}}
    assert table.names["alias"] == {"VISTA": {"VSIR", "TWIN"}, "B7-H5": {"VSIR"}}


def test_gene_id_map_compressed(tmp_path):
    path = tmp_path / "map.tsv.gz"
    rows = "ENSG1\tA\tENSG1.2\tx\tx\t6872\nENSG2\tB\tENSG2.1\tx\tx\t6872\n"
    path.write_bytes(gzip.compress((MAP + rows).encode()))
    table = read_gene_table(path, IDS)
    assert table.symbols == {"A", "B"}
    assert table.names["ensembl"] == {"ENSG1": {"A"}, "ENSG2": {"B"}}
    assert table.names["entrez"] == {"6872": {"A", "B"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene\tid\nA\t1\n", "not a gene table: its columns are gene, id; the formats known"),
        (MAP, "the table is empty"),
        (MAP + "ENSG1\t\tENSG1.2\tx\tx\t1\n", "1 row of 1 without a gene symbol in column 'gene_name'"),
        (MAP + "ENSG1\tA\n", "ragged table"),
        (
            HGNC_HEADER + "\n" + hgnc_row("GONE", status="Entry Withdrawn") + "\n",
            "no row has the status 'Approved' in column 'status'",
        ),
        (MAP.replace("\t", ",") + "ENSG1,A,ENSG1.2,x,x,1\n", "not a gene table"),
    ],
)
def test_what_is_no_gene_table_is_one_message(tmp_path, text, message):
    with pytest.raises(StratifyError) as error:
        read_gene_table(write(tmp_path / "map.tsv", text), IDS)
    assert message in str(error.value)
    assert "map.tsv" in str(error.value)


LENGTHS = GeneLengths(source="s", file="l.tsv", id="gene", length="bp")


def test_lengths(tmp_path):
    path = write(tmp_path / "l.tsv", "gene\tbp\nENSG01.3\t1500\nENSG02\t200\nENSG01.4\t1500\n")
    assert read_gene_lengths(path, LENGTHS).to_dict() == {"ENSG01": 1500.0, "ENSG02": 200.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene\tbp\nA\t0\n", "column 'bp': 1 length not above zero: A"),
        ("gene\tbp\nA\t-5\nB\t\n", "2 lengths not above zero: A, B"),
        ("gene\tbp\nA\tlong\n", "long"),
        ("gene\tbp\nA\t10\nA\t20\n", "1 gene with more than one length: A"),
        ("gene\tlength\nA\t10\n", "no column 'bp'"),
    ],
)
def test_wrong_lengths_are_one_message(tmp_path, text, message):
    with pytest.raises(StratifyError) as error:
        read_gene_lengths(write(tmp_path / "l.tsv", text), LENGTHS)
    assert message in str(error.value)


def test_lengths_of_other_genes_are_one_message(harmonized):
    options = {"lengths": {"source": "l", "file": "l.tsv", "id": "gene", "length": "bp"}, "to": "log2_tpm"}
    with pytest.raises(StratifyError, match="none of the 2 genes has a length: genes A, B; lengths of X, Y; check"):
        harmonized([[1, 2], [3, 4]], ["A", "B"], {"X": 5.0, "Y": 6.0}, unit="counts", **options)
