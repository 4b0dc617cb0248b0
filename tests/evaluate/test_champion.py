import pandas as pd
import pytest

from stratify.evaluate.canaries import judge
from stratify.evaluate.champion import choose_champion


def inner(elastic_net, lightgbm, metric="inner_auroc"):
    return pd.DataFrame(
        {"model": ["elastic_net", "lightgbm"], "role": "train", "metric": metric, "estimate": [elastic_net, lightgbm]}
    )


@pytest.fixture
def passed(synthetic):
    return judge(synthetic.measures)


def failing(canaries, *models):
    return canaries.assign(passed=(~canaries["model"].isin(models)).astype("boolean"))


@pytest.mark.parametrize(
    ("estimates", "expected"),
    [((0.7, 0.6), "elastic_net"), ((0.6, 0.7), "lightgbm"), ((0.6, 0.6), "elastic_net"), ((None, 0.5), "lightgbm")],
)
def test_the_best_inner_estimate_wins_and_a_tie_goes_to_the_first(synthetic, passed, estimates, expected):
    assert choose_champion(inner(*estimates), passed, synthetic.study) == expected


def test_outer_results_do_not_choose(synthetic, passed):
    outer = inner(0.5, 0.9, "auroc").assign(role="cv")
    assert choose_champion(pd.concat([inner(0.7, 0.6), outer]), passed, synthetic.study) == "elastic_net"


def test_a_model_whose_canary_failed_cannot_win(synthetic, passed):
    metrics = inner(0.7, 0.6)
    assert choose_champion(metrics, failing(passed, "elastic_net"), synthetic.study) == "lightgbm"
    assert choose_champion(metrics, failing(passed, "elastic_net", "lightgbm"), synthetic.study) is None


def test_a_failed_canary_of_the_data_disqualifies_everyone(synthetic, passed):
    shared = passed.iloc[:1].assign(model="all", canary="overlap", passed=pd.array([False], dtype="boolean"))
    assert choose_champion(inner(0.7, 0.6), pd.concat([passed, shared]), synthetic.study) is None


def test_the_rule_of_the_study_is_followed(synthetic, passed):
    rule = synthetic.study.champion.model_copy(update={"metric": "neg_log_loss", "among": ["lightgbm"]})
    study = synthetic.study.model_copy(update={"champion": rule})
    metrics = pd.concat([inner(0.9, 0.8), inner(-0.2, -0.3, "inner_neg_log_loss")])
    assert choose_champion(metrics, passed, study) == "lightgbm"
    both = study.model_copy(update={"champion": rule.model_copy(update={"among": []})})
    metrics = pd.concat([inner(0.9, 0.8), inner(-0.5, -0.3, "inner_neg_log_loss")])
    assert choose_champion(metrics, passed, both) == "lightgbm"
