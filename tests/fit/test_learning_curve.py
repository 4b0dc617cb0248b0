import numpy as np
import pytest

from stratify.artifacts.fit import LEARNING_CURVE
from stratify.artifacts.split import FINAL
from stratify.errors import StratifyError
from stratify.fit.cross_fit import cross_fit, fit_split, predict
from stratify.fit.learning_curve import learning_curve
from stratify.synthetic import make_cohort


@pytest.fixture(scope="module")
def experiment(make_experiment):
    names = ("east", "north", "south", "west")
    cohorts = [
        make_cohort(20 + 4 * number, n_genes=12, name=name, patient_pool=name, seed=number)
        for number, name in enumerate(names)
    ]
    return make_experiment(
        cohorts=cohorts,
        datasets={"train": list(names)},
        design={"kind": "leave_one_out", "unit": "study_family", "inner": {"folds": 3, "repeats": 1}},
        learning_curve={"studies": [1, 2, 3, 9], "repeats": 2},
        models={"elastic_net": {"search": {"C": [0.1], "l1_ratio": [0.1]}}},
    )


@pytest.fixture(scope="module")
def curve(experiment):
    table = experiment.assembled().table
    reported = cross_fit(experiment.study, "elastic_net", table, experiment.splits)
    return learning_curve(experiment.study, "elastic_net", table, experiment.splits, reported.tuned), table, reported


def test_every_held_out_patient_is_predicted_once_a_choice(curve, experiment):
    rows, table, _ = curve
    LEARNING_CURVE.validate(rows.assign(study="toy", model="elastic_net")[list(LEARNING_CURVE.columns)])
    assert sorted(rows["n_studies"].unique()) == [1, 2, 3]
    assert FINAL not in set(rows["split"])
    for _, choice in rows.groupby(["n_studies", "repeat"]):
        assert sorted(choice["patient_id"]) == sorted(table["patient_id"])


def test_with_every_training_study_it_is_the_model_of_the_split(curve):
    rows, _, reported = curve
    whole = rows[rows["n_studies"].eq(3)].set_index("patient_id")["score"]
    held_out = reported.predictions[reported.predictions["role"].ne("train")].set_index("patient_id")["score"]
    np.testing.assert_allclose(whole, held_out.reindex(whole.index), atol=1e-9)


def test_a_choice_never_holds_the_study_it_is_judged_on(curve, experiment):
    rows, table, reported = curve
    sizes = table["cohort"].value_counts()
    alone = rows[rows["n_studies"].eq(1)]
    for (_, cohort), choice in alone.groupby(["repeat", "cohort"]):
        learned = choice["n_learned_from"].iloc[0]
        teachers = [name for name, size in sizes.items() if size == learned and name != cohort]
        assert len(teachers) == 1
        taught = table[table["cohort"].eq(teachers[0])].sort_values("patient_id", ignore_index=True)
        judged = table[table["cohort"].eq(cohort)].sort_values("patient_id")
        split = choice["split"].iloc[0]
        model = fit_split(experiment.study, "elastic_net", taught, reported.tuned[split].parameters)
        features = [name for name in table if "." in name and name in model.pipeline.feature_names_in_]
        expected = predict(model.pipeline, judged, features)["score"]
        np.testing.assert_allclose(choice.sort_values("patient_id")["score"], expected, atol=1e-9)


def test_a_study_that_does_not_ask_has_none(curve, experiment):
    _, table, reported = curve
    silent = experiment.study.model_copy(update={"learning_curve": None})
    assert learning_curve(silent, "elastic_net", table, experiment.splits, reported.tuned).empty


def test_it_needs_studies_to_choose_from(make_study):
    with pytest.raises(StratifyError, match="learning_curve needs design leave_one_out, found repeated_nested_cv"):
        make_study(learning_curve={"studies": [2]})
