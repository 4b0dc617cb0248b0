"""AnnData and MuData files, written as their format is documented."""

import sys

import h5py
import numpy as np
import pytest
from scipy import sparse

from stratify.errors import StratifyError
from stratify.harmonize.readers import reader_for

READER = reader_for("h5ad")
VALUES = np.float32([[1, 0, 3], [0, 5, 0]])
TEXT = h5py.string_dtype()


def put(group, name, value, kind):
    item = group.create_dataset(name, data=value, dtype=TEXT if kind == "string-array" else None)
    item.attrs["encoding-type"] = kind


def put_group(group, name, kind, **datasets):
    made = group.create_group(name)
    made.attrs["encoding-type"] = kind
    for key, value in datasets.items():
        put(made, key, value, "string-array" if np.asarray(value).dtype.kind in "OU" else "array")


def put_frame(root, name, index, columns=()):
    frame = root.create_group(name)
    frame.attrs.update({"encoding-type": "dataframe", "_index": "_index"})
    frame.attrs["column-order"] = np.array(list(columns), dtype=TEXT)
    put(frame, "_index", index, "string-array")
    return frame


def put_anndata(root, samples=("P1", "P2"), matrix=VALUES):
    obs = put_frame(root, "obs", list(samples), ["age", "response", "prior", "note"])
    put(obs, "age", np.array([61.0, np.nan]), "array")
    put_group(obs, "response", "categorical", codes=np.array([1, -1], dtype="int8"), categories=["CR", "PD"])
    put_group(obs, "prior", "nullable-boolean", values=np.array([True, False]), mask=np.array([False, True]))
    put(obs, "note", ["é", ""], "string-array")
    var = put_frame(root, "var", ["E1", "E2", "E3"], ["symbol"])
    put(var, "symbol", ["A", "B", "C"], "string-array")
    put(root, "X", matrix, "array")
    layers = root.create_group("layers")
    for name, kind in (("csr", sparse.csr_matrix), ("csc", sparse.csc_matrix)):
        held = kind(VALUES * 2)
        put_group(layers, name, f"{name}_matrix", data=held.data, indices=held.indices, indptr=held.indptr)
        layers[name].attrs["shape"] = VALUES.shape


@pytest.fixture
def h5ad(tmp_path):
    with h5py.File(tmp_path / "c.h5ad", "w") as root:
        put_anndata(root)
    return tmp_path / "c.h5ad"


@pytest.fixture
def h5mu(tmp_path):
    with h5py.File(tmp_path / "c.h5mu", "w") as root:
        common = put_frame(root, "obs", ["P1", "P2", "P3"], ["sex"])
        put(common, "sex", ["F", "M", "F"], "string-array")
        put_anndata(root.create_group("mod/rna"))
        put_anndata(root.create_group("mod/protein"), matrix=VALUES + 1)
    return tmp_path / "c.h5mu"


@pytest.fixture
def layouts(clinical, modality):
    def make(kind, **keys):
        keys = {"reader": "h5ad", "id": None, **keys}
        if kind == "clinical":
            return clinical(**keys)
        return modality(**{"orientation": "samples_by_features", **keys})

    return make


def test_observations_as_text(h5ad, layouts):
    table = READER.read_clinical(h5ad, layouts("clinical"))
    assert table.index.tolist() == ["P1", "P2"]
    assert table.astype(object).where(table.notna(), None).to_dict("list") == {
        "age": ["61", None],
        "response": ["PD", None],
        "prior": ["true", None],
        "note": ["é", None],
    }


@pytest.mark.parametrize(("assay", "factor"), [(None, 1), ("csr", 2), ("csc", 2)])
def test_matrix_and_layers(h5ad, layouts, assay, factor):
    found = READER.read_modality(h5ad, layouts("modality", assay=assay))
    assert (found.index.tolist(), found.columns.tolist()) == (["P1", "P2"], ["E1", "E2", "E3"])
    np.testing.assert_array_equal(found.to_numpy(), VALUES * factor)
    assert set(found.dtypes) == {np.dtype("float32")}


def test_genes_in_rows_by_a_column_of_theirs(h5ad, layouts):
    found = READER.read_modality(h5ad, layouts("modality", orientation="features_by_samples", id="symbol"))
    assert (found.index.tolist(), found.columns.tolist()) == (["A", "B", "C"], ["P1", "P2"])
    np.testing.assert_array_equal(found.to_numpy(), VALUES.T)
    assert READER.read_modality(h5ad, layouts("modality", columns="E[13]")).to_numpy().tolist() == [[1, 3], [0, 0]]


def test_experiments_of_a_mudata_file(h5mu, layouts):
    assert READER.read_clinical(h5mu, layouts("clinical", reader="h5mu"))["sex"].tolist() == ["F", "M", "F"]
    assert len(READER.read_clinical(h5mu, layouts("clinical", reader="h5mu", experiment="rna"))) == 2
    found = READER.read_modality(h5mu, layouts("modality", reader="h5mu", experiment="protein"))
    np.testing.assert_array_equal(found.to_numpy(), VALUES + 1)
    with pytest.raises(StratifyError, match="choose with `experiment:` among: protein, rna"):
        READER.read_modality(h5mu, layouts("modality", reader="h5mu"))
    with pytest.raises(StratifyError, match=r"no experiment 'rn'; did you mean 'rna'\?"):
        READER.read_modality(h5mu, layouts("modality", reader="h5mu", experiment="rn"))


def test_broken_files_are_one_message(h5ad, layouts, tmp_path):
    with pytest.raises(StratifyError, match=r"no layer 'cssr'; did you mean 'csr'\?"):
        READER.read_modality(h5ad, layouts("modality", assay="cssr"))
    (tmp_path / "cut.h5ad").write_bytes(h5ad.read_bytes()[:4000])
    with pytest.raises(StratifyError, match=r"cut\.h5ad: not a readable HDF5 file"):
        READER.read_modality(tmp_path / "cut.h5ad", layouts("modality"))
    with h5py.File(tmp_path / "other.h5ad", "w") as root:
        root["table"] = [1]
    with pytest.raises(StratifyError, match="not an AnnData file: there is no 'obs'; it holds table"):
        READER.read_clinical(tmp_path / "other.h5ad", layouts("clinical"))
    with h5py.File(tmp_path / "twice.h5ad", "w") as root:
        put_anndata(root, samples=("P1", "P1"))
    with pytest.raises(StratifyError, match="duplicate sample names: P1"):
        READER.read_modality(tmp_path / "twice.h5ad", layouts("modality"))
    with h5py.File(tmp_path / "shape.h5ad", "w") as root:
        put_anndata(root, matrix=VALUES[:1])
    with pytest.raises(StratifyError, match="1 x 3 values for 2 samples and 3 features"):
        READER.read_modality(tmp_path / "shape.h5ad", layouts("modality"))


def test_without_h5py_the_message_says_what_to_install(h5ad, layouts, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(StratifyError, match=r"pip install 'stratify-omics\[h5ad\]'"):
        READER.read_clinical(h5ad, layouts("clinical"))
