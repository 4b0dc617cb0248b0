"""Each oddity of expression: found where it is, and not found where it is not."""

import numpy as np
import pytest

DECLARED = {
    "log2_tpm": {"unit": "log2_tpm", "offset": 1, "to": "log2_tpm"},
    "tpm": {"unit": "tpm", "to": "log2_tpm"},
    "fpkm": {"unit": "fpkm", "to": "log2_tpm"},
    "counts": {"unit": "counts", "to": "log2_cpm"},
}


def found(result):
    return {finding.finding: (finding.severity, finding.n) for finding in result.findings}


def detail(result, name):
    return next(finding.detail for finding in result.findings if finding.finding == name)


@pytest.fixture
def harmonize(harmonized):
    def run(values, unit, **keys):
        names = [f"G{at}" for at in range(len(values))]
        return harmonized(values, names, **{**DECLARED[unit], **keys})

    return run


@pytest.fixture
def tpm(transcriptome):
    return transcriptome()


@pytest.mark.parametrize("unit", ["tpm", "fpkm", "counts", "log2_tpm"])
def test_what_is_as_declared_has_no_findings(harmonize, tpm, unit):
    values = {"counts": np.rint(tpm * 30), "log2_tpm": np.log2(tpm + 1)}.get(unit, tpm)
    assert found(harmonize(values, unit)) == {}


def test_linear_values_called_logarithms(harmonize, tpm):
    result = harmonize(tpm, "log2_tpm")
    assert found(result)["looks_like_another_unit"] == ("error", 6)
    assert "declared as log2_tpm, 6 of 6 samples look linear (a logarithm is at most 20): s1, s2" in detail(
        result, "looks_like_another_unit"
    )


@pytest.mark.parametrize("unit", ["tpm", "fpkm", "counts"])
def test_logarithms_called_linear(harmonize, tpm, unit):
    result = harmonize(np.log2(tpm + 1), unit)
    assert found(result)["looks_like_another_unit"] == ("error", 6)
    assert "look logarithmic (all below 20)" in detail(result, "looks_like_another_unit")


def test_a_logarithm_of_a_logarithm(harmonize, tpm):
    result = harmonize(np.log2(np.log2(tpm + 1) + 1), "log2_tpm")
    assert found(result) == {"looks_like_another_unit": ("error", 6)}
    assert "look twice logarithmic (all below 4.4)" in detail(result, "looks_like_another_unit")


def test_mixed_scales_name_the_samples(harmonize, tpm):
    values = np.log2(tpm + 1)
    values[:, 3] = tpm[:, 3]
    result = harmonize(values, "log2_tpm")
    assert found(result)["mixed_scales"] == ("error", 1)
    assert "1 of 6 samples look linear" in detail(result, "mixed_scales")
    assert ": s4, highest values" in detail(result, "mixed_scales")


def test_the_few_genes_of_a_panel_may_be_low(harmonize, tpm):
    low = 15 * tpm[:50] / tpm[:50].max(axis=0)
    assert "looks_like_another_unit" not in found(harmonize(low, "tpm"))


def test_z_scores_called_logarithms(harmonize, tpm):
    logs = np.log2(tpm + 1)
    scores = (logs - logs.mean(axis=1, keepdims=True)) / (logs.std(axis=1, keepdims=True) + 1e-9)
    result = harmonize(scores, "log2_tpm")
    assert found(result)["centred_genes"][0] == "error"
    assert "as z-scores within a file have" in detail(result, "centred_genes")


def test_negative_counts_become_missing(harmonize):
    result = harmonize([[10, 20], [-1, 5], [30, 15]], "counts")
    assert found(result) == {"negative_values": ("error", 1)}
    assert "1 value in 1 gene below zero (lowest -1): gene.G1" in detail(result, "negative_values")
    np.testing.assert_allclose(result.table["s1"], np.log2([250_001, np.nan, 750_001]), rtol=1e-6)


def test_fractional_counts(harmonize, tpm):
    counts = np.rint(tpm * 30)
    counts[5, 2] = 10.5
    result = harmonize(counts, "counts")
    assert found(result) == {"fractional_counts": ("error", 1)}
    assert "1 of 6 samples hold fractions: s3; accept it for expected counts" in detail(result, "fractional_counts")


@pytest.mark.parametrize("unit", ["tpm", "counts", "log2_tpm"])
def test_an_empty_sample_becomes_missing(harmonize, tpm, unit):
    tpm[:, 1] = 0
    result = harmonize({"counts": np.rint(tpm), "log2_tpm": np.log2(tpm + 1)}.get(unit, tpm), unit)
    assert found(result) == {"all_zero_samples": ("error", 1)}
    assert result.table["s2"].isna().all()
    assert result.table[["s1", "s3"]].notna().all(axis=None)


@pytest.mark.parametrize(
    ("written", "declared", "message"),
    [
        (0.001, 1, "values are below log2(1) = 0, lowest -9.966; check `offset`"),
        (1, 0.001, "with the declared offset 0.001 would be -9.966; perhaps `offset: 1`"),
        (0.5, 0, "perhaps `offset: 0.5`"),
        (0.01, 0.1, "are below log2(0.1) = -3.322, lowest -6.644"),
    ],
)
def test_an_offset_that_the_values_contradict(harmonize, tpm, written, declared, message):
    result = harmonize(np.log2(tpm + written), "log2_tpm", offset=declared)
    assert found(result).keys() == {"offset_mismatch"}
    assert message in detail(result, "offset_mismatch")


def test_two_decimals_are_no_mismatch(harmonize, tpm):
    assert found(harmonize(np.log2(tpm + 0.001).round(2), "log2_tpm", offset=0.001)) == {}


def test_parts_that_sum_to_more_than_a_million(harmonize, tpm):
    tpm[:, 0] *= 2
    result = harmonize(tpm, "tpm")
    assert found(result) == {"sums_above_a_million": ("error", 1)}
    assert "1 of 6 samples sum to more than a million: s1, up to 2,000,000" in detail(result, "sums_above_a_million")


def test_a_sample_that_was_hardly_sequenced(harmonize, tpm):
    tpm[200:, 4] = 0
    result = harmonize(tpm, "tpm")
    assert found(result) == {"few_genes_detected": ("warning", 1)}
    assert ": s5 1" in detail(result, "few_genes_detected")


def test_genes_without_expression_stay_zero_and_other_constants_go(harmonized):
    result = harmonized([[0, 0, 0], [7, 7, 7], [1, 2, 3]], ["A", "B", "C"], unit="tpm", to="log2_tpm")
    table = result.table.set_index("feature")
    assert (table.loc["gene.A"] == 0).all()
    assert table.loc["gene.B"].isna().all()
    assert found(result) == {"genes_without_expression": ("info", 1), "constant_features": ("warning", 1)}


@pytest.mark.parametrize(
    "name", ["1-Mar", "2-Sep", "Sep-02", "10-SEP", "2019-03-01", "1-Dec-2020", "3/1/2019", "1-sept"]
)
@pytest.mark.parametrize("unit", ["tpm", "zscore"])
def test_symbols_that_a_spreadsheet_turned_into_dates(harmonized, name, unit):
    result = harmonized([[1, 2], [3, 4]], ["CD8A", name], unit=unit)
    assert found(result) == {"symbols_turned_into_dates": ("warning", 1)}
    assert f": {name};" in detail(result, "symbols_turned_into_dates")


@pytest.mark.parametrize(
    "name", ["MARCHF1", "SEPTIN2", "DELEC1", "MARCH1", "HLA-A", "7SK", "RP11-34P13.7", "SEP15", "Mar1"]
)
def test_symbols_that_are_no_dates(harmonized, name):
    assert found(harmonized([[1, 2], [3, 4]], ["CD8A", name], unit="tpm")) == {}


def test_the_same_gene_twice(harmonized):
    result = harmonized([[1, 2], [3, 4]], ["A", "A"], unit="tpm", to="log2_tpm")
    assert found(result) == {"duplicate_features": ("error", 2)}
    np.testing.assert_allclose(result.table.iloc[:, 1:], np.log2([[2, 3]]), rtol=1e-6)


@pytest.mark.parametrize("unit", ["tpm", "log2_tpm", "counts"])
def test_infinite_values_end_as_a_finding_not_a_warning(harmonize, tpm, unit):
    values = {"counts": np.rint(tpm), "log2_tpm": np.log2(tpm + 1)}.get(unit, tpm)
    values[0, 0], values[1, 1] = np.inf, -np.inf
    result = harmonize(values, unit)
    assert found(result) == {"non_finite_values": ("error", 2)}
    assert result.table["s1"].isna().sum() == result.table["s2"].isna().sum() == 1
    assert result.table["s1"].sum() > 1000


def test_other_measurements_are_left_alone(harmonized):
    given = np.float32([[-3, 50_000], [0, 0.5]])
    for unit in ("rank_normal", "log2_intensity", "percent"):
        result = harmonized(given, ["A", "B"], unit=unit)
        assert (result.table.iloc[:, 1:].to_numpy() == given).all()
        assert result.findings == []
