import numpy as np
import pandas as pd
import pytest

from stratify.evaluate.sensitivity.curve import learning_curve_rows


def held_out(cohort, y, score, *, size, repeat):
    ids = [f"{cohort}:{number}" for number in range(len(y))]
    return pd.DataFrame({"patient_id": ids, "y": y, "score": score}).assign(
        model="ridge", n_studies=size, repeat=repeat, cohort=cohort
    )


@pytest.fixture
def curve():
    large, small = [1, 0, 1, 0, 1, 0], [1, 0]
    return pd.concat(
        [
            held_out("large", large, [1, 2, 3, 0, 5, 4], size=2, repeat=0),  # 6 of 9 pairs right
            held_out("small", small, [1, 0], size=2, repeat=0),
            held_out("large", large, [0, 1, 0, 1, 0, 1], size=2, repeat=1),
            held_out("small", small, [0, 0], size=2, repeat=1),
            held_out("alike", [0, 0, 0], [1, 2, 3], size=2, repeat=1),
            held_out("large", large, [1, 0, 1, 0, 1, 0], size=1, repeat=0),
        ]
    )


def test_choices_are_averaged_first_then_cohorts(curve):
    rows = pd.DataFrame(learning_curve_rows(curve)).set_index(["variant", "cohort"])
    aurocs = {0: (6 / 9, 1.0), 1: (0.0, 0.5)}
    weighted = [(6 * one + 2 * other) / 8 for one, other in aurocs.values()]
    plain = [np.mean(pair) for pair in aurocs.values()]
    for place, means in (("weighted_mean", weighted), ("mean_of_cohorts", plain)):
        found = rows.loc[("2 studies", place)]
        assert found["estimate"] == pytest.approx(np.mean(means))
        assert [found["low"], found["high"]] == pytest.approx([min(means), max(means)])
        assert [found["n"], found["n_events"]] == [8, 4]
    only = rows.loc[("1 study", "weighted_mean")]
    assert only["estimate"] == 1.0
    assert np.isnan(only["low"])
    assert np.isnan(only["high"])


def test_a_cohort_that_one_choice_could_not_judge_counts_once(curve):
    """Without the small cohort in one choice, its mean is that of the other; no mix of cohorts moves the point."""
    partly = curve[~(curve["cohort"].eq("small") & curve["repeat"].eq(1))]
    found = (
        pd.DataFrame(learning_curve_rows(partly)).set_index(["variant", "cohort"]).loc[("2 studies", "weighted_mean")]
    )
    assert found["estimate"] == pytest.approx((6 * (6 / 9 + 0) / 2 + 2 * 1.0) / 8)
    assert np.isnan(found["low"])


def test_nothing_asked_gives_nothing():
    columns = ["model", "n_studies", "repeat", "cohort", "y", "score"]
    assert list(learning_curve_rows(pd.DataFrame(columns=columns))) == []
