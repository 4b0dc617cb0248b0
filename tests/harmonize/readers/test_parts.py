"""Cohorts in several files."""

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.readers.parts import read_clinical, read_modality


@pytest.fixture
def write(tmp_path):
    def make(**contents):
        paths = [tmp_path / f"{name}.csv" for name in contents]
        for path, content in zip(paths, contents.values(), strict=True):
            path.write_text(content)
        return paths

    return make


def test_samples_are_joined_by_feature_name(write, modality):
    paths = write(a="gene,P1\nX,1\nY,2\n", b="gene,P2\nY,20\nX,10\nZ,30\n")
    found = read_modality(paths, modality())
    assert found.loc[["X", "Y", "Z"]].to_numpy(na_value=-1).tolist() == [[1, 10], [2, 20], [-1, 30]]
    assert set(found.dtypes) == {np.dtype("float32")}


def test_equal_features_may_repeat(write, modality):
    found = read_modality(write(a="gene,P1\nX,1\nX,2\n", b="gene,P2\nX,3\nX,4\n"), modality())
    assert found.index.tolist() == ["X", "X"]
    assert found.to_numpy().tolist() == [[1, 3], [2, 4]]


def test_samples_in_rows(write, modality):
    paths = write(a="id,X,Y\nP1,1,2\n", b="id,Y,X\nP2,20,10\n")
    found = read_modality(paths, modality(id="id", orientation="samples_by_features"))
    assert found.loc[["P1", "P2"], ["X", "Y"]].to_numpy().tolist() == [[1, 2], [10, 20]]


def test_the_group_of_a_pattern_names_the_columns(write, modality):
    paths = write(a="gene,Pt1_Pre_A,Pt2_Pre_B,Pt1_On_C\nX,1,2,3\n")
    assert read_modality(paths, modality(columns=r"(Pt\d+)_Pre")).columns.tolist() == ["Pt1", "Pt2"]
    with pytest.raises(StratifyError, match="gives several columns one name: Pt1"):
        read_modality(paths, modality(columns=r"(Pt\d+)_"))


def test_clinical_tables_are_stacked(write, clinical):
    found = read_clinical(write(a="id,x\n1,a\n", b="id,y\n2,b\n"), clinical())
    assert found["id"].tolist() == ["1", "2"]
    assert found["x"].isna().tolist() == [False, True]


def test_what_cannot_be_joined(write, modality, clinical):
    with pytest.raises(StratifyError, match=r"b.csv: 1 sample also in a.csv: P1"):
        read_modality(write(a="gene,P1\nX,1\n", b="gene,P1\nX,3\n"), modality())
    with pytest.raises(StratifyError, match=r"shares 0 features of 1 with a.csv: 29126 against CD274"):
        read_modality(write(a="gene,P1\nCD274,1\n", b="gene,P2\n29126,3\n"), modality())
    with pytest.raises(StratifyError, match=r"features repeat \(X\)"):
        read_modality(write(a="gene,P1\nX,1\nX,2\n", b="gene,P2\nX,3\n"), modality())
    layout = clinical(index_column=True, id=None)
    with pytest.raises(StratifyError, match=r"1 sample also in a.csv: r1"):
        read_clinical(write(a=",x\nr1,1\n", b=",x\nr1,1\n"), layout)
