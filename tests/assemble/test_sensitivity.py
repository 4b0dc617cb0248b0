import dataclasses

import pandas as pd
import pytest

from stratify.artifacts.assemble import LABELS, LEFT_OUT
from stratify.assemble.features import model_features, requested
from stratify.assemble.sensitivity import left_out, other_labels
from stratify.assemble.table import assemble
from stratify.config.sensitivity import Sensitivity
from stratify.errors import StratifyError
from stratify.synthetic import make_cohort

SAMPLES = pd.DataFrame({"patient_id": ["a:1", "a:2", "a:3", "b:1"], "sample_id": ["s1", "s2", "s3", "t1"]})


def cohorts():
    """Four patients in two cohorts; the second has no best response, and one sample is nobody's."""
    base = make_cohort(n=20)
    one = pd.DataFrame(
        {
            "sample_id": ["s0", "s1", "s2", "s3"],
            "patient_id": ["a:1", "a:1", "a:2", "a:3"],
            "endpoint.best_response": ["PD", "CR", "SD", "NE"],
            "clin.cancer_type": ["renal", "renal", "melanoma", None],
            "clin.biopsy_context": ["other", "pre_treatment", "on_treatment", "pre_treatment"],
            "clin.age_years": [50.0, 50.0, 60.0, 70.0],
        }
    )
    other = pd.DataFrame({"sample_id": ["t1"], "patient_id": ["b:1"], "clin.cancer_type": ["melanoma"]})
    return [dataclasses.replace(base, name=name, clinical=frame) for name, frame in (("a", one), ("b", other))]


def asked(**key):
    return Sensitivity.model_validate(key)


@pytest.mark.parametrize(
    ("stable", "expected"),
    [("non_response", [1, 0, None, None]), ("response", [1, 1, None, None]), ("excluded", [1, None, None, None])],
)
def test_labels_are_those_of_the_patients_own_sample(stable, expected):
    rule = {"rule": "objective_response", "stable_disease": stable}
    found = LABELS.validate(other_labels("toy", asked(labels={"other": rule}), cohorts(), SAMPLES))
    assert found["patient_id"].tolist() == SAMPLES["patient_id"].tolist()
    assert [None if pd.isna(value) else value for value in found["y"]] == expected


def test_a_label_no_cohort_has_is_refused():
    key = asked(labels={"other": {"rule": "as_published", "field": "best_respons"}})
    with pytest.raises(StratifyError, match="no endpoint 'best_respons'"):
        other_labels("toy", key, cohorts(), SAMPLES)


def test_who_leaves_by_hand():
    key = asked(
        without={"on_treatment": {"clin.biopsy_context": ["on_treatment"]}}, leave_out_each=["clin.cancer_type"]
    )
    found = LEFT_OUT.validate(left_out("toy", key, cohorts(), SAMPLES))
    assert found.groupby(["analysis", "variant"])["patient_id"].agg(list).to_dict() == {
        ("without", "on_treatment"): ["a:2"],
        ("leave_out", "clin.cancer_type melanoma"): ["a:2", "b:1"],
        ("leave_out", "clin.cancer_type renal"): ["a:1"],
    }


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"leave_out_each": ["clin.cancer_typ"]}, "no cohort of the study has 'clin.cancer_typ'.*clin.cancer_type"),
        ({"leave_out_each": ["clin.age_years"]}, "clin.age_years is numeric"),
        (
            {"without": {"few": {"clin.cancer_type": ["renal_x"]}}},
            "no patient of the study has clin.cancer_type 'renal_x'",
        ),
    ],
)
def test_what_leaves_nobody_out_is_refused(key, message):
    with pytest.raises(StratifyError, match=message):
        left_out("toy", asked(**key), cohorts(), SAMPLES)


def test_nothing_asked_gives_empty_tables():
    for make, contract in ((other_labels, LABELS), (left_out, LEFT_OUT)):
        assert contract.validate(make("toy", asked(), cohorts(), SAMPLES)).empty


def test_a_column_named_here_is_no_feature(make_study, signatures):
    study = make_study(features=["gene.*"], biomarkers={}, group_by=None).model_copy(
        update={"sensitivity": asked(leave_out_each=["clin.sex"], without={"old": {"clin.age_years": [60]}})}
    )
    table = assemble("toy-study", study, [make_cohort(n=20)], signatures).table
    assert not {"clin.sex", "clin.age_years"} & {
        *table.columns,
        *model_features(study, table.columns),
        *requested(study),
    }
