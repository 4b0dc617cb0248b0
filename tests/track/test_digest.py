import numpy as np
import pandas as pd
import pytest

from stratify.track.digest import table_digest, value_digest

TABLE = pd.DataFrame({"a": [1.0, np.nan, 0.0], "b": pd.Series(["x", None, "y"], dtype="str")}, index=[5, 6, 7])


@pytest.mark.parametrize(
    "same",
    [
        TABLE.reset_index(drop=True),
        TABLE.astype({"b": object}),
        TABLE.assign(a=pd.array([1, None, 0], dtype="Int64")),
        TABLE.assign(a=[1.0, np.nan, -0.0]),
    ],
)
def test_the_same_values_in_another_form_have_the_same_digest(same):
    assert table_digest(same) == table_digest(TABLE)


@pytest.mark.parametrize(
    "other",
    [
        TABLE.iloc[:2],
        TABLE.iloc[::-1],
        TABLE.rename(columns={"a": "c"}),
        TABLE.assign(a=[1.0, np.nan, 1e-300]),
        TABLE.assign(b=["x", "None", "y"]),
        TABLE[["b", "a"]],
    ],
)
def test_other_values_have_another_digest(other):
    assert table_digest(other) != table_digest(TABLE)


def test_a_file_read_again_has_the_same_digest(tmp_path):
    TABLE.to_parquet(tmp_path / "a.parquet", index=False, compression="gzip")
    assert table_digest(pd.read_parquet(tmp_path / "a.parquet")) == table_digest(TABLE)


def test_the_order_of_keys_does_not_count_that_of_lists_does():
    assert value_digest({"a": 1, "b": [1, 2]}) == value_digest({"b": [1, 2], "a": 1})
    assert value_digest([1, 2]) != value_digest([2, 1])
