"""Performance of scores that learn nothing from the study: every patient is held out."""

from collections.abc import Iterator

from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.discrimination import auprc, delong
from stratify.evaluate.intervals import Estimate, percentile


def fixed_score(cohort: Cohort, predictor: Predictor) -> Iterator[tuple[str, Estimate]]:
    """Estimate how well a published biomarker ranks all patients it can score.

    No fold is needed: the score is the same whoever else was seen, so the AUROC of all patients estimates what the
    mean over folds does, with less noise. A model is compared with it within the same folds (see `comparisons`).

    Parameters
    ----------
    cohort
        Patients the score can rank.
    predictor
        The score.

    Yields
    ------
    (str, Estimate)
        `auroc` with DeLong's interval, `auprc` with a bootstrap interval over patients. A score is not a
        probability: nothing else is estimated.
    """
    score = predictor.score[0]
    exact = delong(cohort.y, score)
    yield "auroc", Estimate(exact.auroc, *exact.interval())
    yield "auprc", percentile(auprc(cohort.y, score, cohort.weights))
