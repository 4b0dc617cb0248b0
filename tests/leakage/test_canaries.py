"""The canaries stay quiet on honest pipelines and are tripped by planted leaks."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from stratify.artifacts.fit import CANARY_MEASURES
from stratify.artifacts.split import FINAL
from stratify.fit.canaries import measure_canaries
from stratify.fit.canaries.fitted_state import fitted_state, largest_change
from stratify.fit.canaries.garbage import garbage_in_held_out_rows
from stratify.fit.canaries.permuted import permuted_labels
from stratify.fit.canaries.row_order import row_order
from stratify.fit.canaries.single_patient import single_patient
from stratify.fit.cross_fit import cross_fit, fit_split
from stratify.fit.final import final_model

PARAMETERS = {
    "elastic_net": {"C": 0.1, "l1_ratio": 0.5},
    "lightgbm": {"n_estimators": 10, "num_leaves": 3, "min_child_samples": 5},
}


def tripped(measure):
    return not abs(measure["value"]) <= measure["limit"]


def final(experiment, table):
    return final_model(
        experiment.name,
        experiment.study,
        datasets={cohort.name: cohort.config for cohort in experiment.cohorts},
        model=experiment.model,
        tuned=fit_split(experiment.study, experiment.model, table),
        table=table,
        signatures=experiment.signatures,
    )


@pytest.mark.parametrize("model", ["elastic_net", "lightgbm"])
@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_an_honest_model_is_quiet_on_noise_and_on_signal(make_experiment, model, effect):
    experiment = make_experiment(model=model, effect=effect, n=40)
    table = experiment.table()
    measures = measure_canaries(experiment, final(experiment, table), table, PARAMETERS[model])
    CANARY_MEASURES.validate(measures[list(CANARY_MEASURES.columns)])
    assert set(measures["canary"]) == {"garbage_in_held_out_rows", "permuted_labels", "row_order", "single_patient"}
    assert (measures["value"].abs() <= measures["limit"]).all(), measures


def leaky_assemble(monkeypatch, change):
    """Plant a leak in `assemble`: change the table it makes."""
    from stratify.assemble import table as module
    from stratify.fit.canaries import experiment as user

    honest = module.assemble
    monkeypatch.setattr(user, "assemble", lambda *args: (change(honest(*args)[0]), None))


def test_scaling_over_all_patients_in_assemble_trips_the_garbage_canary(make_experiment, monkeypatch):
    experiment = make_experiment()

    def scale(table):
        genes = [name for name in table.columns if name.startswith("gene.")]
        return table.assign(**{name: (table[name] - table[name].mean()) / table[name].std() for name in genes})

    leaky_assemble(monkeypatch, scale)
    assert any(tripped(measure) for measure in garbage_in_held_out_rows(experiment))


def test_a_group_mean_of_all_labels_trips_the_garbage_canary(make_experiment, monkeypatch):
    experiment = make_experiment(effect=0.0)

    def encode(table):
        group = table["clin.age_years"].round(-1)
        return table.assign(**{"gene.CXCL9": table.groupby(group)["y"].transform("mean").astype(float)})

    leaky_assemble(monkeypatch, encode)
    assert any(tripped(measure) for measure in garbage_in_held_out_rows(experiment))


def test_a_feature_made_of_the_patients_own_label_trips_the_permutation_canary(make_experiment, monkeypatch):
    experiment = make_experiment(effect=0.0)

    def leak(table):
        noisy = table["y"].astype(float) + np.random.default_rng(0).normal(0, 0.5, len(table))
        return table.assign(**{"gene.CXCL9": noisy})

    leaky_assemble(monkeypatch, leak)
    assert tripped(permuted_labels(experiment, PARAMETERS["elastic_net"]))


def test_a_feature_by_row_position_trips_the_row_order_canary(make_experiment, monkeypatch):
    experiment = make_experiment()
    honest = experiment.cohorts[0].clinical["sample_id"].tolist()

    from stratify.assemble import features as module

    original = module.feature_values

    def by_position(cohort, signatures):
        values = original(cohort, signatures)
        return values.assign(**{"gene.CXCL9": np.arange(len(values)) % 7 * 1.0})

    monkeypatch.setattr("stratify.assemble.table.feature_values", by_position)
    assert honest == sorted(honest)
    assert tripped(row_order(experiment))


def test_a_score_relative_to_the_batch_trips_the_single_patient_canary(make_experiment):
    experiment = make_experiment()
    table = experiment.table()
    model = final(experiment, table)
    assert not tripped(single_patient(model, table))

    class Relative(ClassifierMixin, BaseEstimator):
        def predict_proba(self, X):
            rank = X["gene.CXCL9"].rank(pct=True).to_numpy() * 0.98
            return np.column_stack([1 - rank, rank])

    relative = type(model)(Relative(), model.card)
    assert tripped(single_patient(relative, table))


def test_fitted_states_are_compared_number_by_number(make_experiment):
    experiment = make_experiment(n=40)
    tuned, train, _ = experiment.fit_first_split()
    state = fitted_state(tuned.pipeline)
    assert any(name.endswith("coef_") for name in state)
    assert any("statistics_" in name for name in state)
    assert largest_change(state, state) == 0.0
    moved = train.assign(**{"gene.CXCL9": train["gene.CXCL9"] + 0.5 * (train.index % 2)})
    other = fitted_state(fit_split(experiment.study, experiment.model, moved).pipeline)
    assert largest_change(state, other) > 1e-3
    assert largest_change({"a": np.zeros(2)}, {"a": np.zeros(3)}) == float("inf")
    assert largest_change({"a": "x"}, {"a": "y"}) == float("inf")


def test_permuted_labels_keep_who_is_in_the_study_and_how_many_respond(make_experiment):
    from stratify.fit.canaries.permuted import _permute

    experiment = make_experiment(n=40)
    cohort = experiment.cohorts[0]
    clinical = cohort.clinical.assign(timepoint=["on_treatment", *["baseline"] * 39])
    cohort = dataclasses.replace(cohort, clinical=clinical)
    patients = set(clinical["patient_id"][1:])
    permuted = _permute(cohort, patients, np.random.default_rng(0)).clinical
    assert permuted["endpoint.response"].sum() == clinical["endpoint.response"].sum()
    assert permuted.loc[0, "endpoint.response"] == clinical.loc[0, "endpoint.response"]
    assert not permuted["endpoint.response"].equals(clinical["endpoint.response"])
    whole = permuted[["endpoint.os_days", "endpoint.response"]].apply(tuple, axis=1)
    assert sorted(whole) == sorted(clinical[["endpoint.os_days", "endpoint.response"]].apply(tuple, axis=1))


@pytest.mark.parametrize("model", ["elastic_net", "lightgbm"])
def test_row_order_of_the_tables_changes_no_prediction(make_experiment, model):
    experiment = make_experiment(model=model, n=40)
    table = experiment.table()
    first = cross_fit(experiment.study, model, table, experiment.splits)
    second = cross_fit(
        experiment.study,
        model,
        table.sample(frac=1, random_state=1),
        experiment.splits.sample(frac=1, random_state=1),
    )
    pd.testing.assert_frame_equal(first.predictions, second.predictions)
    assert first.tuned[FINAL].parameters == second.tuned[FINAL].parameters
