"""A small study of each design, honest until a test plants a leak in it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from stratify.artifacts.split import FINAL
from stratify.assemble.cohort import Cohort
from stratify.fit.canaries import Experiment
from stratify.fit.cross_fit import cross_fit, split_rows
from stratify.fit.final import final_model
from stratify.split import make_splits
from stratify.synthetic import make_cohort

DESIGNS = {
    "within": {
        "datasets": {"train": ["east"]},
        "design": {
            "kind": "repeated_nested_cv",
            "outer": {"folds": 3, "repeats": 1},
            "inner": {"folds": 2, "repeats": 1},
        },
    },
    "external": {
        "datasets": {"train": ["east"], "evaluate": ["south", "west"]},
        "design": {"kind": "external", "inner": {"folds": 2, "repeats": 1}},
    },
    "leave_one_out": {
        "datasets": {"train": ["east", "south", "west"]},
        "design": {"kind": "leave_one_out", "inner": {"folds": 2, "repeats": 1}},
    },
}
SMALL = {
    "group_by": None,
    "strata": {"declared_probabilities": [0.35, 0.65]},
    "models": {
        "elastic_net": {"search": {"C": [0.1], "l1_ratio": [0.5]}},
        "lightgbm": {"search": {"n_estimators": [5], "num_leaves": [3], "min_child_samples": [5]}},
    },
}


def hospital(name: str, seed: int) -> Cohort:
    """Make a cohort of which a fifth has no CXCL9."""
    cohort = make_cohort(24, n_genes=12, effect=2.0, name=name, patient_pool=f"pool of {name}", seed=seed)
    genes = cohort.measurements["expression"].copy()
    genes.loc["gene.CXCL9", genes.columns[seed::5]] = np.nan
    return replace(cohort, measurements={"expression": genes})


@pytest.fixture(scope="session", params=list(DESIGNS))
def small(request, make_experiment) -> Experiment:
    """A study that is fitted in a moment, of either design."""
    changes = DESIGNS[request.param]
    names = [*changes["datasets"]["train"], *changes["datasets"].get("evaluate", [])]
    return make_experiment(cohorts=[hospital(name, seed) for seed, name in enumerate(names)], **SMALL, **changes)


@pytest.fixture
def run() -> Callable[[Experiment], tuple]:
    """Make the run that is reported: splits, table, fits, and the model to register."""

    def made(experiment):
        table = experiment.assembled().table
        experiment = replace(experiment, splits=make_splits(experiment.name, experiment.study, table))
        reported = cross_fit(experiment.study, experiment.model, table, experiment.splits)
        train, _ = split_rows(table, experiment.splits[experiment.splits["split"].eq(FINAL)])
        configs = {one.name: one.config for one in experiment.cohorts}
        final = final_model(experiment, datasets=configs, tuned=reported.tuned[FINAL], train=train)
        return experiment, table, reported, final

    return made
