"""How often the event happens in each stratum of predicted probability."""

from collections.abc import Iterator

import numpy as np

from stratify.config.study import Strata
from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.intervals import Estimate, wilson


def event_rates(cohort: Cohort, predictor: Predictor, strata: Strata) -> Iterator[tuple[str, Estimate, int, int]]:
    """Count events by stratum of each patient's mean held-out probability.

    The cut-offs are those of the study file, fixed before the run; a probability equal to a cut-off belongs to the
    stratum above it.

    Parameters
    ----------
    cohort
        Patients the model could score.
    predictor
        The model's held-out predictions; averaged over repetitions.
    strata
        Cut-offs and labels.

    Yields
    ------
    (str, Estimate, int, int)
        Label, event rate with Wilson's interval, patients, events; from the lowest probability upwards, empty strata
        included.
    """
    place = np.digitize(predictor.probability.mean(axis=0), strata.declared_probabilities)
    for index, label in enumerate(strata.labels):
        members = place == index
        n, events = int(members.sum()), int(cohort.y[members].sum())
        yield label, wilson(events, n), n, events
