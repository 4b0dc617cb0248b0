import numpy as np
import pytest

from stratify.evaluate.net_benefit import metric_name, net_benefit

Y = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
P = np.array([0.9, 0.2, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
ONES = np.ones((1, 10))


def test_net_benefit_by_hand():
    """At 20 %, two true and two false positives in ten: 2/10 - 2/10 * (0.2 / 0.8)."""
    assert net_benefit(Y, P, ONES, threshold=0.2)[0] == pytest.approx(0.15)
    assert net_benefit(Y, P, ONES, threshold=0.5)[0] == pytest.approx(0.1)
    assert net_benefit(Y, np.zeros(10), ONES, threshold=0.5)[0] == 0


@pytest.mark.parametrize("threshold", [0.1, 0.2, 0.5])
def test_it_is_bracketed_by_a_perfect_model_and_by_treating_everyone(threshold):
    everyone = net_benefit(Y, np.ones(10), ONES, threshold=threshold)[0]
    assert everyone == pytest.approx(0.2 - 0.8 * threshold / (1 - threshold))
    assert net_benefit(Y, Y.astype(float), ONES, threshold=threshold)[0] == pytest.approx(0.2)


def test_weights_count_patients_more_than_once():
    weights = np.array([[0, 2, 1, 1, 1, 1, 1, 1, 1, 1]], dtype=float)
    assert net_benefit(Y, P, weights, threshold=0.2)[0] == pytest.approx(0.15)


def test_metric_names_are_snake_case():
    assert [metric_name(t) for t in (0.2, 0.5, 0.125)] == ["net_benefit_20", "net_benefit_50", "net_benefit_12_5"]
