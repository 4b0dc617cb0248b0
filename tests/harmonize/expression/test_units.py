"""Conversions against hand-worked numbers and written-out formulas."""

import numpy as np
import pytest

ABC = ["A", "B", "C"]


def values(result):
    return result.table.set_index("feature").to_numpy()


def test_counts_to_log2_cpm_by_hand(harmonized):
    # 10 + 30 + 60 reads: 100,000, 300,000 and 600,000 a million; 0 + 5 + 15: 0, 250,000 and 750,000.
    result = harmonized([[10, 0], [30, 5], [60, 15]], ABC, unit="counts", to="log2_cpm")
    expected = np.log2([[100_001, 1], [300_001, 250_001], [600_001, 750_001]])
    np.testing.assert_allclose(values(result), expected, rtol=1e-6)
    assert values(result)[0, 1] == 0


def test_counts_to_log2_tpm_by_hand(harmonized):
    # Lengths of 1, 2 and 4 kb: 10, 15 and 15 reads a kilobase of 40: 250,000, 375,000, 375,000.
    lengths = {"A": 1000.0, "B": 2000.0, "C": 4000.0}
    options = {"lengths": {"source": "l", "file": "l.tsv", "id": "gene", "length": "bp"}, "to": "log2_tpm"}
    result = harmonized([[10, 1], [30, 2], [60, 3]], ABC, lengths, unit="counts", **options)
    np.testing.assert_allclose(values(result)[:, 0], np.log2([250_001, 375_001, 375_001]), rtol=1e-6)


def test_a_gene_without_length_counts_for_nothing(harmonized):
    options = {"lengths": {"source": "l", "file": "l.tsv", "id": "gene", "length": "bp"}, "to": "log2_tpm"}
    with_c = harmonized([[10, 1], [30, 2], [60, 3]], ABC, {"A": 1000, "B": 2000}, unit="counts", **options)
    without_c = harmonized([[10, 1], [30, 2]], ABC[:2], {"A": 1000, "B": 2000}, unit="counts", **options)
    assert (values(with_c) == values(without_c)).all()
    assert [finding.finding for finding in with_c.findings] == ["genes_without_length"]


def test_fpkm_to_log2_tpm_by_hand(harmonized):
    # 1 + 3 + 4 FPKM make a million.
    result = harmonized([[1, 5], [3, 0], [4, 15]], ABC, unit="fpkm", to="log2_tpm")
    np.testing.assert_allclose(values(result)[:, 0], np.log2([125_001, 375_001, 500_001]), rtol=1e-6)
    np.testing.assert_allclose(values(result)[:, 1], np.log2([250_001, 1, 750_001]), rtol=1e-6)


def test_log2_fpkm_to_log2_tpm_equals_the_linear_way(harmonized):
    fpkm = np.array([[1, 5], [3, 0], [4, 15]])
    linear = harmonized(fpkm, ABC, unit="fpkm", to="log2_tpm")
    logs = harmonized(np.log2(fpkm + 0.5), ABC, unit="log2_fpkm", offset=0.5, to="log2_tpm")
    np.testing.assert_allclose(values(logs), values(linear), rtol=1e-5)


@pytest.mark.parametrize("offset", [0.0, 0.001, 0.1, 1.0])
def test_the_declared_offset_is_undone(harmonized, transcriptome, offset):
    tpm = transcriptome()
    names = [f"G{at}" for at in range(len(tpm))]
    with np.errstate(divide="ignore"):
        written = np.log2(tpm + offset)
    result = harmonized(written, names, unit="log2_tpm", offset=offset, to="log2_tpm")
    np.testing.assert_allclose(values(result), np.log2(tpm + 1), atol=1e-4)
    assert (values(result)[tpm == 0] == 0).all()
    assert result.findings == []


def test_tpm_of_a_file_without_some_genes_are_not_scaled_up(harmonized):
    result = harmonized([[100, 3], [200, 4]], ["A", "B"], unit="tpm", to="log2_tpm")
    np.testing.assert_allclose(values(result), np.log2([[101, 4], [201, 5]]), rtol=1e-6)


def test_counts_are_divided_by_every_gene_of_the_file(harmonized, from_entrez):
    # 99 is in no gene table; its 900 reads belong to the sample all the same.
    result = harmonized([[100, 1], [900, 1]], ["1", "99"], unit="counts", to="log2_cpm", genes=from_entrez)
    np.testing.assert_allclose(values(result)[0], np.log2([100_001, 500_001]), rtol=1e-6)


def test_without_a_target_the_values_are_the_file_s(harmonized):
    given = np.float32([[1.5, 2.25], [0.1, 7]])
    assert (values(harmonized(given, ["A", "B"], unit="tpm")) == given).all()


@pytest.mark.parametrize(
    "keys",
    [
        {"unit": "counts", "to": "log2_cpm"},
        {"unit": "fpkm", "to": "log2_tpm"},
        {"unit": "counts"},
        {"unit": "tpm", "to": "log2_tpm"},
    ],
)
def test_a_sample_has_the_same_values_in_any_company(harmonized, transcriptome, keys):
    table = np.rint(transcriptome(n_samples=300)) if keys["unit"] == "counts" else transcriptome(n_samples=300)
    names = [f"G{at}" for at in range(len(table))]
    together = values(harmonized(table, names, **keys))
    order = np.random.default_rng(1).permutation(300)
    assert (values(harmonized(table[:, order], names, **keys)) == together[:, order]).all()
    for at in (0, 255, 256, 299):
        alone = values(harmonized(table[:, [at]], names, **keys))
        assert (alone == together[:, [at]]).all()


def test_a_sample_that_was_not_measured_is_missing(modality):
    import pandas as pd

    from stratify.harmonize.modality import harmonize_modality

    raw = pd.DataFrame(np.float32([[10], [30]]), index=["A", "B"], columns=["s2"])
    keys = pd.Series(["toy:s1", "toy:s2"], index=["s1", "s2"])
    result = harmonize_modality(raw, modality(unit="counts", to="log2_cpm"), "m", keys, "toy")
    assert np.isnan(values(result)[:, 0]).all()
    np.testing.assert_allclose(values(result)[:, 1], np.log2([250_001, 750_001]), rtol=1e-6)
    assert [finding.finding for finding in result.findings] == ["samples_without_measurements"]
