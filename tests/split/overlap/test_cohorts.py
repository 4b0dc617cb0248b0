"""The audit on the checkpoint blockade cohorts of one hospital and of others, against known counts."""

from pathlib import Path

import pandas as pd
import pytest

from stratify.artifacts.harmonize import CLINICAL
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.assemble.cohort import Cohort
from stratify.cli import main
from stratify.config import load_dataset
from stratify.split.overlap import audit_overlap, suspected

pytestmark = pytest.mark.cohorts

CONFIG = Path(__file__).parents[3] / "config"

DATASETS = [
    "chowell_2022_train",
    "chowell_2022_test",
    "msk1",
    "msk2",
    "vanguri_2022",
    "kato_2020",
    "shim_2020",
    "ravi_2023",
    "pradat_2023",
    "msk_non_icb",
]


@pytest.fixture(scope="module")
def cohorts(mirror, tmp_path_factory):
    results, cohorts = tmp_path_factory.mktemp("overlap"), []
    for dataset in DATASETS:
        file = CONFIG / f"datasets/{dataset}.yaml"
        assert main(["harmonize", "--dataset", str(file), "--raw", str(mirror), "--results", str(results)]) == 0
        clinical = read_table(CLINICAL, Layout(results).clinical(dataset))
        cohorts.append(Cohort(dataset, load_dataset(file), clinical))
    return cohorts


@pytest.fixture(scope="module")
def audit(cohorts):
    return audit_overlap("icb", cohorts, seed=1)


@pytest.fixture(scope="module")
def sexes(cohorts):
    clinical = [cohort.clinical for cohort in cohorts if "clin.sex" in cohort.clinical]
    return pd.concat([frame.set_index("patient_id")["clin.sex"] for frame in clinical])


@pytest.fixture(scope="module")
def summary(audit):
    return audit.summary.set_index(["first_cohort", "second_cohort"])


@pytest.mark.parametrize(
    ("first", "observed", "expected"),
    [("chowell_2022_train", 41, 4.7), ("chowell_2022_test", 23, 3.0), ("msk1", 11, 2.4)],
)
def test_vanguri_shares_people_with_other_cohorts_of_its_hospital(summary, first, observed, expected):
    row = summary.loc[(first, "vanguri_2022")]
    assert row["observed"] == observed
    assert row["expected"] == pytest.approx(expected, abs=0.4)
    assert row["p_value"] < 0.001
    assert row["shared_pool"]


def test_no_other_cohorts_share_more_than_chance_explains(summary):
    others = summary.drop(
        index=[(first, "vanguri_2022") for first in ("chowell_2022_train", "chowell_2022_test", "msk1")]
    )
    assert others["p_value"].min() > 0.01
    strangers = others[~others["shared_pool"] & others["observed"].notna()]
    assert len(strangers) > 10
    assert strangers["observed"].sum() == 0


def test_running_numbers_are_not_taken_for_identifiers(audit, summary):
    assert summary["n_identifiers"].isna().all()
    assert set(audit.pairs["basis"]) == {"clinical_fingerprint"}


def test_cohorts_with_imputed_values_or_other_cancers_are_said_not_to_be_comparable(summary):
    assert len(summary) == 55
    verdicts = summary.loc[summary["observed"].isna(), "verdict"]
    assert verdicts.str.startswith("not comparable").all()
    assert "3 fields in common" in verdicts["kato_2020", "pradat_2023"]
    assert "no patients of the same cancer type" in verdicts["msk1", "msk2"]


def test_the_matched_people_agree_in_sex_which_was_not_compared(audit, sexes):
    pairs = audit.pairs[
        audit.pairs["first_cohort"].str.startswith("chowell") & audit.pairs["second_cohort"].eq("vanguri_2022")
    ]
    agree = sexes[pairs["first"]].to_numpy() == sexes[pairs["second"]].to_numpy()
    assert agree.mean() > 0.95


def test_suspects_among_the_held_out_patients(audit):
    vanguri = audit.pairs.loc[audit.pairs["second_cohort"] == "vanguri_2022", "second"].unique()
    train = [f"chowell_2022_train:{number}" for number in range(1, 965)]
    assert len(suspected(audit.pairs, train, vanguri)) == 41
