"""`stratify harmonize` with a gene table of another source."""

import hashlib

import numpy as np
import pytest
import yaml

from stratify.artifacts.harmonize import FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.cli import main

MAP = "ensid\tgene_name\tensid_v36\tgene_type\tgene_supertype\tentrezgene\n"
FILES = {
    "box": {
        "c.csv": "id\n01\n02\n",
        "m.csv": "gene,01,02\n1,10,0\n2,30,5\n9,60,15\n",
    },
    "names": {"map.tsv": MAP + "ENSG1\tCD8A\tENSG1.2\tx\tx\t1\nENSG2\tGZMA\tENSG2.1\tx\tx\t2\n"},
    "lengths": {
        "l.tsv": "gene\tbp\n1\t1000\n2\t2000\n9\t4000\n",
        "by_r.csv": '"id"\t"bp"\n"1"\t"ENSG1.4"\t1000\n"2"\t"ENSG2"\t2000\n"3"\t"ENSG3"\t7\n',
        "twice.csv": '"id"\t"bp"\n"1"\t"ENSG1.4"\t1000\n"2"\t"ENSG2"\t2000\n"3"\t"ENSG4"\t7\n',
    },
}
EXPRESSION = {
    "file": "m.csv",
    "namespace": "gene",
    "id": "gene",
    "orientation": "features_by_samples",
    "unit": "counts",
    "to": "log2_cpm",
    "genes": {"source": "names", "file": "map.tsv", "from": "entrez"},
}


@pytest.fixture
def run(tmp_path):
    """Write sources, raw files and a dataset file; harmonize."""
    for name, files in FILES.items():
        digests = {}
        for file, text in files.items():
            path = tmp_path / "raw" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            digests[file] = {"path": file, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        source = {"title": name, "citation": "c", "package": {"name": "box", "version": "1"}, "files": digests}
        config = tmp_path / "config/sources" / f"{name}.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(yaml.safe_dump(source))

    def run(**keys):
        dataset = {
            "title": "Toy",
            "source": "box",
            "patient_pool": "toy",
            "study_family": "toy",
            "clinical": {"file": "c.csv", "id": "id", "timepoint": "baseline"},
            "modalities": {"expression": EXPRESSION | keys},
        }
        path = tmp_path / "config/datasets/toy.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(dataset))
        where = ["--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
        return main(["harmonize", "--dataset", str(path), *where]), Layout(tmp_path / "results")

    return run


def test_counts_of_entrez_genes_become_log2_cpm_of_symbols(run):
    status, layout = run()
    assert status == 0
    table = read_table(MODALITY, layout.modality("toy", "expression")).set_index("feature")
    assert table.index.tolist() == ["gene.CD8A", "gene.GZMA"]
    np.testing.assert_allclose(table, np.log2([[100_001, 1], [300_001, 250_001]]), rtol=1e-6)
    findings = read_table(FINDINGS, layout.findings("toy"))
    assert findings[["finding", "severity", "n"]].to_numpy().tolist() == [["unknown_genes", "warning", 1]]


def test_counts_become_log2_tpm_by_a_table_of_lengths(run):
    lengths = {"source": "lengths", "file": "l.tsv", "id": "gene", "length": "bp"}
    status, layout = run(to="log2_tpm", lengths=lengths)
    assert status == 0
    table = read_table(MODALITY, layout.modality("toy", "expression")).set_index("feature")
    np.testing.assert_allclose(table["toy:01"], np.log2([250_001, 375_001]), rtol=1e-6)


BY_ENSEMBL = {
    "source": "lengths",
    "separator": "\t",
    "index_column": True,
    "id": "id",
    "from": "ensembl",
    "length": "bp",
}


def test_lengths_by_other_identifiers_meet_the_counts_by_symbol(run):
    status, layout = run(to="log2_tpm", lengths=BY_ENSEMBL | {"file": "by_r.csv"})
    assert status == 0
    table = read_table(MODALITY, layout.modality("toy", "expression")).set_index("feature")
    np.testing.assert_allclose(table["toy:01"], np.log2([400_001, 600_001]), rtol=1e-6)
    findings = read_table(FINDINGS, layout.findings("toy"))
    assert findings.set_index("finding")["n"].to_dict() == {"genes_without_length": 1, "unknown_genes": 1}


def test_a_symbol_with_two_lengths_has_none(run, tmp_path):
    genes = MAP + "ENSG1\tCD8A\tENSG1.2\tx\tx\t1\nENSG4\tCD8A\tENSG4.2\tx\tx\t1\nENSG2\tGZMA\tENSG2.1\tx\tx\t2\n"
    (tmp_path / "raw/names/map.tsv").write_text(genes)
    source = tmp_path / "config/sources/names.yaml"
    digest = hashlib.sha256(FILES["names"]["map.tsv"].encode()).hexdigest()
    source.write_text(source.read_text().replace(digest, hashlib.sha256(genes.encode()).hexdigest()))
    status, layout = run(to="log2_tpm", lengths=BY_ENSEMBL | {"file": "twice.csv"})
    assert status == 0
    assert read_table(MODALITY, layout.modality("toy", "expression"))["feature"].tolist() == ["gene.GZMA"]


@pytest.mark.parametrize(
    ("genes", "message"),
    [
        ({"source": "nams"}, "nams.yaml: no such file; did you mean 'names'?"),
        ({"file": "mop.tsv"}, "source 'names' has no file 'mop.tsv'; did you mean 'map.tsv'?"),
        ({"from": "ensembl"}, "as 'ensembl': 1, 2, 9; they look like 'entrez'"),
        ({"source": "lengths", "file": "l.tsv"}, "l.tsv: not a gene table: its columns are gene, bp"),
    ],
)
def test_a_wrong_gene_table_is_one_message(run, capsys, genes, message):
    status, layout = run(genes=EXPRESSION["genes"] | genes)
    error = capsys.readouterr().err
    assert status == 2
    assert message in error
    assert "Traceback" not in error
    assert not layout.modality("toy", "expression").exists()


def test_a_gene_table_that_was_changed_is_not_read(run, capsys, tmp_path):
    path = tmp_path / "raw/names/map.tsv"
    path.write_text(path.read_text().replace("CD8A", "CD8B"))
    assert run()[0] == 2
    assert "map.tsv of source 'names': wrong bytes" in capsys.readouterr().err
