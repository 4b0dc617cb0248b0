"""How the cohorts' measurements are put under each other."""

import numpy as np
import pandas as pd
import pytest

from stratify.assemble.cohort import Cohort
from stratify.errors import StratifyError
from stratify.export import Measured, measured_by_modality, study_mudata
from stratify.synthetic import make_cohort, toy_dataset


def patients_of(*cohorts):
    ids = pd.concat([cohort.clinical.set_index("patient_id")["sample_id"] for cohort in cohorts])
    return ids.to_frame().assign(dataset=[name.split(":")[0] for name in ids.index])


def cohort_of(values):
    clinical = pd.DataFrame({"sample_id": values.columns, "patient_id": values.columns, "timepoint": "baseline"})
    return Cohort("toy", toy_dataset(), clinical, {"expression": values.astype("float32")})


def test_patients_keep_the_order_asked_for():
    cohorts = [make_cohort(5, name="one"), make_cohort(4, name="other", seed=1)]
    patients = patients_of(*cohorts).sample(frac=1, random_state=0)
    measured = measured_by_modality(patients, cohorts)["expression"]
    assert list(measured.matrix.index) == list(patients.index) == list(measured.patients.index)
    assert measured.patients["dataset"].tolist() == patients["dataset"].tolist()
    assert (measured.matrix.dtypes == "float32").all()


def test_a_gene_without_any_value_counts_as_measured_nowhere():
    values = pd.DataFrame({"toy:1": [1.0, np.nan], "toy:2": [2.0, np.nan]}, index=["gene.A", "gene.B"])
    cohort = cohort_of(values)
    measured = measured_by_modality(patients_of(cohort), [cohort])["expression"]
    assert measured.features["n_datasets"].to_dict() == {"A": 1, "B": 0}


def test_two_features_of_one_name_keep_their_namespaces():
    cohort = cohort_of(pd.DataFrame({"toy:1": [1.0, 2.0]}, index=["gene.A", "probe.A"]))
    measured = measured_by_modality(patients_of(cohort), [cohort])["expression"]
    assert measured.matrix.loc["toy:1"].to_dict() == {"gene.A": 1.0, "probe.A": 2.0}
    assert measured.features["namespace"].tolist() == ["gene", "probe"]


def test_a_name_with_a_dot_stays_whole():
    cohort = cohort_of(pd.DataFrame({"toy:1": [1.0]}, index=["gene.HLA-A.1"]))
    assert list(measured_by_modality(patients_of(cohort), [cohort])["expression"].matrix.columns) == ["HLA-A.1"]


def test_a_modality_in_which_no_patient_of_the_study_was_measured_is_left_out():
    cohort = make_cohort(4)
    patients = patients_of(cohort).assign(sample_id=[f"toy:elsewhere{number}" for number in range(4)])
    assert measured_by_modality(patients, [cohort]) == {}


def test_a_modality_cannot_be_called_features():
    measured = Measured(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    with pytest.raises(StratifyError, match="rename it"):
        study_mudata(pd.DataFrame(), {"features": measured}, {})
