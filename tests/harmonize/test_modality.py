import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.harmonize import MODALITY
from stratify.errors import StratifyError
from stratify.harmonize.modality import harmonize_modality

KEYS = pd.Series(["toy:a", "toy:b", "toy:c"], index=["a", "b", "c"], dtype="str")
NAN = np.nan


def measured(values, index, columns):
    return pd.DataFrame(np.float32(values), index=pd.Index(index, dtype="str"), columns=pd.Index(columns, dtype="str"))


def names(result):
    return [finding.finding for finding in result.findings]


def test_joined_by_key_never_by_position(modality):
    raw = measured([[1, 2, 3], [4, 5, 6]], ["X", "Y"], ["c", "a", "b"])
    result = harmonize_modality(raw, modality(), "expression", KEYS, "toy")
    assert result.table.columns.tolist() == ["feature", "toy:a", "toy:b", "toy:c"]
    assert result.table["feature"].tolist() == ["gene.X", "gene.Y"]
    assert result.table.iloc[:, 1:].to_numpy().tolist() == [[2, 3, 1], [5, 6, 4]]
    assert result.findings == []
    MODALITY.validate(result.table)


def test_both_orientations_agree(modality):
    raw = measured([[1, 2, 3], [4, 5, 6]], ["X", "Y"], ["c", "a", "b"])
    straight = harmonize_modality(raw, modality(), "m", KEYS, "toy").table
    turned = harmonize_modality(raw.T, modality(orientation="samples_by_features"), "m", KEYS, "toy").table
    pd.testing.assert_frame_equal(straight, turned)


def test_numbered_rows(modality):
    keys = pd.Series(["toy:row_001", "toy:row_002"], index=["row_001", "row_002"], dtype="str")
    raw = measured([[1, 2], [3, 5]], [1, 2], ["X", "Y"])
    result = harmonize_modality(raw, modality(orientation="samples_by_features", id=None), "m", keys, "toy")
    assert result.table.set_index("feature").loc["gene.X"].to_dict() == {"toy:row_001": 1, "toy:row_002": 3}


def test_samples_of_one_side_only(modality):
    raw = measured([[1, 2, 3], [4, 5, 6]], ["X", "Y"], ["a ", "b", "z"])
    result = harmonize_modality(raw, modality(), "m", KEYS, "toy")
    assert names(result) == ["stripped_id", "samples_without_measurements", "measurements_without_clinical_row"]
    np.testing.assert_array_equal(result.table.iloc[:, 1:].to_numpy(), [[1, 2, NAN], [4, 5, NAN]])


def test_constant_infinite_and_empty_features(modality):
    raw = measured([[1, 1, 1], [np.inf, 2, 3], [NAN, NAN, NAN], [1, 2, 3]], list("CIEX"), list("abc"))
    result = harmonize_modality(raw, modality(), "m", KEYS, "toy")
    assert names(result) == ["non_finite_values", "all_missing_features", "constant_features"]
    expected = [[NAN] * 3, [NAN, 2, 3], [NAN] * 3, [1, 2, 3]]
    np.testing.assert_array_equal(result.table.iloc[:, 1:].to_numpy(), expected)
    assert raw.loc["C"].tolist() == [1, 1, 1], "the input was changed"


def test_the_first_of_repeated_features_and_samples_stays(modality):
    raw = measured([[1, 2, 9], [4, 5, 9], [7, 8, 9]], ["X", "Y", "X"], ["a", "b", "a"])
    result = harmonize_modality(raw, modality(), "m", KEYS, "toy")
    assert names(result)[:2] == ["duplicate_features", "duplicate_measurements"]
    np.testing.assert_array_equal(result.table.iloc[:, 1:].to_numpy(), [[1, 2, NAN], [4, 5, NAN]])


def test_no_common_sample_is_an_error(modality):
    raw = measured([[1, 2]], ["X"], ["A", "B"])
    with pytest.raises(StratifyError, match=r"toy: m.csv: no measured sample .* measured A, B; clinical a, b, c"):
        harmonize_modality(raw, modality(), "m", KEYS, "toy")


def test_keys_that_repeat_between_arms_are_an_error(modality):
    keys = pd.Series(["toy:x:1", "toy:y:1"], index=["1", "1"], dtype="str")
    with pytest.raises(StratifyError, match=r"identifiers repeat between arms.*: 1; "):
        harmonize_modality(measured([[1]], ["X"], ["1"]), modality(), "m", keys, "toy")


def test_a_feature_needs_a_name(modality):
    with pytest.raises(StratifyError, match="1 feature without a name"):
        harmonize_modality(measured([[1, 2], [3, 4]], ["X", " "], ["a", "b"]), modality(), "m", KEYS, "toy")
