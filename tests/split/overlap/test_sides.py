import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.split.overlap import require_one_side, suspected

PAIRS = pd.DataFrame(
    [
        ("a:1", "b:1", "may_share_people"),
        ("b:2", "a:2", "may_share_people"),
        ("a:3", "c:3", "beyond_chance"),
        ("a:4", "c:4", "chance"),
        ("b:1", "b:9", "may_share_people"),
    ],
    columns=["first", "second", "judgement"],
)
TRAIN = ["a:1", "a:2", "a:3", "a:4"]
TEST = ["b:1", "b:2", "b:9", "c:3", "c:4"]


def test_held_out_twins_of_training_patients_are_named_whichever_comes_first():
    assert suspected(PAIRS, TRAIN, TEST) == {"b:1", "b:2"}
    assert suspected(PAIRS, TEST, TRAIN) == {"a:1", "a:2"}


def test_findings_between_unrelated_cohorts_count_only_where_the_study_says_so():
    assert suspected(PAIRS, TRAIN, TEST, beyond_chance=True) == {"b:1", "b:2", "c:3"}


def test_twins_on_one_side_are_nobodys_concern():
    assert suspected(PAIRS, ["a:4"], TEST) == set()
    assert suspected(PAIRS, [*TRAIN, *TEST], []) == set()


def splits(*rows):
    return pd.DataFrame(rows, columns=["split", "patient_id", "role"])


def test_a_patient_on_both_sides_is_refused():
    honest = [("final", "a:1", "train"), ("final", "b:1", "duplicate"), ("pool_a", "a:1", "test")]
    require_one_side(splits(*honest))
    with pytest.raises(StratifyError, match="1 patient on both sides of a split: a:1 in split final"):
        require_one_side(splits(*honest, ("final", "a:1", "duplicate")))
    with pytest.raises(StratifyError, match="2 patients on both sides"):
        require_one_side(splits(*honest, ("final", "a:1", "test"), ("final", "b:1", "train")))
