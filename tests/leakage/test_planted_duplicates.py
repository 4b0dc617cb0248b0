"""One person in a training and a held-out cohort, under two names, stops the run."""

from dataclasses import replace

import pytest

from stratify.evaluate.canaries import describe_failures, judge
from stratify.evaluate.overlap import overlap
from stratify.split import make_splits, set_duplicates_apart
from stratify.split.overlap import audit_overlap
from stratify.synthetic import make_cohort

CHANGES = {
    "external": {
        "datasets": {"train": ["east"], "evaluate": ["west"]},
        "design": {"kind": "external", "inner": {"folds": 2, "repeats": 1}},
    },
    "leave_one_out": {
        "datasets": {"train": ["east", "west"]},
        "design": {"kind": "leave_one_out", "inner": {"folds": 2, "repeats": 1}},
    },
}


def hospitals(pools=("east", "west"), *, moved=True):
    """Make two cohorts; the twelfth patient of the first went on to the second hospital."""
    east, west = (
        make_cohort(30, n_genes=60, name=name, patient_pool=pool, seed=seed)
        for seed, (name, pool) in enumerate(zip(("east", "west"), pools, strict=True))
    )
    if not moved:
        return [east, west]
    genes, clinical = west.measurements["expression"].copy(), west.clinical.copy()
    genes["west:P003"] = east.measurements["expression"]["east:P012"]
    person = [name for name in clinical if name.startswith(("clin.", "endpoint."))]
    clinical.loc[3, person] = east.clinical.loc[12, person]
    return [east, replace(west, clinical=clinical, measurements={"expression": genes})]


def audited(make_experiment, cohorts, design, **changes):
    """Split and audit as `split` does, and say what `evaluate` finds."""
    experiment = make_experiment(cohorts=cohorts, **CHANGES[design], **changes)
    study, table = experiment.study, experiment.assembled().table
    audit = audit_overlap("toy-study", cohorts, seed=0, permutations=1)
    splits = set_duplicates_apart(study, make_splits("toy-study", study, table), audit.pairs)
    return splits, describe_failures(
        judge(overlap(splits, table, study_id="toy-study", pairs=audit.pairs, summary=audit.summary))
    )


@pytest.mark.parametrize("design", list(CHANGES))
def test_a_patient_under_two_names_is_found_by_features_and_by_the_audit(make_experiment, design):
    _, found = audited(make_experiment, hospitals(), design)
    by_features, by_audit = found
    assert "pairs of suspected duplicates on both sides of a split is 1" in by_features
    assert "pairs the overlap audit suspects on both sides of a split is 1" in by_audit
    for message in found:
        assert message.startswith("canary overlap of all (step assemble or split) failed: ")
        assert "east:P012 = west:P003" in message


@pytest.mark.parametrize("design", list(CHANGES))
def test_two_hospitals_without_a_common_patient_are_quiet(make_experiment, design):
    _, found = audited(make_experiment, hospitals(moved=False), design)
    assert not found


@pytest.mark.parametrize("design", list(CHANGES))
def test_a_study_that_excludes_them_is_quiet(make_experiment, design):
    _, found = audited(make_experiment, hospitals(), design, exclude_suspected_duplicates=True)
    assert not found


def test_cohorts_that_may_share_people_set_them_apart(make_experiment):
    splits, found = audited(make_experiment, hospitals(pools=("one", "one")), "external")
    assert not found
    assert set(splits.loc[splits["role"].eq("duplicate"), "patient_id"]) == {"west:P003"}
