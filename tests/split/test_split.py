import pandas as pd
import pytest

from stratify.artifacts.split import SPLITS
from stratify.errors import StratifyError
from stratify.split import make_splits


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "patient_id": [f"P{number:02d}" for number in range(41)],
            "cohort": ["a"] * 30 + ["b"] * 11,
            "y": [1, 0, 0] * 13 + [1, 0],
        }
    )


def test_no_patient_stands_on_both_sides_and_everyone_is_tested_once_a_repetition(table, make_study):
    splits = make_splits("toy", make_study(), table)
    SPLITS.validate(splits)
    assert not splits.duplicated(["split", "patient_id"]).any()
    test = splits[splits["role"] == "test"]
    assert (test.groupby("repeat")["patient_id"].nunique() == len(table)).all()
    assert (test.groupby("repeat")["patient_id"].size() == len(table)).all()
    assert (splits.groupby("split")["patient_id"].nunique() == len(table)).all()


def test_the_final_split_trains_on_everyone(table, make_study):
    final = make_splits("toy", make_study(), table).query("split == 'final'")
    assert final["role"].eq("train").all()
    assert set(final["patient_id"]) == set(table["patient_id"])


def test_folds_balance_the_label(table, make_study):
    splits = make_splits("toy", make_study(), table).merge(table, on="patient_id")
    positives = splits[splits["role"] == "test"].groupby("split")["y"].sum()
    assert positives.max() - positives.min() <= 2


def test_splits_do_not_depend_on_row_order(table, make_study):
    shuffled = make_splits("toy", make_study(), table.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(shuffled, make_splits("toy", make_study(), table))


def test_another_seed_gives_other_folds(table, make_study):
    first, second = (make_splits("toy", make_study(seed=seed), table) for seed in (1, 2))
    assert not first["role"].equals(second["role"])


def test_too_few_patients_of_a_class_are_an_error(table, make_study):
    rare = table.assign(y=[1] * 3 + [0] * 38)
    with pytest.raises(StratifyError, match="4 folds need at least 4 patients of each class, the smaller has 3"):
        make_splits("toy", make_study(), rare)
