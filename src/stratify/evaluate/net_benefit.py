"""What acting on a probability gains: net benefit at a threshold (doi:10.1177/0272989X06295361)."""

import numpy as np
from numpy.typing import NDArray

from stratify.evaluate.calibration import weighted_mean

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def net_benefit(y: Labels, probability: Floats, weights: Floats, *, threshold: float) -> Floats:
    """Count true positives a patient, less false positives at the threshold's odds.

    Patients whose probability reaches the threshold are treated. Treating nobody has net benefit 0; a model is of use
    at a threshold only if it exceeds both that and the net benefit of treating everyone.

    Parameters
    ----------
    y : array of 0 and 1, shape (n,)
        The class.
    probability : array of float, shape (n,)
        Predicted probability of the positive class.
    weights : array of float, shape (draws, n)
        How often each patient counts in each draw.
    threshold
        Probability from which one would treat, between 0 and 1 (both excluded).

    Returns
    -------
    array of float, shape (draws,)
        In true positives per patient; at most the event rate, without lower bound.
    """
    treated = probability >= threshold
    gain = np.where(y == 1, 1.0, -threshold / (1 - threshold)) * treated
    return weighted_mean(gain, weights)


def metric_name(threshold: float) -> str:
    """Name the metric: `net_benefit_` and the threshold in percent.

    Examples
    --------
    >>> metric_name(0.2), metric_name(0.125)
    ('net_benefit_20', 'net_benefit_12_5')
    """
    return f"net_benefit_{100 * threshold:g}".replace(".", "_")
