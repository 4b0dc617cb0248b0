"""A champion or a cut-off chosen on held-out patients stops the run."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.metrics import roc_curve

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.fit import CANARY_MEASURES, COMPARATORS, LEARNING_CURVE, PREDICTIONS, TUNING
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import write_table
from stratify.cli import main
from stratify.config.study import Strata
from stratify.evaluate.performance import performance
from stratify.fit.canaries.cut_offs import cut_offs
from stratify.fit.comparators import compare
from stratify.fit.cross_fit import cross_fit

QUIET = pd.DataFrame(
    [{"canary": "row_order", "measure": "a score", "value": 0.0, "limit": 1e-9, "n": 1, "detail": "not measured here"}]
)
"""What the canaries of `fit` measured; those of `evaluate` are what this file is about."""


@pytest.fixture(scope="module")
def handed_over(small, tmp_path_factory):
    """Write what `fit` hands over, once for each design."""
    experiment, folder = small, tmp_path_factory.mktemp("handed_over")
    study, layout = experiment.study, Layout(folder / "results")
    file = folder / "config" / "studies" / "toy-study.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(study.model_dump(mode="json", exclude_none=True, exclude_defaults=True)))
    table = experiment.assembled().table
    name = "toy-study"
    write_table(table, TABLE, layout.table(name))
    write_table(experiment.splits, SPLITS, layout.splits(name))
    for contract, path in ((OVERLAP, layout.overlap(name)), (OVERLAP_SUMMARY, layout.overlap_summary(name))):
        write_table(pd.DataFrame(columns=list(contract.columns)), contract, path)
    compared = compare(study, table, experiment.splits, experiment.signatures).assign(study=name)
    write_table(compared[list(PREDICTIONS.columns)], PREDICTIONS, layout.predictions(name))
    write_table(QUIET.assign(study=name, model=COMPARATORS), CANARY_MEASURES, layout.canary_measures(name))
    for model in study.models:
        fitted = cross_fit(study, model, table, experiment.splits)
        for frame, contract, path in (
            (fitted.predictions, PREDICTIONS, layout.predictions(name, model)),
            (fitted.tuning, TUNING, layout.tuning(name, model)),
            (pd.DataFrame(columns=list(LEARNING_CURVE.columns)), LEARNING_CURVE, layout.learning_curve(name, model)),
            (QUIET, CANARY_MEASURES, layout.canary_measures(name, model)),
        ):
            write_table(frame.assign(study=name, model=model)[list(contract.columns)], contract, path)
    return file, layout


@pytest.fixture
def evaluate(handed_over, monkeypatch, capsys):
    """Give a call of `evaluate` and what it said; intervals are not looked at."""
    file, layout = handed_over
    monkeypatch.setitem(performance.__kwdefaults__, "draws", 20)

    def run():
        code = main(["evaluate", "--study", str(file), "--results", str(layout.results)])
        return code, capsys.readouterr().err

    return run


def test_an_honest_choice_is_quiet(evaluate):
    code, said = evaluate()
    assert code == 0, said


def test_a_champion_chosen_on_outer_results_fails_the_run(evaluate, monkeypatch):
    def best_outside(metrics, canaries, study):
        outer = metrics[
            metrics["role"].ne("train") & metrics["metric"].eq("auroc") & metrics["model"].isin(study.models)
        ]
        return outer.groupby("model")["estimate"].mean().idxmax()

    monkeypatch.setattr("stratify.evaluate.champion.choose_champion", best_outside)
    code, said = evaluate()
    assert code == 2
    assert "canary outer_results of all (step evaluate) failed: changes of the champion" in said


def test_inner_estimates_that_are_outer_ones_fail_the_run(evaluate, monkeypatch):
    """The rule is right, but `inner_auroc` was computed from held-out predictions."""
    from stratify.evaluate import performance as module

    honest = module.performance

    def leaky(predictions, *arguments, **options):
        metrics = honest(predictions, *arguments, **options)
        outer = metrics[metrics["role"].ne("train") & metrics["metric"].eq("auroc") & metrics["subgroup"].eq("all")]
        of_model = metrics["model"].map(outer.groupby("model")["estimate"].mean())
        rows = metrics["metric"].isin(["inner_auroc", "inner_neg_log_loss"])
        return metrics.assign(estimate=metrics["estimate"].mask(rows, of_model))

    monkeypatch.setattr(module, "performance", leaky)
    code, said = evaluate()
    assert code == 2
    assert "(step evaluate) failed: changes of the champion with results on held-out patients" in said


def test_a_run_that_failed_is_not_recorded_by_hand_either(handed_over, evaluate, capsys, tmp_path):
    """`evaluate` leaves its tables for whoever looks for the leak; `track` does not take them."""
    file, layout = handed_over
    quiet = measured(layout).read_bytes()
    try:
        sung = QUIET.assign(study="toy-study", model="lightgbm", value=0.25)
        write_table(sung, CANARY_MEASURES, measured(layout))
        code, said = evaluate()
        assert code == 2
        failure = "canary row_order of lightgbm (step assemble or fit) failed"
        assert failure in said
        store = tmp_path / "mlflow.db"
        command = ["--study", str(file), "--results", str(layout.results), "--tracking-uri", f"sqlite:///{store}"]
        assert main(["track", *command]) == 2
        assert failure in capsys.readouterr().err
        assert not store.exists()
        assert not layout.track("toy-study").exists()
    finally:
        measured(layout).write_bytes(quiet)


def measured(layout):
    return layout.canary_measures("toy-study", "lightgbm")


def youden(y, probability):
    fall_out, hits, thresholds = roc_curve(y, probability)
    return float(np.clip(thresholds[np.argmax(hits - fall_out)], 0.01, 0.98))


def learned_on_test(cohort, predictor, _):
    return youden(cohort.y, predictor.probability[0])


def median_of_test(_, predictor, __):
    return float(np.clip(np.median(predictor.probability), 0.01, 0.98))


@pytest.mark.parametrize("threshold", [learned_on_test, median_of_test])
def test_a_cut_off_chosen_on_the_patients_it_is_judged_on_fails_the_run(evaluate, monkeypatch, threshold):
    from stratify.evaluate import held_out, performance, strata

    honest = strata.event_rates

    def leaky(cohort, predictor, declared):
        cut = threshold(cohort, predictor, declared)
        cuts = Strata(declared_probabilities=[cut, (1 + cut) / 2], labels=declared.labels)
        return honest(cohort, predictor, cuts)

    for module in (held_out, performance):
        monkeypatch.setattr(module, "event_rates", leaky)
    code, said = evaluate()
    assert code == 2
    assert "canary outer_results of all (step evaluate) failed: patients outside the stratum" in said
    moved = "with the labels of held-out patients" if threshold is learned_on_test else "with the scores of others"
    assert f"patients who change stratum {moved}" in said


def test_a_registered_cut_off_that_was_not_declared_fails():
    declared = Strata(declared_probabilities=[0.2, 0.5])

    @dataclasses.dataclass
    class Card:
        cut_offs: list
        strata: list

    @dataclasses.dataclass
    class Model:
        card: Card

    honest = Model(Card([0.2, 0.5], ["low", "intermediate", "high"]))
    youden_of_test = Model(Card([0.37, 0.5], ["low", "intermediate", "high"]))
    assert cut_offs(declared, honest)["value"] == 0
    assert cut_offs(declared, youden_of_test)["value"] == 1


def test_labels_attached_by_position_fail_the_run(evaluate, monkeypatch):
    """Labels are one patient late in every table alike, so that models do not contradict each other."""
    from stratify.commands import same_patients

    honest = same_patients.read_table

    def leaky(contract, path):
        table = honest(contract, path)
        if contract.name != "predictions":
            return table
        labels = table.drop_duplicates("patient_id").set_index("patient_id").sort_index().groupby("cohort")["y"]
        late = labels.transform(lambda of_cohort: np.roll(of_cohort, 1))
        return table.assign(y=table["patient_id"].map(late).astype(table["y"].dtype))

    monkeypatch.setattr(same_patients, "read_table", leaky)
    code, said = evaluate()
    assert code == 2
    assert "canary attachment of all (step fit) failed: predictions with an outcome that is not the patient's" in said
