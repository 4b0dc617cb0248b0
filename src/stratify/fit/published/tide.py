"""TIDE, scored by its authors' package, which is an optional dependency."""

import contextlib
import io
import logging

import pandas as pd

from stratify.errors import StratifyError
from stratify.fit.published.expression import CohortExpression
from stratify.wording import counted

logger = logging.getLogger(__name__)

MIN_PATIENTS = 10
"""Patients of a cohort below which none is scored: the average of fewer is no reference for any of them."""

CANCERS = {"melanoma": "Melanoma", "nsclc": "NSCLC"}
"""What the package calls the cancer types it knows; all others are `OTHER`."""

OTHER = "Other"


def require_tidepy() -> None:
    """Raise an error where the optional library is not installed.

    Raises
    ------
    StratifyError
        Says what to install.
    """
    try:
        import tidepy  # noqa: F401, PLC0415 - an optional dependency
    except ImportError:
        raise StratifyError(
            "comparator 'tide' needs tidepy, which is not installed: pip install 'stratify-omics[tide]', or take "
            "'tide' out of the study's comparators"
        ) from None


def tide(expression: CohortExpression) -> pd.Series:
    """Score a cohort's patients by TIDE, tumour immune dysfunction and exclusion, turned so that higher means response.

    TIDE reads differences to the average patient of the file: of each gene's ``log2(x + 1)``, x being TPM or CPM, the
    mean over the patients of `expression` is subtracted here, as the authors did, and `tidepy.pred.TIDE` is called
    with ``ignore_norm=True``, with which it neither guesses whether values are normalised nor changes them. The same
    patient has another score among other patients, and none alone: never a feature of a model.

    The cancer type is the patient's `clin.cancer_type` (`melanoma`, `nsclc`; any other, or none, counts as ``Other``,
    for which the package takes its rule for melanoma); the flag for an earlier immunotherapy is the patient's
    `clin.prior_anti_ctla4` where the cohort has it, else false. Both matter only after the subtraction, which is over
    all patients of the cohort.

    Parameters
    ----------
    expression
        A cohort's patients; gene symbols, which the package turns to Entrez identifiers (symbols of one identifier
        are averaged).

    Returns
    -------
    Series of float64, shape (n_patients,)
        Minus TIDE by `patient_id`, sorted; null for all where they are fewer than `MIN_PATIENTS`, or where the package
        cannot use the genes. What the package prints is logged as warnings.

    Raises
    ------
    StratifyError
        tidepy is not installed.

    References
    ----------
    Jiang 2018, Nature Medicine, doi:10.1038/s41591-018-0136-1.
    """
    require_tidepy()
    levels, name = expression.levels, expression.cohort
    unscored = pd.Series(float("nan"), index=levels.columns)
    if levels.shape[1] < MIN_PATIENTS:
        logger.warning(
            "tide: nobody of cohort %s is scored: expression of %s, and the average it compares with needs %d",
            name,
            counted(levels.shape[1], "patient"),
            MIN_PATIENTS,
        )
        return unscored
    relative = levels.sub(levels.mean(axis="columns"), axis="index")
    try:
        parts = [
            _score(relative[list(members)], cancer, earlier, name)
            for cancer, earlier, members in _by_rule(expression.clinical)
        ]
    except ValueError as error:
        logger.warning("tide: nobody of cohort %s is scored: %s", name, error)
        return unscored
    return pd.concat(parts).reindex(levels.columns)


def _by_rule(clinical: pd.DataFrame) -> list[tuple[str, bool, pd.Index]]:
    """Group patients by the rule that is theirs: cancer type, and whether an immunotherapy came before."""
    nothing = pd.Series(index=clinical.index, dtype="float64")
    cancer = clinical.get("clin.cancer_type", nothing).map(CANCERS).astype("object").fillna(OTHER)
    earlier = clinical.get("clin.prior_anti_ctla4", nothing).eq(1).fillna(value=False).astype(bool)
    groups = clinical.groupby([cancer.rename("cancer"), earlier.rename("earlier")])
    return [(str(of[0]), bool(of[1]), members.index) for of, members in groups]


def _score(relative: pd.DataFrame, cancer: str, earlier: bool, cohort: str) -> pd.Series:
    """Call the package on a copy, which it changes, and join what it sorted by patient."""
    from tidepy.pred import TIDE  # noqa: PLC0415 - an optional dependency

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        result = TIDE(relative.copy(), cancer=cancer, pretreat=earlier, ignore_norm=True)
    for line in printed.getvalue().splitlines():
        logger.warning("tide, cohort %s: %s", cohort, line.removeprefix("[WARN] "))
    return -result["TIDE"].astype("float64")
