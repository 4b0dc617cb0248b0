"""Event before a landmark, version 1: those censored earlier cannot be classified."""

import pandas as pd

from stratify.assemble.endpoints.labels import labels
from stratify.config.endpoint import LandmarkEvent
from stratify.errors import StratifyError


def fields(endpoint: LandmarkEvent) -> list[str]:
    """List the columns the rule reads."""
    return [f"endpoint.{endpoint.time}", f"endpoint.{endpoint.event}"]


def label(clinical: pd.DataFrame, endpoint: LandmarkEvent) -> pd.DataFrame:
    """Classify by the landmark.

    Positive: event at a time below `days`. Negative: followed for `days` or longer without an event before.
    Not classifiable: censored before `days`, or time or event missing.

    Excluding the censored favours those followed for long; with much early censoring a time-to-event analysis is the
    better question.
    """
    time, event = (clinical[column] for column in fields(endpoint))
    _require_possible(time, event, endpoint)
    before = time < endpoint.days
    known = time.notna() & event.notna()
    y = pd.Series(pd.NA, index=clinical.index, dtype="Int64")
    y = y.mask(known & before & event.eq(1), 1).mask(known & ~before, 0)
    reason = pd.Series("time or event missing", index=clinical.index).mask(
        known, f"censored before {endpoint.days:g} days"
    )
    return labels(y, reason, time, event)


def _require_possible(time: pd.Series, event: pd.Series, endpoint: LandmarkEvent) -> None:
    strange = event[event.notna() & ~event.isin([0, 1])]
    if len(strange):
        raise StratifyError(
            f"endpoint {endpoint.event!r} must hold 1 and 0, found {strange.iloc[0]} ({strange.index[0]})"
        )
    negative = time[time < 0]
    if len(negative):
        raise StratifyError(f"endpoint {endpoint.time!r} is negative: {negative.iloc[0]} ({negative.index[0]})")


def opposite(clinical: pd.DataFrame, endpoint: LandmarkEvent) -> pd.DataFrame:
    """Give those with an early event a long event-free time, and those without an early event."""
    time, event = fields(endpoint)
    y = label(clinical, endpoint)["y"]
    positive, negative = y.eq(1).fillna(value=False), y.eq(0).fillna(value=False)
    return clinical.assign(
        **{
            time: clinical[time].mask(positive, endpoint.days + 1).mask(negative, endpoint.days / 2),
            event: clinical[event].mask(positive, 0).mask(negative, 1),
        }
    )
