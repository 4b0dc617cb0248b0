"""How often the event happens in each stratum of predicted probability."""

from collections.abc import Iterator

import numpy as np

from stratify.config.study import Strata
from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.intervals import Estimate, wilson


def event_rates(cohort: Cohort, predictor: Predictor, strata: Strata) -> Iterator[tuple[str, Estimate, int, int]]:
    """Count events by stratum of the held-out probability, repetition by repetition.

    Within a repetition every patient is placed by that repetition's probability: the rates are those of one model, as
    it would be registered, and not of an average of several. The cut-offs are those of the study file, fixed before
    the run; a probability equal to a cut-off belongs to the stratum above it.

    Parameters
    ----------
    cohort
        Patients the model could score.
    predictor
        The model's held-out predictions of these patients.
    strata
        Cut-offs and labels.

    Yields
    ------
    (str, Estimate, int, int)
        Label, event rate with Wilson's interval, patients, events; from the lowest probability upwards. The rate is
        that of all repetitions together, its interval that of the average counts of a repetition. Patients and events
        are these averages rounded to the nearest integer, so that over strata they need not add up to the cohort. A
        stratum that is empty in every repetition has no rate and no patients.
    """
    place = np.digitize(predictor.probability, strata.declared_probabilities)
    for index, label in enumerate(strata.labels):
        members = place == index
        n, events = (float(counted.sum(axis=1).mean()) for counted in (members, members & (cohort.y == 1)))
        yield label, wilson(events, n), round(n), round(events)
