import numpy as np
import pandas as pd
import pytest

from stratify.split.overlap.fields import FIELDS, shared_fields


def names(first, second):
    return [field.column for field in shared_fields(first, second)]


def test_fields_both_cohorts_have_in_order_of_preference(make_patients):
    first, second = make_patients(60, "a", 0), make_patients(60, "b", 1)
    expected = [field.column for field in FIELDS if field.column in first]
    assert len(expected) == 5
    assert names(first, second) == expected
    assert names(first[first.columns[::-1]], second) == expected
    assert names(first.drop(columns="endpoint.pfs_days"), second) == [name for name in expected if "pfs" not in name]


@pytest.mark.parametrize(
    "imputed",
    [
        pytest.param(lambda n: np.full(n, 3.8), id="constant"),
        pytest.param(lambda n: np.full(n, np.nan), id="unknown"),
        pytest.param(lambda n: np.arange(n) % 9.0, id="nine values"),
        pytest.param(lambda n: np.where(np.arange(n) < 0.6 * n, np.nan, np.arange(n)), id="known for a minority"),
        pytest.param(lambda n: pd.array([f"{value}" for value in range(n)], dtype="str"), id="text"),
    ],
)
def test_a_field_that_tells_nobody_apart_does_not_count(make_patients, imputed):
    first, second = make_patients(60, "a", 0), make_patients(60, "b", 1)
    second = second.assign(**{"clin.albumin_g_per_dl": imputed(60)})
    assert "clin.albumin_g_per_dl" not in names(first, second)
    assert "clin.albumin_g_per_dl" not in names(second, first)
    assert len(names(first, second)) == 4
