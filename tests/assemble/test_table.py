import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.assemble import ATTRITION, TABLE
from stratify.assemble.duplicates import comparable_patients, suspected_duplicates
from stratify.assemble.features import model_features, needed_measurements, resolve_features
from stratify.assemble.table import assemble
from stratify.errors import StratifyError
from stratify.fit.comparators import directions
from stratify.synthetic import make_cohort


def run(*arguments):
    assembled = assemble(*arguments)
    return assembled.table, assembled.attrition


def with_clinical(cohort, **columns):
    return dataclasses.replace(cohort, clinical=cohort.clinical.assign(**columns))


def test_table_has_one_row_a_patient_and_keeps_its_contract(make_study, signatures):
    cohort = make_cohort(n=20)
    table, attrition = run("toy-study", make_study(), [cohort], signatures)
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
    table, attrition = run(
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
    assert json.loads(attrition["excluded_ids"].iloc[2]) == ["toy:P005", "toy:P006"]
    assert attrition["n_positive"].iloc[-1] == table["y"].sum()
    assert len(table) == 15


def test_who_is_not_in_the_population_leaves_under_the_value(make_study, signatures):
    cohort = make_cohort(n=20)
    arm = pd.Series(["anti_pd1"] * 15 + ["chemotherapy"] * 3 + [None] * 2, dtype="str")
    study = make_study(population={"clin.arm": ["anti_pd1", "anti_pdl1"], "clin.stage": [3, 4]})
    stage = [2.0, 3.0, *[4.0] * 18]
    table, attrition = run(
        "toy-study", study, [with_clinical(cohort, **{"clin.arm": arm, "clin.stage": stage})], signatures
    )
    assert attrition[["reason", "n_excluded"]].to_numpy().tolist()[1:-1] == [
        ["not in the study's population (clin.arm chemotherapy)", 3],
        ["not in the study's population (clin.arm missing)", 2],
        ["not in the study's population (clin.stage 2.0)", 1],
    ]
    assert table["patient_id"].tolist() == cohort.clinical["patient_id"].tolist()[1:15]


def test_a_population_by_an_unknown_column_is_one_message(make_study, signatures):
    study = make_study(population={"clin.sexx": ["female"]})
    with pytest.raises(StratifyError, match=r"cohort 'toy' has no 'clin.sexx'; did you mean 'clin.sex'"):
        run("toy-study", study, [make_cohort(n=20)], signatures)


def test_of_several_baseline_samples_the_first_by_identifier_is_kept(make_study, signatures):
    cohort = make_cohort(n=20)
    patient = cohort.clinical["patient_id"].replace({"toy:P004": "toy:P002"})
    table, attrition = run("toy-study", make_study(), [with_clinical(cohort, patient_id=patient)], signatures)
    assert "further baseline sample of the same patient" in attrition["reason"].tolist()
    assert len(table) == 19
    kept = cohort.measurements["expression"].loc["gene.CXCL9", "toy:P002"]
    assert table.set_index("patient_id").loc["toy:P002", "gene.CXCL9"] == pytest.approx(kept)


def test_a_patient_without_measurements_stays_with_missing_values(make_study, signatures):
    cohort = make_cohort(n=20)
    fewer = cohort.measurements["expression"].drop(columns="toy:P003")
    table, _ = run(
        "toy-study", make_study(), [dataclasses.replace(cohort, measurements={"expression": fewer})], signatures
    )
    row = table.set_index("patient_id").loc["toy:P003"]
    assert np.isnan(row["gene.CXCL9"])
    assert np.isnan(row["sig.cyt"])
    assert not np.isnan(row["clin.age_years"])


def test_values_do_not_depend_on_who_else_is_in_the_cohort(make_study, signatures):
    study = make_study()
    cohort = make_cohort(n=20)
    whole, _ = run("toy-study", study, [cohort], signatures)
    half = dataclasses.replace(cohort, clinical=cohort.clinical.iloc[::3])
    part, _ = run("toy-study", study, [half], signatures)
    pd.testing.assert_frame_equal(whole[whole["patient_id"].isin(part["patient_id"])].reset_index(drop=True), part)


def test_columns_that_only_formulas_may_read_and_outcomes_are_no_features(make_study, signatures):
    cohort = with_clinical(make_cohort(n=20), **{"clin.age_years__as_published": 60.0})
    table, _ = run("toy-study", make_study(features=["clin.*"], biomarkers={}), [cohort], signatures)
    assert "clin.age_years__as_published" not in table
    assert not [column for column in table.columns if "response" in column or "os_days" in column]


def test_published_formulas_find_what_only_they_may_read(make_study, signatures):
    columns = {"clin.tmb_per_mb": 5.0, "clin.tmb_per_mb__as_published": 7.0, "clin.age_years__as_published": 60.0}
    cohort = with_clinical(make_cohort(n=20), **columns)
    study = make_study(features=["clin.*"], comparators=["tmb_10"])
    table, _ = run("toy-study", study, [cohort], signatures)
    assert table["clin.tmb_per_mb__as_published"].eq(7.0).all()
    assert "clin.age_years__as_published" not in table
    assert not [name for name in model_features(study, table.columns) if name.endswith("__as_published")]


def test_a_category_that_one_cohort_lacks_stays_text(make_study, signatures):
    first, second = make_cohort(n=20), make_cohort(n=20, name="other")
    second = dataclasses.replace(second, clinical=second.clinical.drop(columns="clin.sex"))
    study = make_study(
        datasets={"train": ["toy"], "evaluate": ["other"]}, design={"kind": "external"}, features=["clin.*"]
    )
    table, _ = run("toy-study", study, [first, second], signatures)
    assert table["clin.sex"].dtype == "str"
    assert table.loc[table["cohort"].eq("other"), "clin.sex"].isna().all()


def test_one_patient_in_two_cohorts_is_an_error(make_study, signatures):
    first, second = make_cohort(n=20), make_cohort(n=20, name="toy")
    with pytest.raises(StratifyError, match="20 patients stand in more than one cohort"):
        assemble("toy-study", make_study(), [first, second], signatures)


def test_one_class_is_an_error_that_shows_the_attrition(make_study, signatures):
    cohort = with_clinical(make_cohort(n=20), **{"endpoint.response": 1.0})
    with pytest.raises(StratifyError, match=r"found 20 in all: toy 20 positive and 0 negative.*toy, in the file: 20"):
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
    kept, _ = run("toy-study", make_study(**features), [twin], signatures)
    assert len(kept) == 20
    removed, attrition = run("toy-study", make_study(exclude_suspected_duplicates=True, **features), [twin], signatures)
    assert set(kept["patient_id"]) - set(removed["patient_id"]) == {"toy:P007"}
    assert attrition["n_excluded"].sum() == 1


def test_of_several_baseline_samples_one_with_a_label_and_measurements_goes_first(make_study, signatures):
    cohort = make_cohort(n=20)
    patient = cohort.clinical["patient_id"].replace({"toy:P004": "toy:P002", "toy:P008": "toy:P006"})
    response = cohort.clinical["endpoint.response"].mask(cohort.clinical.index == 2)
    blank = cohort.measurements["expression"].copy()
    blank["toy:P006"] = np.nan
    study = make_study(features=["gene.*"], group_by=None)
    changed = with_clinical(cohort, patient_id=patient, **{"endpoint.response": response})
    changed = dataclasses.replace(changed, measurements={"expression": blank})
    assembled = assemble("toy-study", study, [changed], signatures)
    assert len(assembled.table) == 18
    assert {"toy:P004", "toy:P008"} <= set(assembled.samples)
    assert not {"toy:P002", "toy:P006"} & set(assembled.samples)


def test_a_patient_of_whom_nothing_is_known_leaves_and_is_counted(make_study, signatures):
    cohort = make_cohort(n=20)
    fewer = cohort.measurements["expression"].drop(columns="toy:P003")
    study = make_study(features=["gene.*"], group_by=None)
    table, attrition = run(
        "toy-study", study, [dataclasses.replace(cohort, measurements={"expression": fewer})], signatures
    )
    assert len(table) == 19
    assert attrition.set_index("reason").loc["no feature of the study measured", "n_excluded"] == 1


def test_signatures_are_in_the_table_whether_asked_for_or_not(make_study, signatures):
    study = make_study(features=["clin.age_years"], biomarkers={})
    table, _ = run("toy-study", study, [make_cohort(n=20)], signatures)
    assert table["sig.cyt"].notna().all()
    assert model_features(study, table.columns) == ["clin.age_years"]


@pytest.mark.parametrize(("outcome", "higher"), [("favourable", True), ("adverse", False)])
def test_signatures_are_turned_where_the_positive_class_is_a_bad_outcome(make_study, signatures, outcome, higher):
    study = make_study(positive_is=outcome)
    table, _ = run("toy-study", study, [make_cohort(n=20)], signatures)
    assert directions(study, table, signatures)["sig.cyt"] is higher
    assert directions(study, table, signatures)["gene.CXCL9"] is True


def with_unit(cohort, unit):
    modality = cohort.config.modalities["expression"].model_copy(update={"unit": unit})
    return dataclasses.replace(cohort, config=cohort.config.model_copy(update={"modalities": {"expression": modality}}))


def test_cohort_relative_values_must_be_declared(make_study, signatures):
    ranked = with_unit(make_cohort(n=20), "rank_normal")
    with pytest.raises(StratifyError, match=r"rank_normal.*transductive: true"):
        assemble("toy-study", make_study(), [ranked], signatures)
    declared = make_study(transductive=True, transductive_reason="ranks over the cohort")
    assert len(assemble("toy-study", declared, [ranked], signatures).table) == 20
    clinical_only = make_study(features=["clin.*"], biomarkers={})
    assert len(assemble("toy-study", clinical_only, [ranked], signatures).table) == 20


def test_units_that_differ_between_cohorts_are_an_error(make_study, signatures):
    other = with_unit(make_cohort(n=20, name="other"), "log2_cpm")
    with pytest.raises(StratifyError, match="different units: toy log2_tpm, other log2_cpm"):
        assemble("toy-study", make_study(), [make_cohort(n=20), other], signatures)


def test_raw_counts_have_no_signatures(make_study, signatures):
    counted = with_unit(make_cohort(n=20), "counts")
    with pytest.raises(StratifyError, match=r"'sig\.\*', which no cohort has"):
        assemble("toy-study", make_study(), [counted], signatures)


def test_duplicates_are_found_in_spite_of_a_missing_value_and_of_rounding():
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.normal(size=(6, 7)), index=list("abcdef"))
    values.loc["e"] = values.loc["b"] * (1 + 1e-8)
    values.loc["e", 3] = np.nan
    assert suspected_duplicates(values).to_numpy().tolist() == [["b", "e"]]
    assert comparable_patients(values) == 6
    assert comparable_patients(values[[0, 1]]) == 0


def test_duplicates_across_cohorts_are_removed_in_the_later_ones_cohort(make_study, signatures):
    first, second = make_cohort(n=20), make_cohort(n=20, name="other", seed=9)
    expression = second.measurements["expression"].copy()
    expression["other:P001"] = first.measurements["expression"]["toy:P001"]
    second = dataclasses.replace(second, measurements={"expression": expression})
    study = make_study(features=["gene.*"], group_by=None, exclude_suspected_duplicates=True)
    table, attrition = run("toy-study", study, [first, second], signatures)
    gone = set(attrition["excluded_ids"].map(json.loads).sum())
    assert gone == {"toy:P001"}
    assert len(table) == 39
