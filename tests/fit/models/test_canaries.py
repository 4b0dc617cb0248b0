"""The canaries of a run stay quiet on models with folds inside them, on noise and on signal."""

import pytest

from stratify.fit.canaries.garbage import garbage_in_held_out_rows
from stratify.fit.canaries.permuted import permuted_labels
from stratify.fit.canaries.row_order import row_order
from stratify.fit.cross_fit import cross_fit

PARAMETERS = {"spline_logistic": {"smooth_penalty": 1.0}, "ensemble": {"n_estimators": 20}}


@pytest.mark.parametrize("model", ["spline_logistic", pytest.param("ensemble", marks=pytest.mark.slow)])
@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_an_honest_model_is_quiet(make_experiment, model, effect):
    search = {name: [value] for name, value in PARAMETERS[model].items()}
    experiment = make_experiment(model=model, effect=effect, models={model: {"search": search}}, champion={})
    table = experiment.assembled().table
    reported = cross_fit(experiment.study, model, table, experiment.splits)
    measures = [
        *garbage_in_held_out_rows(experiment, reported, table),
        row_order(experiment, reported),
        permuted_labels(experiment, PARAMETERS[model]),
    ]
    assert all(abs(measure["value"]) <= measure["limit"] for measure in measures), measures
