import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.evaluate import CANARIES
from stratify.evaluate.canaries import judge
from stratify.evaluate.overlap import overlap

AUDITED = "pairs the overlap audit suspects on both sides of a split"
SAME_VALUES = "pairs of suspected duplicates on both sides of a split"


@pytest.fixture
def study():
    """One external split of two cohorts: eight patients train, four are held out."""
    rng = np.random.default_rng(0)
    ids = [f"north:{number}" for number in range(8)] + [f"south:{number}" for number in range(4)]
    table = pd.DataFrame({"patient_id": ids, "cohort": [name.split(":")[0] for name in ids]})
    table = table.assign(patient_pool="one", study_family=table["cohort"], y=[0, 1] * 6, time_days=np.nan, event=pd.NA)
    table = table.join(pd.DataFrame(rng.normal(size=(12, 6)), columns=[f"gene.G{number}" for number in range(6)]))
    splits = pd.DataFrame({"study": "toy", "repeat": pd.NA, "split": "final", "patient_id": ids})
    return table, splits.assign(role=["train"] * 8 + ["test"] * 4)


def pair(judgement, basis="clinical_fingerprint"):
    return pd.DataFrame({"first": ["north:2"], "second": ["south:1"], "basis": [basis], "judgement": [judgement]})


def measure(study, splits=None, **audit):
    frame = overlap(study[1] if splits is None else splits, study[0], study_id="toy", **audit)
    return CANARIES.validate(judge(frame)).set_index("measure")


@pytest.mark.parametrize(
    ("judgement", "passed"), [("may_share_people", False), ("beyond_chance", False), ("chance", True)]
)
def test_a_suspect_who_is_tested_fails_unless_chance_explains_it(study, judgement, passed):
    found = measure(study, pairs=pair(judgement)).loc[AUDITED]
    assert found["passed"] == passed
    assert found["value"] == (0 if passed else 1)
    assert found["detail"] == ("none" if passed else "1 patient of south looks like one of north (north:2 = south:1)")
    assert found["n"] == 12


@pytest.mark.parametrize("judgement", ["may_share_people", "beyond_chance"])
def test_a_suspect_who_is_held_out_as_duplicate_passes(study, judgement):
    splits = study[1].assign(role=study[1]["role"].mask(study[1]["patient_id"] == "south:1", "duplicate"))
    assert measure(study, splits, pairs=pair(judgement))["passed"].all()


def test_a_pair_found_on_two_grounds_counts_once(study):
    pairs = pd.concat([pair("may_share_people"), pair("may_share_people", "profile")])
    assert measure(study, pairs=pairs).loc[AUDITED, "value"] == 1


def test_two_held_out_suspects_are_on_one_side(study):
    pairs = pair("may_share_people").assign(first="south:3")
    assert measure(study, pairs=pairs)["passed"].all()


@pytest.mark.parametrize("role", ["test", "duplicate"])
def test_an_identical_id_on_both_sides_fails(study, role):
    twice = study[1].query("patient_id == 'north:5'").assign(role=role)
    found = measure(study, pd.concat([study[1], twice])).loc["patients on both sides of a split"]
    assert (found["value"], found["detail"], found["passed"]) == (1, "north:5", False)


def test_equal_feature_values_fail_unless_held_out_as_duplicate(study):
    table, splits = study
    genes = [name for name in table if name.startswith("gene.")]
    table.loc[9, genes] = table.loc[2, genes]
    assert measure(study).loc[SAME_VALUES, "value"] == 1
    splits = splits.assign(role=splits["role"].mask(splits["patient_id"] == "south:1", "duplicate"))
    assert measure((table, splits)).loc[SAME_VALUES, "value"] == 0


def test_published_constants_are_not_compared(study):
    table, splits = study
    genes = [name for name in table if name.startswith("gene.")]
    constants = {f"clin.{name}__as_published": np.arange(12) % 3 for name in "abcdef"}
    assert measure((table.drop(columns=genes).assign(**constants), splits)).loc[SAME_VALUES, "value"] == 0


def test_without_an_audit_there_is_no_such_measure(study):
    assert AUDITED not in measure(study).index


def test_cohorts_that_could_not_be_compared_are_counted(study):
    counts = {"observed": [3, pd.NA, pd.NA], "n_identifiers": [pd.NA] * 3, "n_profiles": [pd.NA, 0, pd.NA]}
    summary = pd.DataFrame(counts | {"n_mutations": [pd.NA] * 3}, dtype="Int64")
    found = measure(study, pairs=pair("chance"), summary=summary).loc[AUDITED, "detail"]
    assert found == "none; nothing could be compared in 1 pair of cohorts"
