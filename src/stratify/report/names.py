"""Readable titles of models, comparators, metrics and canaries."""

MODELS = {
    "elastic_net": "Elastic net",
    "lightgbm": "LightGBM",
    "prevalence": "Training prevalence",
    "group_mean": "Mean of group",
}
GROUP_MEAN = "group_mean"
NAIVE = ("prevalence", GROUP_MEAN)


def is_feature(name: str) -> bool:
    """Tell whether a model's name is that of a feature (`gene.CXCL9`), as a single biomarker's is."""
    return "." in name


def model_title(name: str) -> str:
    """Give a model's readable title; a feature's and an unknown name stay as they are.

    Examples
    --------
    >>> model_title("elastic_net"), model_title("gene.CXCL9")
    ('Elastic net', 'gene.CXCL9')
    """
    return MODELS.get(name, name)
