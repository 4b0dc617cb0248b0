"""Scores and labels re-attached by position are found, each by the canary that is there for it."""

import numpy as np
import pytest

from stratify.evaluate.attachment import attachment
from stratify.evaluate.canaries import describe_failures, judge
from stratify.fit.canaries.single_patient import single_patient
from stratify.fit.cross_fit import cross_fit
from stratify.fit.final import final_model

HELD_OUT = "largest difference between a held-out score alone and as reported"


@pytest.fixture
def experiment(small):
    return small


def run(experiment):
    table = experiment.assembled().table
    reported = cross_fit(experiment.study, experiment.model, table, experiment.splits)
    tuned = reported.tuned["final"]
    final = final_model(
        experiment, datasets={one.name: one.config for one in experiment.cohorts}, tuned=tuned, train=table
    )
    return table, reported, final


def alone(experiment):
    table, reported, final = run(experiment)
    measures = single_patient(experiment, final, table, reported)
    return {measure["measure"]: abs(measure["value"]) <= measure["limit"] for measure in measures}


def test_an_honest_run_is_quiet(experiment):
    assert all(alone(experiment).values())


def plant(monkeypatch, change):
    from stratify.fit import cross_fit as module

    honest = module.predict
    monkeypatch.setattr(module, "predict", lambda pipeline, rows, features: change(honest, pipeline, rows, features))


def test_a_scorer_that_sorts_its_output_trips_the_single_patient_canary(experiment, monkeypatch):
    def sorts(honest, *arguments):
        return {name: np.sort(values) for name, values in honest(*arguments).items()}

    plant(monkeypatch, sorts)
    assert not alone(experiment)[HELD_OUT]


def test_correction_over_the_test_rows_trips_the_single_patient_canary(experiment, monkeypatch):
    """Each test cohort is centred on itself before it is scored: a patient's score depends on who else is there."""

    def centred(honest, pipeline, rows, features):
        genes = [name for name in features if name.startswith("gene.")]
        by_cohort = rows.groupby("cohort")[genes].transform("mean")
        return honest(pipeline, rows.assign(**(rows[genes] - by_cohort)), features)

    plant(monkeypatch, centred)
    assert not alone(experiment)[HELD_OUT]


def failures(predictions, experiment, table):
    return describe_failures(judge(attachment(predictions, table, experiment.splits, study_id="toy-study")))


def test_labels_of_other_patients_are_found(experiment):
    table, reported, _ = run(experiment)
    predictions = reported.predictions.assign(model="elastic_net")
    assert not failures(predictions, experiment, table)
    ordered = predictions.sort_values("score").index
    swapped = predictions.assign(y=predictions.loc[ordered, "y"].to_numpy())
    (message,) = failures(swapped, experiment, table)
    assert message.startswith("canary attachment of all (step fit) failed: predictions with an outcome that is not")


def test_a_training_patient_called_held_out_is_found(experiment):
    table, reported, _ = run(experiment)
    predictions = reported.predictions.assign(model="elastic_net")
    role = predictions.loc[predictions["role"].ne("train"), "role"].iloc[0]
    (message, *_) = failures(predictions.assign(role=role), experiment, table)
    assert "predictions in another role than the split's" in message


def test_an_internal_cohort_called_external_is_found(make_experiment, three_hospitals):
    experiment = make_experiment(
        cohorts=three_hospitals,
        datasets={"train": ["toy"], "evaluate": ["sister", "far"]},
        design={"kind": "external", "inner": {"folds": 3, "repeats": 1}},
    )
    table, reported, _ = run(experiment)
    predictions = reported.predictions.assign(model="elastic_net")
    external = predictions.assign(role=predictions["role"].replace("internal", "external"))
    (message,) = failures(external, experiment, table)
    assert "external predictions of a pool that was learned from is 40, limit 0" in message
