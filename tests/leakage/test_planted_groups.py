"""A group on both sides of a split, outer or inner, is refused."""

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.evaluate.canaries import describe_failures, judge
from stratify.evaluate.overlap import overlap
from stratify.fit import tuning
from stratify.fit.cross_fit import fit_split
from stratify.synthetic import make_cohort


def experiment_by(make_experiment, unit, inner):
    cohorts = [
        make_cohort(40, n_genes=12, name=name, patient_pool=name, seed=seed)
        for seed, name in enumerate(("east", "south", "west"))
    ]
    return make_experiment(
        cohorts=cohorts,
        datasets={"train": [cohort.name for cohort in cohorts]},
        design={"kind": "leave_one_out", "unit": unit, "inner": inner},
    )


def failed(experiment, splits):
    unit = experiment.study.design.unit
    table = experiment.assembled().table
    return describe_failures(judge(overlap(splits, table, study_id="toy-study", unit=unit)))


@pytest.mark.parametrize("unit", ["study_family", "patient_pool"])
def test_groups_parted_by_random_folds_are_found(make_experiment, unit):
    experiment = experiment_by(make_experiment, unit, {"folds": 3, "repeats": 1})
    assert not failed(experiment, experiment.splits)
    random = experiment.splits.copy()
    rows = random["split"].ne("final")
    random.loc[rows, "role"] = np.where(np.arange(rows.sum()) % 3 == 0, "test", "train")
    (message,) = failed(experiment, random)
    assert message.startswith("canary overlap of all (step assemble or split) failed: groups (")
    assert "east" in message


def test_a_study_on_both_sides_of_an_inner_fold_is_refused(make_experiment, monkeypatch):
    experiment = experiment_by(make_experiment, "study_family", "leave_one_out")
    table = experiment.assembled().table
    fit_split(experiment.study, "elastic_net", table)
    honest = tuning._inner_folds

    def ungrouped(y, cohort, studies, **options):
        random = pd.Series(np.arange(len(y)) % 3, index=studies.index).astype(str)
        return honest(y, cohort, random, **options)

    monkeypatch.setattr(tuning, "_inner_folds", ungrouped)
    with pytest.raises(StratifyError, match=r"tuning \(step fit\): 3 of 3 inner folds .* \['east', 'south', 'west'\]"):
        fit_split(experiment.study, "elastic_net", table)


def test_inner_folds_that_judge_on_what_they_learned_are_refused(make_experiment, monkeypatch):
    experiment = make_experiment(n=40)
    honest = tuning._inner_folds

    def overlapping(y, *arguments, **options):
        for fold in honest(y, *arguments, **options):
            yield tuning.InnerFold(np.arange(len(y)), fold.outside)

    monkeypatch.setattr(tuning, "_inner_folds", overlapping)
    with pytest.raises(StratifyError, match="learn from and judge the same group"):
        fit_split(experiment.study, "elastic_net", experiment.assembled().table)
