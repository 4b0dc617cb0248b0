"""Only a run that passed its checks is recorded, with the models and estimates that were judged."""

import shutil

import numpy as np
import pytest

from stratify.artifacts.evaluate import METRICS
from stratify.artifacts.store import read_table, write_table
from stratify.errors import StratifyError
from stratify.track.connection import connect

STUDY, MODELS, N = "toy-study", ("elastic_net", "lightgbm"), 40


def refused(toy):
    with pytest.raises(StratifyError) as refusal:
        toy.track()
    return str(refusal.value)


def test_a_failed_canary_leaves_the_store_as_it_was(toy):
    toy.track()
    before = (toy.folder / "mlflow.db").read_bytes(), toy.layout.track(STUDY).read_bytes()
    toy.write_evaluation(failed=("elastic_net",))
    said = refused(toy)
    assert "1 of 2 canaries failed, so nothing is recorded" in said
    assert "canary row_order of elastic_net (step assemble or fit) failed" in said
    assert ((toy.folder / "mlflow.db").read_bytes(), toy.layout.track(STUDY).read_bytes()) == before


def test_without_a_champion_nothing_is_registered_and_the_alias_is_taken_away(toy):
    toy.track()
    for name in MODELS:
        toy.write_model(name, 1.0, inner_auroc=np.nan)
    toy.write_evaluation()
    assert toy.track() == 0
    assert (toy.record["champion"], toy.record["alias"], toy.record["registered_version"]) == (None, None, None)
    (registered,) = connect(toy.uri, create=False).search_registered_models()
    assert registered.aliases == {}


def test_estimates_of_another_tuning_are_refused(toy):
    """As if the metrics had been edited, or the model fitted again, to make another champion."""
    metrics = read_table(METRICS, toy.layout.metrics(STUDY))
    better = metrics["model"].eq("lightgbm") & metrics["metric"].eq("inner_auroc")
    write_table(metrics.assign(estimate=metrics["estimate"].mask(better, 0.99)), METRICS, toy.layout.metrics(STUDY))
    assert "lightgbm: inner_auroc is 0.99 in the metrics, but 0.6 in its tuning results" in refused(toy)
    assert connect(toy.uri, create=False).search_registered_models() == []


@pytest.mark.parametrize("other", ["fit", "name"])
def test_another_model_than_the_one_that_was_judged_is_refused(toy, other):
    predictions = toy.layout.predictions(STUDY, "elastic_net")
    judged = predictions.read_bytes()
    if other == "fit":
        toy.write_model("elastic_net", 100.0)
        predictions.write_bytes(judged)
        expected = f"elastic_net: the model in the results gives {N} training patients of {N} another probability"
    else:
        shutil.rmtree(toy.layout.model(STUDY, "elastic_net"))
        shutil.copytree(toy.layout.model(STUDY, "lightgbm"), toy.layout.model(STUDY, "elastic_net"))
        expected = f"expected the model 'elastic_net' of study '{STUDY}', found 'lightgbm'"
    assert expected in refused(toy)
    assert connect(toy.uri, create=False).search_registered_models() == []
