"""Random tables and YAML at the readers and schemas: read, or refused with the file's name; never anything else."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pytest
import r_files as r
import yaml
from corpus import CLINICAL_CSV
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stratify.config import load_dataset, load_source, load_study
from stratify.config.dataset import Clinical, Modality
from stratify.errors import StratifyError
from stratify.harmonize.readers.registry import reader_for
from stratify.harmonize.readers.table import TableReader
from stratify.score.patients import read_patients

ROOT = Path(__file__).parents[2] / "config"
LOADERS = {"studies": load_study, "datasets": load_dataset, "sources": load_source}
FILES = [path for folder in LOADERS for path in sorted((ROOT / folder).glob("*.yaml"))]
CELLS = st.one_of(st.text(max_size=6), st.floats().map(str), st.sampled_from(['"', "\0", "\n", "1,5", "", "NA", "é"]))
TEXTS = st.tuples(st.sampled_from(",;\t| "), st.lists(st.lists(CELLS, max_size=5), max_size=6)).map(
    lambda drawn: "\n".join(drawn[0].join(row) for row in drawn[1]).encode("utf-8", "replace")
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.binary(max_size=4)
)
KEYS = st.one_of(st.text(max_size=6), st.integers(), st.none(), st.booleans())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
MARKS = [
    b":",
    b"\t",
    b"&a ",
    b"*a ",
    b"!!int ",
    b"!!float ",
    b"!!timestamp ",
    b"!!bool ",
    b"!!set ",
    b"<<: ",
    b"{",
    b"[",
]


@st.composite
def mutated(draw, original):
    """Change a file at a few places: bytes cut out, put in, or replaced."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 20))] = draw(st.sampled_from(MARKS) | st.binary(max_size=3))
    return bytes(content)


@st.composite
def config_files(draw):
    """Draw a valid file of the repository with one key or entry replaced or its text damaged."""
    path = draw(st.sampled_from(FILES))
    if draw(st.booleans()):
        return path.parent.name, draw(mutated(path.read_bytes()))
    content = node = yaml.safe_load(path.read_bytes())
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if not (isinstance(node[key], dict | list) and node[key] and draw(st.booleans())):
            break
        node = node[key]
    if draw(st.booleans()):
        del node[key]
    else:
        node[key] = draw(VALUES)
    return path.parent.name, yaml.safe_dump(content).encode("utf-8", "replace")


def refused_or_read(path, content, read):
    path.write_bytes(content)
    message = path.name
    try:
        read(path)
    except (StratifyError, OSError) as error:
        message = str(error)
    assert path.name in message


def configuration(drawn, folder):
    kind, content = drawn
    refused_or_read(folder / "random.yaml", content, LOADERS[kind])


def patients(content, folder):
    for ending in ("csv", "tsv", "parquet", "xlsx"):
        refused_or_read(folder / f"random.{ending}", content, read_patients)


def raw_table(content, folder):
    for ending in ("csv", "tsv", "csv.gz", "parquet", "xlsx", "arff"):
        layout = Clinical(file=f"random.{ending}", id="id", timepoint="baseline", columns={"age_years": "Age"})
        refused_or_read(
            folder / f"random.{ending}", content, lambda path, layout=layout: TableReader().read_clinical(path, layout)
        )


def measured(reader, file, original, **keys):
    """Draw damaged files of a reader, read as measurements and, where it reads such, as a clinical table."""
    layout = {"reader": reader, "file": file, "namespace": "gene", "unit": "tpm", "orientation": "features_by_samples"}
    modality = Modality.model_validate({**layout, **keys})

    def check(content, folder):
        refused_or_read(folder / file, content, lambda path: reader_for(reader).read_modality(path, modality))

    return pytest.param(check, mutated(original), id=reader if reader != "table" else file)


def held(write):
    """Take the bytes of what a function writes to a path."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()


def workbook(path):
    book = openpyxl.Workbook()
    for row in (["gene", "S1", "S2"], ["A", 1.5, 2], ["B", 3, 4]):
        book.active.append(row)
    book.save(path)


def annotated(path):
    with h5py.File(path, "w") as root:
        for name, index in (("obs", ["S1", "S2"]), ("var", ["A", "B", "C"])):
            group = root.create_group(name)
            group.attrs.update({"encoding-type": "dataframe", "_index": "_index", "column-order": []})
            group.create_dataset("_index", data=index).attrs["encoding-type"] = "string-array"
        root.create_dataset("X", data=np.ones((2, 3), dtype="float32")).attrs["encoding-type"] = "array"


EXPERIMENT = r.experiment({"e": r.matrix([[1.5, 2.0], [3.0, 4.0]])}, r.dframe(["S1", "S2"], age=[61, 47]), ["A", "B"])
SERIES = (
    '!Series_title\t"T"\n!Sample_geo_accession\t"S1"\t"S2"\n!series_matrix_table_begin\n'
    '"ID_REF"\t"S1"\t"S2"\n"A"\t1.5\t2\n"B"\t3\t4\n!series_matrix_table_end\n'
)
MAF = "Hugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\nBRAF\tMissense_Mutation\tS1\nTP53\tSilent\tS2\n"
GENES = b"gene\tS1\tS2\nA\t1\t2\nB\t3\t4\n"
MUTATIONS = {"namespace": "mut", "unit": "present"}
READERS = [
    measured("table", "m.tsv", GENES, id="gene"),
    measured("table", "m.csv.gz", gzip.compress(GENES.replace(b"\t", b",")), id="gene"),
    measured("table", "m.xlsx", held(workbook), id="gene"),
    measured("table", "m.parquet", held(pd.DataFrame({"gene": ["A"], "S1": [1.5]}).to_parquet), id="gene"),
    measured("counts_table", "m.txt", GENES, unit="counts"),
    measured("geo_series_matrix", "m.txt.gz", gzip.compress(SERIES.encode())),
    measured("maf", "m.maf", MAF.encode(), **MUTATIONS),
    measured("h5ad", "m.h5ad", held(annotated), orientation="samples_by_features"),
    measured("summarized_experiment", "m.rda", held(lambda path: r.write_rda(path, dat=EXPERIMENT))),
]
TABLES = st.one_of(TEXTS, st.binary(max_size=200), mutated(CLINICAL_CSV.encode()))
CHECKS = [
    pytest.param(configuration, config_files(), id="config"),
    pytest.param(patients, TABLES, id="patients"),
    pytest.param(raw_table, TABLES, id="raw tables"),
    *READERS,
]


def run(check, drawn, folder, examples):
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn)
    def holds(content):
        check(content, folder)

    holds()


@pytest.mark.parametrize(("check", "drawn"), CHECKS)
def test_random_input_is_read_or_refused(check, drawn, tmp_path):
    run(check, drawn, tmp_path, 150)


@pytest.mark.slow
@pytest.mark.parametrize(("check", "drawn"), CHECKS)
def test_much_random_input_is_read_or_refused(check, drawn, tmp_path):
    run(check, drawn, tmp_path, 1000)
