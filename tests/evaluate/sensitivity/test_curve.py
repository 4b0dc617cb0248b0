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


def test_cohorts_are_averaged_first_then_choices(curve):
    rows = pd.DataFrame(learning_curve_rows(curve)).set_index(["variant", "cohort"])
    aurocs = {0: (6 / 9, 1.0), 1: (0.0, 0.5)}
    weighted = [(6 * one + 2 * other) / 8 for one, other in aurocs.values()]
    plain = [np.mean(pair) for pair in aurocs.values()]
    for place, means in (("weighted_mean", weighted), ("mean_of_cohorts", plain)):
        found = rows.loc[("2 studies", place)]
        assert found["estimate"] == pytest.approx(np.mean(means))
        assert [found["low"], found["high"]] == pytest.approx([min(means), max(means)])
        assert [found["n"], found["n_events"]] == [8, 4]
    assert rows.loc[("1 study", "weighted_mean"), "estimate"] == 1.0


def test_nothing_asked_gives_nothing():
    columns = ["model", "n_studies", "repeat", "cohort", "y", "score"]
    assert list(learning_curve_rows(pd.DataFrame(columns=columns))) == []
