"""Readable titles of models, comparators, metrics and canaries."""

from stratify.config.published import COMPARATOR_INPUTS

MODELS = {
    "elastic_net": "Elastic net",
    "lightgbm": "LightGBM",
    "spline_logistic": "Spline regression",
    "ensemble": "Ensemble",
    "grouped_ridge": "Grouped ridge",
    "invariant_ridge": "Invariant ridge",
    "extra_trees": "Randomised trees",
    "ridge_and_trees": "Ridge and trees",
    "rank_lightgbm": "Ranking trees",
    "biomarker_stack": "Stacked biomarkers",
    "prevalence": "Training prevalence",
    "group_mean": "Mean of group",
    "loris_pan_cancer": "LORIS",
    "loris_nsclc": "LORIS for lung",
    "loris_refit": "LORIS, refitted",
    "rf16": "RF16, refitted",
    "tmb_10": "TMB ≥ 10 per Mb",
    "tide": "TIDE (cohort-relative)",
    "plain_ridge": "Plain ridge",
    "cohort_prevalence": "Own prevalence",
}
GROUP_MEAN = "group_mean"
NAIVE = ("prevalence", GROUP_MEAN)


def is_feature(name: str) -> bool:
    """Tell whether a model's name is that of a feature (`gene.CXCL9`), as a single biomarker's is."""
    return "." in name


def is_published(name: str) -> bool:
    """Tell whether a model's name is that of a published score or model."""
    return name in COMPARATOR_INPUTS


def model_title(name: str) -> str:
    """Give a model's readable title; a feature's and an unknown name stay as they are.

    Examples
    --------
    >>> model_title("elastic_net"), model_title("gene.CXCL9")
    ('Elastic net', 'gene.CXCL9')
    """
    return MODELS.get(name, name)
