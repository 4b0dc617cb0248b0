"""Carry a step through what passes: another writer's first write, a busy database, a server that starts again."""

import logging
from collections.abc import Callable
from typing import TypeVar

from requests import RequestException
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from stratify.errors import StratifyError

ATTEMPTS = 6
LONGEST_SECONDS = 120
REFUSALS = {"CUSTOMER_UNAUTHORIZED", "ENDPOINT_NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED"}
"""Answers that another attempt does not change."""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class InterferenceError(Exception):
    """Another writer changed what this one was about to use."""


def steadily(step: Callable[[], Result], what: str, store: str) -> Result:
    """Do a step, again from its beginning where the store did not take it.

    Parameters
    ----------
    step
        Leaves the same whether it is done once, twice, or once and a half.
    what
        What it writes, for messages.
    store
        Address of the store, for messages.

    Returns
    -------
    object
        What the step gives.

    Raises
    ------
    StratifyError
        The store refused, still fails after several attempts, or a disk is full or read-only.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy

    def passes(error: BaseException) -> bool:
        if isinstance(error, MlflowException):
            return error.error_code not in REFUSALS
        return isinstance(error, (InterferenceError, RequestException))

    def tell(state: RetryCallState) -> None:
        reason = _reason(state.outcome.exception() if state.outcome else None)
        logger.info("%s: the tracking store did not take it, trying again: %s", what, reason)

    attempts = Retrying(
        retry=retry_if_exception(passes),
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(LONGEST_SECONDS),
        wait=wait_random_exponential(multiplier=1, max=10),
        before_sleep=tell,
        reraise=True,
    )
    try:
        return attempts(step)
    except (MlflowException, InterferenceError, OSError) as error:
        raise StratifyError(
            f"tracking store {store} did not take {what}: {_reason(error)}; run the same command again when it "
            "does: what is written stays, what is half-written is written anew"
        ) from error


def _reason(error: BaseException | None) -> str:
    return " ".join(str(error).split())[:300]
