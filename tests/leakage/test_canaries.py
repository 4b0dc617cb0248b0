"""The canaries stay quiet on honest pipelines and are tripped by planted leaks."""

import dataclasses
import importlib

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
from stratify.fit.cross_fit import cross_fit, fit_split, split_rows
from stratify.fit.final import final_model
from stratify.fit.models import MODELS
from stratify.split import make_splits
from stratify.synthetic import make_cohort

SINGLE_PATIENT = importlib.import_module("stratify.fit.canaries.single_patient")
PARAMETERS = {
    "elastic_net": {"C": 0.1, "l1_ratio": 0.5},
    "lightgbm": {"n_estimators": 10, "num_leaves": 3, "min_child_samples": 5},
}


def tripped(measure):
    return not abs(measure["value"]) <= measure["limit"]


def run(experiment):
    """Make the reported run: its table, its fits and predictions, and the model to register."""
    table = experiment.assembled().table
    reported = cross_fit(experiment.study, experiment.model, table, experiment.splits)
    final = final_model(
        experiment,
        datasets={cohort.name: cohort.config for cohort in experiment.cohorts},
        tuned=reported.tuned[FINAL],
        train=split_rows(table, experiment.splits[experiment.splits["split"].eq(FINAL)])[0],
    )
    return table, reported, final


def garbage(experiment):
    table, reported, _ = run(experiment)
    return garbage_in_held_out_rows(experiment, reported, table)


def test_an_honest_model_is_quiet_where_whole_cohorts_are_held_out(make_experiment, three_hospitals, held_out_design):
    experiment = make_experiment(cohorts=three_hospitals, **held_out_design)
    table, reported, final = run(experiment)
    measures = measure_canaries(experiment, reported, final, table)
    CANARY_MEASURES.validate(measures[list(CANARY_MEASURES.columns)])
    assert not [measure for measure in measures.to_dict("records") if tripped(measure)]


@pytest.mark.parametrize("model", ["elastic_net", "lightgbm"])
@pytest.mark.parametrize("effect", [0.0, 2.0])
def test_an_honest_model_is_quiet_on_noise_and_on_signal(make_experiment, model, effect):
    experiment = make_experiment(model=model, effect=effect, n=40)
    table, reported, final = run(experiment)
    measures = measure_canaries(experiment, reported, final, table)
    CANARY_MEASURES.validate(measures[list(CANARY_MEASURES.columns)])
    assert set(measures["canary"]) == {
        "garbage_in_held_out_rows",
        "permuted_labels",
        "row_order",
        "single_patient",
        "cut_offs",
    }
    assert (measures["value"].abs() <= measures["limit"]).all(), measures


@pytest.fixture(params=["within", "held_out"])
def make_leaky_experiment(request, make_experiment, three_hospitals, held_out_design):
    """Make the inputs of a study of each design."""
    if request.param == "within":
        return make_experiment

    def make(effect=1.0):
        cohorts = [
            make_cohort(len(one.clinical), n_genes=12, effect=effect, name=one.name, seed=seed, patient_pool=pool)
            for seed, (one, pool) in enumerate(zip(three_hospitals, ["here", "here", "there"], strict=True))
        ]
        return make_experiment(cohorts=cohorts, **held_out_design)

    return make


def leaky_assemble(monkeypatch, change):
    """Plant a leak in `assemble`: change the table it makes."""
    from stratify.assemble import table as module
    from stratify.fit.canaries import experiment as user

    honest = module.assemble

    def leaky(*arguments):
        assembled = honest(*arguments)
        return dataclasses.replace(assembled, table=change(assembled.table))

    monkeypatch.setattr(user, "assemble", leaky)


def test_scaling_over_all_patients_in_assemble_trips_the_garbage_canary(make_leaky_experiment, monkeypatch):
    experiment = make_leaky_experiment()

    def scale(table):
        genes = [name for name in table.columns if name.startswith("gene.")]
        return table.assign(**{name: (table[name] - table[name].mean()) / table[name].std() for name in genes})

    leaky_assemble(monkeypatch, scale)
    assert any(tripped(measure) for measure in garbage(experiment))


def test_a_group_mean_of_all_labels_trips_the_garbage_canary(make_leaky_experiment, monkeypatch):
    experiment = make_leaky_experiment(effect=0.0)

    def encode(table):
        group = table["clin.age_years"].round(-1)
        return table.assign(**{"gene.CXCL9": table.groupby(group)["y"].transform("mean").astype(float)})

    leaky_assemble(monkeypatch, encode)
    assert any(tripped(measure) for measure in garbage(experiment))


def test_a_feature_made_of_the_patients_own_label_trips_the_permutation_canary(make_leaky_experiment, monkeypatch):
    experiment = make_leaky_experiment(effect=0.0)

    def leak(table):
        noisy = table["y"].astype(float) + np.random.default_rng(0).normal(0, 0.5, len(table))
        return table.assign(**{"gene.CXCL9": noisy})

    leaky_assemble(monkeypatch, leak)
    assert tripped(permuted_labels(experiment, PARAMETERS["elastic_net"]))


def test_a_leak_in_the_fitting_of_splits_trips_the_permutation_canary(make_leaky_experiment, monkeypatch):
    from stratify.fit import cross_fit as module

    honest = module.split_rows

    def leak(table, members):
        return honest(table.assign(**{"gene.CXCL9": table["gene.CXCL9"] + 2.0 * table["y"].astype(float)}), members)

    experiment = make_leaky_experiment(effect=0.0)
    monkeypatch.setattr(module, "split_rows", leak)
    assert tripped(permuted_labels(experiment, PARAMETERS["elastic_net"]))


def test_predictions_that_are_not_those_of_the_honest_run_trip_the_row_order_canary(make_experiment):
    experiment = make_experiment(n=40)
    _, reported, _ = run(experiment)
    assert not tripped(row_order(experiment, reported))
    shifted = reported.predictions.assign(score=reported.predictions["score"].to_numpy()[::-1])
    assert tripped(row_order(experiment, dataclasses.replace(reported, predictions=shifted)))


def by_position(monkeypatch):
    """Plant a feature that is the row number in the file."""
    from stratify.assemble import features as module

    original = module.feature_values

    def leaky(*arguments):
        values = original(*arguments)
        return values.assign(**{"gene.CXCL9": np.arange(len(values)) % 7 * 1.0})

    monkeypatch.setattr("stratify.assemble.table.feature_values", leaky)
    monkeypatch.setattr(SINGLE_PATIENT, "feature_values", leaky)


def test_a_feature_by_row_position_trips_the_row_order_and_the_single_patient_canary(make_experiment, monkeypatch):
    experiment = make_experiment()
    by_position(monkeypatch)
    table, reported, final = run(experiment)
    assert tripped(row_order(experiment, reported))
    assert any(tripped(measure) for measure in single_patient(experiment, final, table))


def test_a_score_relative_to_the_batch_trips_the_single_patient_canary(make_experiment):
    experiment = make_experiment(n=40)
    table, _, model = run(experiment)
    assert not any(tripped(measure) for measure in single_patient(experiment, model, table))

    class Relative(ClassifierMixin, BaseEstimator):
        def predict_proba(self, X):
            rank = X["gene.CXCL9"].rank(pct=True).to_numpy() * 0.98
            return np.column_stack([1 - rank, rank])

    relative = type(model)(Relative(), model.card)
    assert tripped(single_patient(experiment, relative, table)[0])


def test_a_z_score_over_the_cohort_trips_the_single_patient_canary(make_experiment, monkeypatch):
    from stratify.assemble import features as module

    original = module.feature_values

    def relative(*arguments):
        values = original(*arguments)
        return values.assign(**{"gene.CD8A": values["gene.CD8A"] - values["gene.CD8A"].mean()})

    experiment = make_experiment(n=40)
    table, _, model = run(experiment)
    monkeypatch.setattr(SINGLE_PATIENT, "feature_values", relative)
    measures = {measure["measure"]: measure for measure in single_patient(experiment, model, table)}
    assert tripped(measures["largest difference between a feature alone and in the cohort"])


def test_permuted_labels_are_quiet_where_cohorts_differ_in_prevalence_and_in_a_feature(make_experiment):
    """Telling cohorts apart is no leak: AUROC is judged within cohorts."""
    experiment = make_experiment(effect=0.0)
    first = experiment.cohorts[0]
    clinical = first.clinical.assign(**{"endpoint.response": (np.arange(60) % 5 == 0) * 1.0})
    second = make_cohort(60, n_genes=12, effect=0.0, name="other", seed=5)
    shifted = second.measurements["expression"].copy()
    shifted.loc["gene.GENE1"] += 10
    cohorts = [
        dataclasses.replace(first, clinical=clinical),
        dataclasses.replace(second, measurements={"expression": shifted}),
    ]
    two = dataclasses.replace(experiment, cohorts=cohorts)
    two = dataclasses.replace(two, splits=make_splits("toy-study", two.study, two.assembled().table))
    assert not tripped(permuted_labels(two, PARAMETERS["elastic_net"]))


def test_fitted_states_are_compared_number_by_number(make_experiment):
    experiment = make_experiment(n=40)
    table, reported, _ = run(experiment)
    train, _ = split_rows(table, experiment.largest_split)
    tuned = reported.tuned["r00f0"]
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
    permuted = _permute(cohort, pd.Index(clinical["sample_id"][1:]), np.random.default_rng(0)).clinical
    assert permuted["endpoint.response"].sum() == clinical["endpoint.response"].sum()
    assert permuted.loc[0, "endpoint.response"] == clinical.loc[0, "endpoint.response"]
    assert not permuted["endpoint.response"].equals(clinical["endpoint.response"])
    whole = permuted[["endpoint.os_days", "endpoint.response"]].apply(tuple, axis=1)
    assert sorted(whole) == sorted(clinical[["endpoint.os_days", "endpoint.response"]].apply(tuple, axis=1))


@pytest.mark.parametrize("model", ["elastic_net", "lightgbm"])
def test_category_levels_of_any_number_are_part_of_the_fitted_state(model):
    frame = pd.DataFrame(
        {
            "clin.sex": pd.Series(["f", "m"] * 20, dtype="str"),
            "clin.stage": pd.Series(["i", "ii", "iii", "iv"] * 10, dtype="str"),
            "clin.age_years": np.arange(40.0),
        }
    )
    y = np.arange(40) % 3 == 0
    pipeline = MODELS[model](frame, 0).fit(frame, y.astype(int))
    other = frame.assign(**{"clin.stage": frame["clin.stage"].replace("iv", "iii")})
    changed = MODELS[model](other, 0).fit(other, y.astype(int))
    state = fitted_state(pipeline)
    assert any("iv" in value.split("\x1f") for value in state.values() if isinstance(value, str))
    assert largest_change(state, state) == 0.0
    assert largest_change(state, fitted_state(changed)) == float("inf")


@pytest.mark.parametrize("model", ["elastic_net", "lightgbm"])
def test_row_order_of_the_tables_changes_no_prediction(make_experiment, model):
    experiment = make_experiment(model=model, n=40)
    table = experiment.assembled().table
    first = cross_fit(experiment.study, model, table, experiment.splits)
    second = cross_fit(
        experiment.study,
        model,
        table.sample(frac=1, random_state=1),
        experiment.splits.sample(frac=1, random_state=1),
    )
    pd.testing.assert_frame_equal(first.predictions, second.predictions)
    assert first.tuned[FINAL].parameters == second.tuned[FINAL].parameters


@pytest.fixture(scope="module")
def by_study(make_experiment):
    """An experiment whose choices leave each training study out."""
    names = ("east", "south", "west")
    cohorts = [make_cohort(40, n_genes=12, name=name, patient_pool=name, seed=len(name)) for name in names]
    return make_experiment(
        model="grouped_ridge",
        cohorts=cohorts,
        models={"grouped_ridge": {}},
        datasets={"train": list(names)},
        design={"kind": "leave_one_out", "unit": "study_family", "inner": "leave_one_out"},
    )


def test_an_honest_model_chosen_by_study_is_quiet(by_study):
    table, reported, final = run(by_study)
    measures = measure_canaries(by_study, reported, final, table)
    assert not [measure.canary for measure in measures.itertuples() if not abs(measure.value) <= measure.limit]


def test_a_coefficient_inside_a_recalibrated_model_is_compared(by_study):
    _, reported, _ = run(by_study)
    pipeline = reported.tuned[FINAL].pipeline
    before = fitted_state(pipeline)
    pipeline[-1].classifier.coef_ = pipeline[-1].classifier.coef_ + 1.0
    assert largest_change(before, fitted_state(pipeline)) == pytest.approx(1.0)
