import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.evaluate import CANARIES
from stratify.evaluate.canaries import describe_failures, judge
from stratify.evaluate.overlap import overlap


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [(0, 0, True), (1e-9, 1e-9, True), (-3.2, 3.3, True), (-3.4, 3.3, False), (1, 0, False), (np.nan, 1, False)],
)
def test_a_canary_passes_up_to_its_limit(synthetic, value, limit, expected):
    judged = judge(synthetic.measures.assign(value=value, limit=limit))
    assert CANARIES.validate(judged)["passed"].tolist() == [expected] * 4
    assert bool(describe_failures(judged)) != expected


def test_a_failure_is_described_by_step_model_canary_value_and_limit(synthetic):
    measures = synthetic.measures.assign(value=[0, 0.25, 0, 0])
    (message,) = describe_failures(judge(measures))
    assert message == (
        "canary single_patient of elastic_net (step assemble or fit) failed: change is 0.25, limit 1e-09, n 60; none"
    )


def measure(synthetic, splits=None, table=None):
    frame = overlap(
        synthetic.splits if splits is None else splits,
        synthetic.table if table is None else table,
        study_id="toy",
    )
    return CANARIES.validate(judge(frame)).set_index("measure")


def test_honest_splits_pass(synthetic):
    found = measure(synthetic)
    assert found["passed"].all()
    assert found["value"].tolist() == [0, 0]
    assert found["n"].tolist() == [60, 60]


def test_a_patient_on_both_sides_fails(synthetic):
    twice = synthetic.splits.query("split == 'r01f2' and role == 'test'").head(4).assign(role="train")
    found = measure(synthetic, pd.concat([synthetic.splits, twice])).loc["patients on both sides of a split"]
    assert found["value"] == 4
    assert not found["passed"]
    first = "; ".join(sorted(twice["patient_id"])[:3])
    assert found["detail"] == f"{first}; …"


def test_a_double_on_the_other_side_fails(synthetic):
    table = synthetic.table.copy()
    genes = [name for name in table if name.startswith("gene.")]
    table.loc[7, genes] = table.loc[3, genes] * (1 + 1e-12)
    found = measure(synthetic, table=table).loc["pairs of suspected duplicates on both sides of a split"]
    assert found["value"] == 1
    assert found["detail"] == "1 patient of north looks like another of the same cohort (north:003 = north:007)"
    assert not found["passed"]


def test_a_double_that_is_always_on_the_same_side_is_no_overlap(synthetic):
    table = synthetic.table.copy()
    genes = [name for name in table if name.startswith("gene.")]
    table.loc[7, genes] = table.loc[3, genes]
    same = synthetic.splits[~synthetic.splits["patient_id"].isin(["north:003", "north:007"])]
    together = synthetic.splits[synthetic.splits["patient_id"] == "north:003"]
    splits = pd.concat([same, together, together.assign(patient_id="north:007")])
    assert measure(synthetic, splits, table)["passed"].all()
