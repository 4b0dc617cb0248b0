"""R objects, AnnData and MuData files that hold something else."""

import h5py
import numpy as np
import pytest
import r_files as r
from corpus import CLINICAL_CSV, FINDINGS, Case, cohort

SAMPLES, GENES = ["S1", "S2", "S3"], ["CXCL9", "ACTB"]
ROWS = [[1.5, 2.0, 4.0], [7.0, 6.0, 5.0]]
COLUMNS = {
    "id": None,
    "columns": {"age_years": "age"},
    "endpoints": {"os_days": {"from": "os", "unit": "month"}, "os_event": "dead"},
}
PATIENTS = {"age": [61, 47, 55], "os": [12.5, 3.0, 40.0], "dead": [1, 0, 1]}


def experiment(rows=ROWS, samples=None):
    return r.experiment({"expr": r.matrix(rows)}, r.dframe(samples or SAMPLES, **PATIENTS), GENES)


def rda(clinical=None, expression=None, **objects):
    """Describe a cohort of one R data file."""
    return r_file(lambda path: r.write_rda(path, **objects), clinical, expression)


def r_file(content, clinical=None, expression=None):
    layout = {"reader": "summarized_experiment", "file": "c.rda", "id": None}
    return cohort({"c.rda": content}, {**layout, **COLUMNS, **(clinical or {})}, {**layout, **(expression or {})})


def cut(path):
    r.write_rda(path, dat=experiment())
    path.write_bytes(path.read_bytes()[:200])


MODEL = r.R([1, 2], {"names": ["coefficients", "rank"], "class": ["lm"]})
R_CASES = [
    Case(
        "rda of another class",
        rda(dat=MODEL),
        r"c\.rda: nothing to read: the file holds dat \(lm\); expected a SummarizedExperiment",
    ),
    Case("rda of a list", rda(dat=r.r_list(a=[1], b=["x"])), r"c\.rda: nothing to read: the file holds dat \(list\)"),
    Case("rda of a vector", rda(dat=["a", "b"]), r"c\.rda: nothing to read: the file holds dat \(character\)"),
    Case(
        "two objects",
        rda(dat=experiment(), other=experiment()),
        r"c\.rda: holds several tables: dat \(.*, other \(.*`object:`",
    ),
    Case(
        "no such object",
        rda({"object": "data"}, dat=experiment()),
        r"c\.rda: no object 'data'; the file holds dat .*did you mean 'dat'",
    ),
    Case(
        "no such assay", rda(expression={"assay": "exprs"}, dat=experiment()), r"c\.rda.*'exprs'; did you mean 'expr'"
    ),
    Case(
        "no experiments inside",
        rda({"experiment": "rna"}, dat=experiment()),
        r"c\.rda: dat: a SummarizedExperiment has no experiments; leave `experiment` out",
    ),
    Case("truncated rda", r_file(cut), r"c\.rda: the compressed file is cut short or damaged"),
    Case("text called rda", r_file(CLINICAL_CSV), r"c\.rda: not an R data file: .*`reader: table`"),
    Case("rda without objects", rda(), r"c\.rda.*no object"),
    Case(
        "assay of text",
        rda(dat=experiment([["a", "b", "c"], ["d", "e", "f"]])),
        r"c\.rda: dat: assay 'expr': expected a matrix of numbers, found a matrix of text, for example 'a'",
    ),
    Case("sample twice in colData", rda(dat=experiment(samples=["S1", "S1", "S3"])), r"c\.rda.*duplicate.*S1"),
    Case(
        "rda with values below zero",
        rda(dat=experiment([[1.5, -2.0, 4.0], [7.0, 6.0, 5.0]])),
        r"negative_values \[expression\]: .*CXCL9",
        FINDINGS,
    ),
    Case(
        "experiment and clinical table of other samples",
        cohort(
            {"c.rda": lambda path: r.write_rda(path, dat=experiment())},
            expression={"reader": "summarized_experiment", "file": "c.rda", "id": None},
        ),
        r"c\.rda: no measured sample is in the clinical table: measured S1, S2, S3; clinical 01, 02, 03",
    ),
    Case(
        "rda read as a table",
        cohort({"c.rda": lambda path: r.write_rda(path, dat=experiment())}, {"file": "c.rda"}),
        r"c\.rda: cannot tell the format from the ending '\.rda'",
    ),
]

TEXT = h5py.string_dtype()


def put(group, name, value, kind="array"):
    group.create_dataset(name, data=value, dtype=TEXT if kind == "string-array" else None).attrs["encoding-type"] = kind


def frame(root, name, index, columns):
    group = root.create_group(name)
    group.attrs.update(
        {"encoding-type": "dataframe", "_index": "_index", "column-order": np.array(list(columns), TEXT)}
    )
    put(group, "_index", list(index), "string-array")
    for column, values in columns.items():
        put(group, column, np.array(values))


def anndata(root, values=ROWS, samples=SAMPLES, genes=GENES):
    frame(root, "obs", samples, PATIENTS)
    frame(root, "var", genes, {})
    put(root, "X", np.float32(values).T)


def write(fill, path):
    with h5py.File(path, "w") as root:
        fill(root)


def annotated(fill=anndata, file="c.h5ad", clinical=None, **expression):
    """Describe a cohort of one file of AnnData or MuData, with rows of samples."""
    layout = {"reader": file.split(".")[1], "file": file, "id": None}
    content = fill if isinstance(fill, str | bytes) else lambda path: write(fill, path)
    return cohort(
        {file: content},
        {**layout, **COLUMNS, **(clinical or {})},
        {**layout, "orientation": "samples_by_features", **expression},
    )


def modalities(root):
    frame(root, "obs", SAMPLES, PATIENTS)
    anndata(root.create_group("mod/rna"))
    anndata(root.create_group("mod/protein"))


def cut_anndata(path):
    write(anndata, path)
    path.write_bytes(path.read_bytes()[:600])


def without(name):
    def fill(root):
        anndata(root)
        del root[name]

    return fill


H5_CASES = [
    Case("text called h5ad", annotated(CLINICAL_CSV), r"c\.h5ad: not a readable HDF5 file"),
    Case(
        "truncated h5ad",
        cohort({"c.h5ad": cut_anndata}, {"reader": "h5ad", "file": "c.h5ad", "id": None}),
        r"c\.h5ad: not a readable HDF5 file, perhaps cut short",
    ),
    Case(
        "h5ad of something else",
        annotated(lambda root: root.create_dataset("data", data=[1])),
        r"c\.h5ad: not an AnnData file: there is no 'obs'; it holds data",
    ),
    Case("h5ad without X", annotated(without("X")), r"c\.h5ad: .*there is no 'X'"),
    Case("h5ad without genes", annotated(without("var")), r"c\.h5ad: .*there is no 'var'"),
    Case("no such layer", annotated(assay="tpm"), r"c\.h5ad: no layer 'tpm': the file has none; leave `assay` out"),
    Case(
        "matrix of another shape",
        annotated(lambda root: anndata(root, genes=["CXCL9"])),
        r"c\.h5ad: X: 3 x 2 values for 3 samples and 1 features",
    ),
    Case(
        "observation twice",
        annotated(lambda root: anndata(root, samples=["S1", "S1", "S3"])),
        r"c\.h5ad.*duplicate.*S1",
    ),
    Case(
        "h5mu without the experiment's name",
        annotated(modalities, "c.h5mu"),
        r"c\.h5mu: choose with `experiment:` among: protein, rna",
    ),
    Case(
        "no such experiment", annotated(modalities, "c.h5mu", experiment="rnaa"), r"c\.h5mu.*'rnaa'; did you mean 'rna'"
    ),
    Case(
        "h5ad called h5mu",
        annotated(anndata, "c.h5mu", experiment="rna"),
        r"c\.h5mu: a \.h5ad file has no experiments; leave `experiment` out",
    ),
    Case(
        "h5mu called h5ad", annotated(modalities, "c.h5ad"), r"c\.h5ad: choose with `experiment:` among: protein, rna"
    ),
]
CASES = [*R_CASES, *H5_CASES]


@pytest.mark.parametrize(
    "make",
    [rda(dat=experiment()), annotated(), annotated(modalities, "c.h5mu", experiment="rna")],
    ids=["rda", "h5ad", "h5mu"],
)
def test_undamaged(succeeds, make):
    assert succeeds(make)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
