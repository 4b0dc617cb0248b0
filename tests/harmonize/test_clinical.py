import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.harmonize import CLINICAL
from stratify.errors import StratifyError
from stratify.harmonize.clinical import harmonize_clinical


def test_names_units_and_identifiers(clinical, text):
    raw = text(id=["01", "2"], Age=["50", "61"], T=["1", "2"], R=["CR", None])
    spec = clinical(
        columns={"age_years": "Age"},
        endpoints={"os_days": {"from": "T", "unit": "year"}, "best_response": "R"},
    )
    table = harmonize_clinical(raw, spec, "toy").table
    expected = pd.DataFrame(
        {
            "sample_id": ["toy:01", "toy:2"],
            "patient_id": ["toy:01", "toy:2"],
            "timepoint": ["baseline", "baseline"],
            "clin.age_years": [50.0, 61.0],
            "endpoint.os_days": [365.25, 730.5],
            "endpoint.best_response": ["CR", None],
        }
    )
    pd.testing.assert_frame_equal(table, expected)
    CLINICAL.validate(table)


def test_arms_keep_patients_with_the_same_number_apart(clinical, text):
    raw = text(id=["1", "1"], Arm=["PD1", "ipiPD1"])
    result = harmonize_clinical(
        raw, clinical(arm={"from": "Arm", "values": {"PD1": "mono", "ipiPD1": "combo"}}), "gide"
    )
    assert result.table["patient_id"].tolist() == ["gide:mono:1", "gide:combo:1"]
    assert result.findings == []


def test_several_samples_of_a_patient(clinical, text):
    raw = text(id=["p", "p"], run=["r1", "r2 "], when=["pre", "on"])
    spec = clinical(sample="run", timepoint={"from": "when", "values": {"pre": "baseline", "on": "on_treatment"}})
    result = harmonize_clinical(raw, spec, "toy")
    assert result.table[["sample_id", "patient_id", "timepoint"]].to_numpy().tolist() == [
        ["toy:r1", "toy:p", "baseline"],
        ["toy:r2", "toy:p", "on_treatment"],
    ]
    assert result.keys.to_dict() == {"r1": "toy:r1", "r2": "toy:r2"}
    assert [finding.finding for finding in result.findings] == ["stripped_id"]


def test_rows_without_identifier_are_numbered(clinical, text):
    table = harmonize_clinical(text(age=["1"] * 11), clinical(id=None), "toy").table
    assert table["patient_id"].iloc[[0, 10]].tolist() == ["toy:row_001", "toy:row_011"]


def test_row_names_identify(clinical):
    raw = pd.DataFrame({"age": ["1", "2"]}, index=["a", "b "], dtype="str")
    assert harmonize_clinical(raw, clinical(id=None, index_column=True), "toy").table["sample_id"].tolist() == [
        *["toy:a", "toy:b"]
    ]


@pytest.mark.parametrize("missing", [None, " "])
def test_an_identifier_may_not_be_missing(clinical, text, missing):
    with pytest.raises(
        StratifyError, match="1 row without identifier in column 'id'; counted from the first below the header: 2"
    ):
        harmonize_clinical(text(id=["a", missing]), clinical(), "toy")


def test_a_time_point_may_not_be_missing_or_unknown(clinical, text):
    with pytest.raises(StratifyError, match="1 sample without a time point: toy:b"):
        harmonize_clinical(text(id=["a", "b"], t=["baseline", None]), clinical(timepoint={"from": "t"}), "toy")
    with pytest.raises(StratifyError, match="'timepoint' takes baseline, on_treatment, after_treatment, unknown"):
        harmonize_clinical(text(id=["a", "b"]), clinical(timepoint="basline"), "toy")


def test_a_constant_is_hidden_and_kept_as_published(clinical, text):
    raw = text(id=["a", "b", "c"], Alb=["3.8", "3.8", "3.8"], Age=["1", "2", "3"])
    result = harmonize_clinical(raw, clinical(columns={"albumin_g_per_dl": "Alb", "age_years": "Age"}), "kato")
    assert result.table["clin.albumin_g_per_dl"].isna().all()
    assert result.table["clin.albumin_g_per_dl"].dtype == np.float64
    assert result.table["clin.albumin_g_per_dl__as_published"].tolist() == [3.8] * 3
    assert [(finding.finding, finding.column) for finding in result.findings] == [
        ("constant_column", "albumin_g_per_dl")
    ]
    CLINICAL.validate(result.table)


def test_a_constant_category_stays_text(clinical, text):
    raw = text(id=["a", "b"], S=["male", "male"])
    table = harmonize_clinical(raw, clinical(columns={"sex": "S"}), "toy").table
    assert table["clin.sex"].isna().all()
    assert table["clin.sex"].dtype == table["clin.sex__as_published"].dtype == "str"


def test_a_constant_outcome_is_a_finding_and_stays(clinical, text):
    raw = text(id=["a", "b"], E=["1", "1"], T=["5", "6"])
    result = harmonize_clinical(raw, clinical(endpoints={"os_event": "E", "os_days": "T"}), "toy")
    assert [finding.finding for finding in result.findings] == ["constant_column"]
    assert result.table["endpoint.os_event"].tolist() == [1.0, 1.0]


def test_an_outcome_known_only_by_its_events_is_hidden(clinical, text):
    """Whoever has no event written down would look censored or be left out: survival without survivors."""
    raw = text(id=["a", "b", "c"], E=["1", "1", None], T=["5", "6", "9"], P=["1", "0", None], Q=["1", "2", "3"])
    spec = clinical(endpoints={"os_event": "E", "os_days": "T", "pfs_event": "P", "pfs_days": "Q"})
    result = harmonize_clinical(raw, spec, "toy")
    assert result.table[["endpoint.os_event", "endpoint.os_days"]].isna().all(axis=None)
    assert result.table["endpoint.os_days"].dtype == np.float64
    assert result.table["endpoint.pfs_days"].tolist() == [1.0, 2.0, 3.0]
    found = {(finding.finding, finding.column) for finding in result.findings}
    assert ("only_events_recorded", "os_event") in found
    assert "constant_column" not in {finding for finding, _ in found}
    CLINICAL.validate(result.table)


def test_of_a_repeated_sample_the_first_row_stays(clinical, text):
    raw = text(id=["a", "b", "a"], Age=["1", "2", "3"])
    result = harmonize_clinical(raw, clinical(columns={"age_years": "Age"}), "toy")
    assert result.table["clin.age_years"].tolist() == [1.0, 2.0]
    assert [finding.finding for finding in result.findings] == ["duplicate_id"]
    assert result.keys.index.is_unique


def test_the_order_of_rows_changes_nothing_but_the_order(clinical, text):
    raw = text(id=["a", "b", "c"], Age=["1", "2", "3"], E=["1", None, "0"])
    spec = clinical(columns={"age_years": "Age"}, endpoints={"os_event": "E"})
    straight = harmonize_clinical(raw, spec, "toy").table.set_index("sample_id")
    shuffled = harmonize_clinical(raw.iloc[[2, 0, 1]], spec, "toy").table.set_index("sample_id")
    pd.testing.assert_frame_equal(straight, shuffled.loc[straight.index])
