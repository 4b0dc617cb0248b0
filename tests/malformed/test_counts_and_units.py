"""Counts that are no counts, and expression in another unit than declared."""

import gzip

import numpy as np
import pytest
from corpus import FINDINGS, Case, cohort

N_GENES = 1500
RNG = np.random.default_rng(0)
TPM = RNG.lognormal(1, 2, (N_GENES, 3))
TPM = TPM / TPM.sum(axis=0) * 1e6
COUNTS = RNG.poisson(20, (N_GENES, 3))
LOG2_TPM = {"unit": "log2_tpm", "offset": 1, "to": "log2_tpm"}


def rows(values, form="{:.4f}", header="gene\t01\t02\t03"):
    lines = ("\t".join([f"G{gene}", *map(form.format, row)]) for gene, row in enumerate(values))
    return "\n".join([header, *lines]) + "\n"


def changed(values, gene, sample, value):
    values = values.copy()
    values[gene, sample] = value
    return values


def counted(name, content, message, file="m.tsv", leaves=(), **keys):
    layout = {"reader": "counts_table", "unit": "counts", "file": file, **keys}
    return Case(name, cohort({file: content}, expression=layout), message, leaves)


def expressed(name, values, message, **keys):
    return Case(name, cohort({"m.tsv": rows(values)}, expression=keys), message, FINDINGS)


WHOLE = rows(COUNTS, "{:d}")
COUNT_CASES = [
    counted(
        "negative counts",
        rows(changed(COUNTS, 7, 1, -3), "{:d}"),
        r"m\.tsv: 1 negative count, the first -3 for G7 in 02; counts are zero or more",
    ),
    counted(
        "text among counts", WHOLE.replace("G7\t", "G7\tx"), r"m\.tsv: column '01': .*found 1 value: 'x\d+' \(G7\)"
    ),
    counted("sample twice", WHOLE.replace("02", "01", 1), r"m\.tsv: duplicate sample names: 01"),
    counted("counts without data", "gene\t01\t02\t03\n", r"m\.tsv: the table is empty: 1 row"),
    counted("counts without data or id", "gene\t01\t02\t03\n", r"m\.tsv: the table is empty: 1 row", id=None),
    counted(
        "truncated gz of counts",
        gzip.compress(WHOLE.encode())[:900],
        r"m\.txt\.gz: not readable: Compressed file ended",
        "m.txt.gz",
        id=None,
    ),
    counted("commas in a count table", WHOLE.replace("\t", ","), r"m\.tsv: .*perhaps ','", id=None),
    counted("count missing in a row", WHOLE.replace("G7\t", "G7"), r"m\.tsv: ragged table: .*row 8 has 3"),
    counted(
        "samples in rows of counts",
        WHOLE,
        r"m\.tsv: a table of counts has genes in rows: `orientation: features_by_samples`",
        orientation="samples_by_features",
    ),
    counted(
        "expected counts",
        rows(COUNTS + 0.25),
        r"fractional_counts \[expression\]: declared as counts, 3 of 3 samples hold fractions",
        leaves=FINDINGS,
    ),
    counted(
        "logarithms called counts",
        rows(np.log2(COUNTS + 1)),
        r"looks_like_another_unit.*declared as counts, 3 of 3 samples look logarithmic.*fractional_counts",
        leaves=FINDINGS,
    ),
    counted(
        "a sample without reads",
        rows(COUNTS * [1, 0, 1], "{:d}"),
        r"all_zero_samples \[expression\]: 1 sample without any expression: 02",
        leaves=FINDINGS,
        to="log2_cpm",
    ),
    Case(
        "counts as the clinical table",
        cohort({"c.csv": WHOLE}, {"reader": "counts_table"}),
        r"c\.csv: `reader: counts_table` reads measurements, no clinical table",
    ),
]
UNIT_CASES = [
    expressed(
        "logarithm of a logarithm",
        np.log2(np.log2(TPM + 1) + 1),
        r"looks_like_another_unit \[expression\]: declared as log2_tpm, 3 of 3 samples look twice logarithmic",
        **LOG2_TPM,
    ),
    expressed(
        "logarithm of a logarithm, kept as it is",
        np.log2(np.log2(TPM + 1) + 1),
        r"looks_like_another_unit \[expression\]: .*twice logarithmic",
        unit="log2_tpm",
    ),
    expressed("linear called logarithm", TPM, r"declared as log2_tpm, 3 of 3 samples look linear", unit="log2_tpm"),
    expressed("logarithm called linear", np.log2(TPM + 1), r"declared as tpm, 3 of 3 samples look logarithmic"),
    expressed(
        "one sample on another scale",
        np.log2(TPM * [1, 1, 0] + 1) + TPM * [0, 0, 1],
        r"mixed_scales \[expression\]: declared as log2_tpm, 1 of 3 samples look linear.*: 03",
        **LOG2_TPM,
    ),
    expressed(
        "counts called tpm",
        RNG.poisson(2000, (N_GENES, 3)),
        r"sums_above_a_million \[expression\]: declared as tpm, 3 of 3 samples sum to more than a million",
        to="log2_tpm",
    ),
    expressed(
        "tpm below zero",
        changed(TPM, 7, 1, -2),
        r"negative_values \[expression\]: declared as tpm, 1 value in 1 gene below zero \(lowest -2\): gene\.G7",
    ),
    expressed(
        "wrong offset",
        np.log2(TPM * (TPM > 20) + 0.01),
        r"offset_mismatch \[expression\]: .* values are below log2\(1\) = 0",
        **LOG2_TPM,
    ),
]
CASES = [*COUNT_CASES, *UNIT_CASES]


@pytest.mark.parametrize(
    ("values", "layout"),
    [
        (COUNTS, {"reader": "counts_table", "unit": "counts", "to": "log2_cpm"}),
        (TPM, {"unit": "tpm", "to": "log2_tpm"}),
        (np.log2(TPM + 1), LOG2_TPM),
    ],
    ids=["counts", "tpm", "log2_tpm"],
)
def test_undamaged(succeeds, values, layout):
    assert succeeds(cohort({"m.tsv": rows(values, "{:.9g}")}, expression=layout))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
