"""Versioned rules that turn outcomes into labels.

Each rule is a module with two functions. ``label`` says who is positive, who is not, and why someone cannot be
classified. ``opposite`` rewrites the outcomes so that every label turns into the other one; the garbage canary uses it
to prove that held-out outcomes do not reach a model.
"""

from types import ModuleType

import pandas as pd

from stratify.assemble.endpoints import as_published, landmark_event, objective_response
from stratify.config.endpoint import Endpoint
from stratify.errors import StratifyError, nearest

RULES: dict[str, ModuleType] = {
    "objective_response": objective_response,
    "landmark_event": landmark_event,
    "as_published": as_published,
}


def label(clinical: pd.DataFrame, endpoint: Endpoint, cohort: str) -> pd.DataFrame:
    """Apply an endpoint rule to a cohort.

    Parameters
    ----------
    clinical : DataFrame, shape (n_samples, …)
        Clinical table with `endpoint.<name>` columns.
    endpoint
        The rule and its parameters.
    cohort
        Name of the cohort, for messages.

    Returns
    -------
    DataFrame, shape (n_samples, 4)
        The index of `clinical`; `y` (1 positive, 0 not, null where not classifiable), `time_days` and `event` (null
        where the rule has none), `reason` (why `y` is null, else null).

    Raises
    ------
    StratifyError
        The cohort has no such endpoint column.
    """
    rule = RULES[endpoint.rule]
    _require(clinical, rule.fields(endpoint), cohort)
    return rule.label(clinical, endpoint)


def opposite(clinical: pd.DataFrame, endpoint: Endpoint) -> pd.DataFrame:
    """Rewrite the outcomes so that every classifiable sample gets the other label.

    Parameters
    ----------
    clinical
        Clinical table with `endpoint.<name>` columns.
    endpoint
        The rule and its parameters.

    Returns
    -------
    DataFrame
        A copy with other values in the endpoint columns.
    """
    return RULES[endpoint.rule].opposite(clinical, endpoint)


def fields(endpoint: Endpoint) -> list[str]:
    """List the clinical columns a rule reads, as `endpoint.<name>`."""
    return list(RULES[endpoint.rule].fields(endpoint))


def _require(clinical: pd.DataFrame, columns: list[str], cohort: str) -> None:
    known = [column.removeprefix("endpoint.") for column in clinical.columns if column.startswith("endpoint.")]
    for column in columns:
        if column not in clinical:
            name = column.removeprefix("endpoint.")
            raise StratifyError(
                f"dataset {cohort!r} has no endpoint {name!r}, which the study's rule reads; {nearest(name, known)}"
            )
