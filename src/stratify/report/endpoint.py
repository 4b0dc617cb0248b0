"""The endpoint rule in words."""

from stratify.config.endpoint import AsPublished, Endpoint, LandmarkEvent, ObjectiveResponse
from stratify.report.numbers import number

DAYS_PER_YEAR = 365.25

STABLE = {
    "non_response": (
        "Complete or partial response (CR, PR) against stable or progressive disease (SD, PD) in “{}”. "
        "Not evaluable (NE)"
    ),
    "response": "Disease control (CR, PR, SD) against progressive disease (PD) in “{}”. Not evaluable (NE)",
    "excluded": (
        "Complete or partial response (CR, PR) against progressive disease (PD) in “{}”. Stable disease (SD), not "
        "evaluable (NE)"
    ),
}
"""What is compared with what, by what stable disease counts as."""


def endpoint_words(endpoint: Endpoint) -> str:
    """Say who is positive, who is negative, and who cannot be classified.

    Parameters
    ----------
    endpoint
        The rule of the study.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        The rule is unknown here.
    """
    match endpoint:
        case ObjectiveResponse():
            return f"{STABLE[endpoint.stable_disease].format(endpoint.field)} and missing are excluded and counted."
        case LandmarkEvent():
            years = number(endpoint.days / DAYS_PER_YEAR, 2).rstrip("0").rstrip(".")
            return (
                f"Positive: “{endpoint.event}” before day {endpoint.days:g} ({years} years) by “{endpoint.time}”. "
                f"Negative: followed to that day without the event. Patients censored earlier cannot be classified; "
                f"they are excluded and counted."
            )
        case AsPublished():
            return (
                f"The label of the authors, “{endpoint.field}”, taken as it is. "
                "Missing labels are excluded and counted."
            )
    raise TypeError(f"no words for endpoint rule {endpoint!r}")
