import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.clinical import harmonize_clinical
from stratify.harmonize.cohort_rows import rows_of_cohort, without_samples
from stratify.harmonize.modality import harmonize_modality


@pytest.fixture
def shared(text):
    """Two cohorts in one table; `2` stands in both."""
    return text(
        id=["1", "2", "2", "4", None],
        cohort=["A", "A ", "B", "B", "B"],
        phase=["1", "2", "1", "1", "1"],
        sex=["F", "M", "x", "x", "x"],
    )


def measured(names):
    return pd.DataFrame(np.float32([range(len(names))]), index=["X"], columns=pd.Index(names, dtype="str"))


def test_the_rows_of_one_cohort(shared, clinical):
    found = rows_of_cohort(shared, clinical(rows={"cohort": ["A"]}), "toy")
    assert found.raw["id"].tolist() == ["1", "2"]
    assert found.others.tolist() == ["4"], "2 is also this cohort's"
    assert found.findings[0].finding == "rows_of_other_cohorts"
    assert found.findings[0].severity == "info"
    assert found.findings[0].detail == "3 of 5 rows are of other cohorts (cohort)"


def test_every_column_must_agree_and_numbers_match_any_way_to_write_them(shared, clinical):
    found = rows_of_cohort(shared, clinical(rows={"cohort": ["A", "B"], "phase": [1.0]}), "toy")
    assert found.raw["id"].fillna("none").tolist() == ["1", "2", "4", "none"]


def test_without_the_key_everything_stays(shared, clinical):
    found = rows_of_cohort(shared, clinical(), "toy")
    assert found.raw is shared
    assert found.others.empty
    assert found.findings == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"cohrt": ["A"]}, "toy: .*'cohrt'.*'cohort'"),
        ({"cohort": ["A", "AA"]}, "toy: `rows` asks for cohort 'AA', which no row has; .*'A'"),
        ({"cohort": ["B"], "phase": [2]}, "toy: `rows` leaves no row: none has cohort in .*B.* and phase in "),
    ],
)
def test_a_column_or_value_that_does_not_occur_is_one_message(shared, clinical, rows, message):
    with pytest.raises(StratifyError, match=message):
        rows_of_cohort(shared, clinical(rows=rows), "toy")


def test_values_of_other_cohorts_need_no_map(shared, clinical):
    layout = clinical(rows={"cohort": ["A"]}, columns={"sex": {"from": "sex", "values": {"F": "female", "M": "male"}}})
    result = harmonize_clinical(shared, layout, "toy")
    assert result.table["clin.sex"].tolist() == ["female", "male"]
    assert result.table["sample_id"].tolist() == ["toy:1", "toy:2"]
    assert result.others.tolist() == ["4"]


@pytest.mark.parametrize("orientation", ["features_by_samples", "samples_by_features"])
def test_measurements_of_other_cohorts_are_left_out(modality, orientation):
    raw = measured(["4 ", "1", "2"])
    layout = modality(orientation=orientation)
    turned = raw.T if orientation == "samples_by_features" else raw
    kept = without_samples(turned, layout, pd.Index(["4"]))
    keys = pd.Series(["toy:1", "toy:2"], index=["1", "2"], dtype="str")
    result = harmonize_modality(kept, layout, "m", keys, "toy")
    assert result.table.iloc[0, 1:].tolist() == [1.0, 2.0]
    assert "measurements_without_clinical_row" not in [found.finding for found in result.findings]


def test_a_patient_of_the_cohort_without_measurements_and_a_stranger_are_still_found(modality):
    kept = without_samples(measured(["4", "1", "9"]), modality(), pd.Index(["4"]))
    keys = pd.Series(["toy:1", "toy:2"], index=["1", "2"], dtype="str")
    found = {each.finding: each.n for each in harmonize_modality(kept, modality(), "m", keys, "toy").findings}
    assert found == {"samples_without_measurements": 1, "measurements_without_clinical_row": 1}


def test_rows_need_names(clinical):
    with pytest.raises(StratifyError, match="'rows' picks the rows of one cohort, which then need an 'id'"):
        clinical(rows={"cohort": ["A"]}, id=None)
    with pytest.raises(StratifyError, match="rows"):
        clinical(rows={"cohort": []})
