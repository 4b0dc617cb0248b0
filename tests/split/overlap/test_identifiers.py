import numpy as np
import pandas as pd
import pytest

from stratify.split.overlap.identifiers import informative, shared_identifiers, source_identifiers


def ids(values, dataset="a"):
    return source_identifiers(pd.Index([f"{dataset}:{value}" for value in values]), dataset, arm=False)


@pytest.mark.parametrize(
    "running",
    [
        pytest.param(range(1, 965), id="numbers"),
        pytest.param([f"row_{number:03d}" for number in range(1, 90)], id="rows"),
        pytest.param([f"Pt{number}" for number in range(1, 110, 2)], id="some patients of a trial"),
        pytest.param(["PL001 ", "PL017"], id="two of many"),
        pytest.param(range(1, 12_000, 9), id="a sample of a long list"),
        pytest.param(["01-003", "01-004", "12-001"], id="centre and number"),
        pytest.param(["A", "JM", "x1"], id="initials"),
    ],
)
def test_running_numbers_are_no_evidence(running):
    assert informative(ids(running)).empty
    assert shared_identifiers(ids(running), ids(running, "b").set_axis(ids(running, "b").index)) is None


@pytest.mark.parametrize(
    "written",
    [
        ["ERR2208887", "ERR2208896"],
        ["P-0012345-T01-IM6", "P-0000078-T01-IM3"],
        ["TCGA-02-0001", "TCGA-AB-2803"],
        ["SAMf2ce197162ce", "SAM698d8d76b934"],
        ["00123456789012345678901", "00123456789012345678907"],
    ],
)
def test_accessions_are_evidence(written):
    assert len(informative(ids(written))) == 2


def test_patients_called_alike_are_listed_whatever_the_case_and_blanks():
    first = ids(["ERR2208887", "ERR2208896", *range(1, 50)])
    second = ids(["ERR2208999", " err2208887", *range(1, 50)], "b")
    pairs = shared_identifiers(first, second)
    assert pairs[["first", "second"]].to_numpy().tolist() == [["a:ERR2208887", "b: err2208887"]]
    assert pairs["detail"].item() == "both are called err2208887 in their source"
    assert np.isnan(pairs["deviation"].item())


def test_an_arm_is_not_part_of_the_sources_identifier():
    patient_ids = pd.Index(["a:early:ERR:1", "a:late:ERR:1"])
    assert source_identifiers(patient_ids, "a", arm=True).tolist() == ["err:1", "err:1"]
    assert source_identifiers(patient_ids, "a", arm=False).tolist() == ["early:err:1", "late:err:1"]
