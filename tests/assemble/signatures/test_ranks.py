import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from stratify.assemble.signatures.ranks import doubled_ranks, doubled_ranks_at_top

VALUES = st.lists(st.one_of(st.integers(0, 6).map(float), st.floats(-1e6, 1e6)), min_size=1, max_size=60)


@given(VALUES, st.randoms())
def test_ranks_are_those_of_scipy_with_missing_values_left_out(values, random):
    array = np.array(values)
    array[[random.random() < 0.2 for _ in values]] = np.nan
    present = ~np.isnan(array)
    ranks, n_ranked = doubled_ranks(array)
    assert n_ranked == present.sum()
    assert (ranks[~present] == 0).all()
    np.testing.assert_array_equal(ranks[present], 2 * rankdata(array[present]))


@given(VALUES, st.data())
def test_ranks_at_the_top_are_exact_and_the_others_stay_below(values, data):
    array = np.array(values)
    top = data.draw(st.integers(1, len(values)))
    exact, _ = doubled_ranks(array)
    found = doubled_ranks_at_top(array, top)
    highest = array >= np.sort(array)[-top]
    np.testing.assert_array_equal(found[highest], exact[highest])
    assert (found[~highest] == 2).all()


def test_zero_expression_on_the_log_scale_is_the_lowest_rank_shared():
    assert doubled_ranks(np.array([-np.inf, 1.0, -np.inf], dtype="float32"))[0].tolist() == [3, 6, 3]


@pytest.mark.parametrize("n", [0, 3])
def test_a_sample_without_values_has_no_ranks(n):
    ranks, n_ranked = doubled_ranks(np.full(n, np.nan))
    assert (ranks.tolist(), n_ranked) == ([0] * n, 0)
