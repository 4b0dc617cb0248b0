"""Performance of scores with one value a patient: those that learn nothing, and all of a held-out cohort."""

from collections.abc import Iterator

from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.cross_validated import probability_metrics
from stratify.evaluate.discrimination import auprc, delong
from stratify.evaluate.intervals import Estimate, percentile


def fixed_score(
    cohort: Cohort, predictor: Predictor, *, thresholds: list[float], prevalence: Predictor | None
) -> Iterator[tuple[str, Estimate]]:
    """Estimate how well a score ranks all patients it can score, and whether its probabilities hold.

    No fold is needed: the score is the same whoever else was seen, so the AUROC of all patients estimates what the
    mean over folds does, with less noise. In cross-validation a model is compared with it within the same folds (see
    `comparisons`).

    Parameters
    ----------
    cohort
        Patients the score can rank.
    predictor
        The score.
    thresholds
        Probabilities at which net benefit is measured.
    prevalence
        Predictions of the training prevalence, against which `brier_skill` is measured.

    Yields
    ------
    (str, Estimate)
        `auroc` with DeLong's interval, `auprc` with a bootstrap interval over patients. Of a score that is not a
        probability nothing else is estimated.
    """
    score = predictor.score[0]
    exact = delong(cohort.y, score)
    yield "auroc", Estimate(exact.auroc, *exact.interval())
    yield "auprc", percentile(auprc(cohort.y, score, cohort.weights))
    if predictor.has_probability:
        yield from probability_metrics(cohort, predictor, thresholds, prevalence)
