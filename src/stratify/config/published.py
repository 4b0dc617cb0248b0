"""The published scores and models a study can name as comparators, and the columns each reads.

Apart from the estimators themselves (`stratify.fit.published`), so that a study file is checked without loading them.
"""

_LORIS = (
    "clin.tmb_per_mb",
    "clin.prior_systemic_therapy",
    "clin.albumin_g_per_dl",
    "clin.nlr",
    "clin.age_years",
    "clin.cancer_type",
)

COMPARATOR_INPUTS: dict[str, tuple[str, ...]] = {
    "loris_pan_cancer": _LORIS,
    "loris_nsclc": (
        "clin.tmb_per_mb",
        "clin.pdl1_tps_percent",
        "clin.prior_systemic_therapy",
        "clin.albumin_g_per_dl",
        "clin.nlr",
        "clin.cancer_type",
    ),
    "loris_refit": _LORIS,
    "rf16": (
        "clin.cancer_type",
        "clin.albumin_g_per_dl",
        "clin.hla_divergence",
        "clin.tmb_per_mb",
        "clin.cna_percent",
        "clin.bmi_kg_per_m2",
        "clin.nlr",
        "clin.platelets_k_per_ul",
        "clin.hemoglobin_g_per_dl",
        "clin.stage_iv",
        "clin.age_years",
        "clin.therapy_class",
        "clin.prior_systemic_therapy",
        "clin.hla_loh",
        "clin.msi_status",
        "clin.sex",
    ),
    "tmb_10": ("clin.tmb_per_mb",),
    "plain_ridge": (),
    "tide": (),
}
"""Columns of the study table by comparator."""

COHORT_RELATIVE = frozenset({"tide"})
"""Comparators that read the expression of whole cohorts, because a patient's score depends on the others in the file:
nothing of theirs is in the study table, and no model can read it."""

COHORT_RELATIVE_MEANS = "cohort-relative: a patient's score depends on the others in the file"
"""Stands with such a comparator wherever it is shown."""
