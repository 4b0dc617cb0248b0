import pandas as pd
import pytest

from stratify.artifacts.split import SPLITS
from stratify.errors import StratifyError
from stratify.split import make_splits, set_duplicates_apart

EXTERNAL = {"datasets": {"train": ["a"], "evaluate": ["b", "c"]}, "design": {"kind": "external"}}
LEAVE_ONE_OUT = {"datasets": {"train": ["a", "b", "c"]}, "design": {"kind": "leave_one_out"}}


@pytest.fixture
def table():
    cohort = ["a"] * 10 + ["b"] * 6 + ["c"] * 8
    return pd.DataFrame(
        {
            "patient_id": [f"{name}:P{number}" for number, name in enumerate(cohort)],
            "cohort": cohort,
            "patient_pool": pd.Series(cohort).map({"a": "north", "b": "north", "c": "south"}),
            "study_family": pd.Series(cohort).map({"a": "one", "b": "two", "c": "two"}),
            "y": [1, 0] * 12,
        }
    )


def sides(splits, split):
    rows = splits[splits["split"] == split]
    return {role: set(ids.str[0]) for role, ids in rows.groupby("role")["patient_id"]}


def test_the_external_design_judges_the_registered_model_on_the_listed_cohorts(table, make_study):
    splits = make_splits("toy", make_study(**EXTERNAL), table)
    SPLITS.validate(splits)
    assert splits["split"].unique().tolist() == ["final"]
    assert sides(splits, "final") == {"train": {"a"}, "test": {"b", "c"}}
    assert splits["repeat"].isna().all()


def test_a_cohort_without_patients_cannot_be_judged_on(table, make_study):
    study = make_study(**{**EXTERNAL, "datasets": {"train": ["a"], "evaluate": ["b", "c", "d"]}})
    with pytest.raises(StratifyError, match="cohort 'd' has no patient in the study table"):
        make_splits("toy", study, table)


def test_leaving_a_pool_out_leaves_all_its_cohorts_out(table, make_study):
    splits = make_splits("toy", make_study(**LEAVE_ONE_OUT), table)
    SPLITS.validate(splits)
    assert sides(splits, "patient_pool_north") == {"train": {"c"}, "test": {"a", "b"}}
    assert sides(splits, "patient_pool_south") == {"train": {"a", "b"}, "test": {"c"}}
    assert sides(splits, "final") == {"train": {"a", "b", "c"}}
    assert not splits.duplicated(["split", "patient_id"]).any()


def leaving_out(unit, make_study):
    return make_study(**{**LEAVE_ONE_OUT, "design": {"kind": "leave_one_out", "unit": unit}})


def test_leaving_a_study_family_out(table, make_study):
    apart = table.assign(patient_pool=table["cohort"])
    splits = make_splits("toy", leaving_out("study_family", make_study), apart)
    assert sides(splits, "study_family_two") == {"train": {"a"}, "test": {"b", "c"}}


def test_people_who_may_be_the_same_are_not_parted_by_study_families(table, make_study):
    message = (
        r"patient pool 'north' spans the study families one, two: people of a, b may be the same, .* leave out "
        r"patient_pool \(the design's `unit`\), or give them one study_family"
    )
    with pytest.raises(StratifyError, match=message):
        make_splits("toy", leaving_out("study_family", make_study), table)


def test_cohorts_may_be_left_out_one_by_one_whatever_they_share(table, make_study):
    splits = make_splits("toy", leaving_out("cohort", make_study), table)
    assert sides(splits, "cohort_a") == {"train": {"b", "c"}, "test": {"a"}}


def test_one_pool_cannot_be_left_out_of_itself(table, make_study):
    with pytest.raises(StratifyError, match="all cohorts are of one patient_pool \\(north\\)"):
        make_splits("toy", make_study(**LEAVE_ONE_OUT), table.assign(patient_pool="north"))


def test_what_remains_must_have_both_labels(table, make_study):
    lopsided = table.assign(y=table["y"].mask(table["cohort"].eq("c"), 1))
    with pytest.raises(StratifyError, match="without patient_pool north all patients have one label"):
        make_splits("toy", make_study(**LEAVE_ONE_OUT), lopsided)


def test_only_held_out_patients_of_the_split_are_set_apart(table, make_study):
    study = make_study(**LEAVE_ONE_OUT)
    splits = make_splits("toy", study, table)
    pairs = pd.DataFrame(
        {"first": ["a:P0", "a:P1"], "second": ["c:P16", "b:P10"], "judgement": ["may_share_people"] * 2}
    )
    apart = set_duplicates_apart(study, splits, pairs)
    changed = apart[apart["role"] != splits["role"]]
    assert changed[["split", "patient_id", "role"]].to_numpy().tolist() == [
        ["patient_pool_north", "a:P0", "duplicate"],
        ["patient_pool_south", "c:P16", "duplicate"],
    ]
    SPLITS.validate(apart)


@pytest.mark.parametrize(("excluded", "expected"), [(False, 0), (True, 1)])
def test_likeness_between_strangers_counts_only_where_the_study_excludes_it(table, make_study, excluded, expected):
    study = make_study(**EXTERNAL, exclude_suspected_duplicates=excluded)
    pairs = pd.DataFrame({"first": ["a:P0"], "second": ["c:P16"], "judgement": ["beyond_chance"]})
    splits = set_duplicates_apart(study, make_splits("toy", study, table), pairs)
    assert splits["role"].eq("duplicate").sum() == expected
