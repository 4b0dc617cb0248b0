import dataclasses

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.assemble import ATTRITION, TABLE
from stratify.assemble.duplicates import suspected_duplicates
from stratify.assemble.features import needed_measurements, resolve_features
from stratify.assemble.table import assemble
from stratify.errors import StratifyError
from stratify.synthetic import make_cohort


def with_clinical(cohort, **columns):
    return dataclasses.replace(cohort, clinical=cohort.clinical.assign(**columns))


def test_table_has_one_row_a_patient_and_keeps_its_contract(make_study, signatures):
    cohort = make_cohort(n=20)
    table, attrition = assemble("toy-study", make_study(), [cohort], signatures)
    TABLE.validate(table)
    ATTRITION.validate(attrition)
    assert table["patient_id"].is_monotonic_increasing
    assert table["y"].tolist() == cohort.clinical["endpoint.response"].tolist()
    expected = cohort.measurements["expression"].loc[["gene.GZMA", "gene.PRF1"]].mean()
    np.testing.assert_allclose(table["sig.cyt"], expected.to_numpy(), rtol=1e-6)


def test_everyone_who_leaves_is_counted_under_a_reason(make_study, signatures):
    cohort = make_cohort(n=20)
    timepoint = ["on_treatment"] * 3 + ["baseline"] * 17
    response = cohort.clinical["endpoint.response"].mask(cohort.clinical.index.isin([5, 6]))
    table, attrition = assemble(
        "toy-study",
        make_study(),
        [with_clinical(cohort, timepoint=timepoint, **{"endpoint.response": response})],
        signatures,
    )
    assert attrition["reason"].tolist() == [
        "in the file",
        "not before treatment (on_treatment)",
        "label missing",
        "patients in the study",
    ]
    assert attrition["n_excluded"].tolist() == [0, 3, 2, 0]
    assert attrition["n_remaining"].tolist() == [20, 17, 15, 15]
    assert attrition["excluded_ids"].iloc[2] == "toy:P005 toy:P006"
    assert attrition["n_positive"].iloc[-1] == table["y"].sum()
    assert len(table) == 15


def test_of_several_baseline_samples_the_first_by_identifier_is_kept(make_study, signatures):
    cohort = make_cohort(n=20)
    patient = cohort.clinical["patient_id"].replace({"toy:P004": "toy:P002"})
    table, attrition = assemble("toy-study", make_study(), [with_clinical(cohort, patient_id=patient)], signatures)
    assert "further baseline sample of the same patient" in attrition["reason"].tolist()
    assert len(table) == 19
    kept = cohort.measurements["expression"].loc["gene.CXCL9", "toy:P002"]
    assert table.set_index("patient_id").loc["toy:P002", "gene.CXCL9"] == pytest.approx(kept)


def test_a_patient_without_measurements_stays_with_missing_values(make_study, signatures):
    cohort = make_cohort(n=20)
    fewer = cohort.measurements["expression"].drop(columns="toy:P003")
    table, _ = assemble(
        "toy-study", make_study(), [dataclasses.replace(cohort, measurements={"expression": fewer})], signatures
    )
    row = table.set_index("patient_id").loc["toy:P003"]
    assert np.isnan(row["gene.CXCL9"])
    assert np.isnan(row["sig.cyt"])
    assert not np.isnan(row["clin.age_years"])


def test_values_do_not_depend_on_who_else_is_in_the_cohort(make_study, signatures):
    study = make_study()
    cohort = make_cohort(n=20)
    whole, _ = assemble("toy-study", study, [cohort], signatures)
    half = dataclasses.replace(cohort, clinical=cohort.clinical.iloc[::3])
    part, _ = assemble("toy-study", study, [half], signatures)
    pd.testing.assert_frame_equal(whole[whole["patient_id"].isin(part["patient_id"])].reset_index(drop=True), part)


def test_columns_that_only_formulas_may_read_and_outcomes_are_no_features(make_study, signatures):
    cohort = with_clinical(make_cohort(n=20), **{"clin.age_years__as_published": 60.0})
    table, _ = assemble("toy-study", make_study(features=["clin.*"]), [cohort], signatures)
    assert "clin.age_years__as_published" not in table
    assert not [column for column in table.columns if "response" in column or "os_days" in column]


def test_one_patient_in_two_cohorts_is_an_error(make_study, signatures):
    first, second = make_cohort(n=20), make_cohort(n=20, name="toy")
    with pytest.raises(StratifyError, match="20 patients stand in more than one cohort"):
        assemble("toy-study", make_study(), [first, second], signatures)


def test_one_class_is_an_error_that_shows_the_attrition(make_study, signatures):
    cohort = with_clinical(make_cohort(n=20), **{"endpoint.response": 1.0})
    with pytest.raises(StratifyError, match="20 patients remain, all with label"):
        assemble("toy-study", make_study(), [cohort], signatures)


def test_an_unknown_feature_is_an_error_with_the_nearest_name(make_study, signatures):
    with pytest.raises(StratifyError, match=r"'gene.CXCL99'.*did you mean 'gene.CXCL9'"):
        assemble("toy-study", make_study(features=["gene.CXCL99"]), [make_cohort(n=20)], signatures)
    with pytest.raises(StratifyError, match=r"'probe\.\*'"):
        resolve_features(["probe.*"], ["gene.A"])


def test_only_needed_measurements_are_asked_for(make_study, signatures):
    study = make_study(features=["sig.*", "gene.CXCL9"])
    available = [f"gene.{name}" for name in ("CXCL9", "GZMA", "PRF1", "OTHER")]
    assert needed_measurements(study, signatures, available) == ["gene.CXCL9", "gene.GZMA", "gene.PRF1"]
    assert needed_measurements(make_study(), signatures, available) == available


def test_suspected_duplicates_are_pairs_whose_values_agree():
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.normal(size=(6, 5)), index=list("abcdef"), columns=[f"f.{n}" for n in range(5)])
    values.loc["e"] = values.loc["b"]
    assert suspected_duplicates(values).to_numpy().tolist() == [["b", "e"]]
    assert suspected_duplicates(values.drop(columns="f.0")).empty
    assert suspected_duplicates(values.round().clip(0, 1)).empty


def test_suspected_duplicates_leave_only_where_the_study_says_so(make_study, signatures):
    cohort = make_cohort(n=20)
    expression = cohort.measurements["expression"].copy()
    expression["toy:P007"] = expression["toy:P003"]
    twin = dataclasses.replace(cohort, measurements={"expression": expression})
    features = {"features": ["gene.*"], "group_by": None}
    kept, _ = assemble("toy-study", make_study(**features), [twin], signatures)
    assert len(kept) == 20
    removed, attrition = assemble(
        "toy-study", make_study(exclude_suspected_duplicates=True, **features), [twin], signatures
    )
    assert set(kept["patient_id"]) - set(removed["patient_id"]) == {"toy:P007"}
    assert attrition["n_excluded"].sum() == 1
