"""Oddities of outcomes: missing ones, and ones that contradict each other."""

from collections.abc import Iterator

import pandas as pd

from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted

CONTRADICTION = "label_time_contradiction"
ROUNDING_DAYS = 16.0
"""Times given in months, rounded, may differ from each other by half a month."""

FEWEST_EVALUABLE = 10
"""With fewer evaluable samples, a category of response can be absent by chance."""

FEWEST_PER_LABEL = 5
"""With fewer samples of either label, times can separate them by chance."""


def check_endpoints(endpoints: pd.DataFrame) -> Iterator[Finding]:
    """Run every check of outcomes.

    Parameters
    ----------
    endpoints
        Outcomes in our names without namespace, one row a sample, indexed by sample.

    Yields
    ------
    Finding
    """
    for name in endpoints:
        yield from endpoint_missing(endpoints[name])
        yield from negative_time(endpoints[name])
    for stem in (str(name).removesuffix("_event") for name in endpoints if str(name).endswith("_event")):
        if f"{stem}_days" in endpoints:
            yield from event_without_time(endpoints[f"{stem}_event"], endpoints[f"{stem}_days"])
            yield from time_without_event(endpoints[f"{stem}_event"], endpoints[f"{stem}_days"])
        yield from only_events_recorded(endpoints[f"{stem}_event"])
    if {"pfs_days", "os_days"} <= set(endpoints):
        yield from progression_after_death(endpoints["pfs_days"], endpoints["os_days"])
    if "best_response" in endpoints:
        yield from few_response_categories(endpoints["best_response"])
    if {"best_response", "published_response"} <= set(endpoints):
        yield from response_contradicts_best_response(endpoints)
    for label in endpoints:
        if not str(label).endswith(("_event", "_days")) and set(endpoints[label].dropna().unique()) == {0, 1}:
            for time in (name for name in endpoints if str(name).endswith("_days")):
                yield from label_defined_by_time(endpoints[label], endpoints[time])


def endpoint_missing(values: pd.Series) -> Iterator[Finding]:
    """Count the samples without this outcome; a column without any is a finding of its own."""
    missing = values.index[values.isna()]
    if 0 < len(missing) < len(values):
        detail = f"{len(missing)} of {len(values)} samples have no value: {listed(missing)}"
        yield Finding("endpoint_missing", "warning", len(missing), detail, str(values.name))


def negative_time(values: pd.Series) -> Iterator[Finding]:
    """Find times before baseline."""
    if str(values.name).endswith("_days"):
        yield from _contradiction(values < 0, str(values.name), "a time before baseline")


def event_without_time(event: pd.Series, days: pd.Series) -> Iterator[Finding]:
    """Find events whose time is missing."""
    yield from _contradiction((event == 1) & days.isna(), str(event.name), f"an event without {days.name}")


def time_without_event(event: pd.Series, days: pd.Series) -> Iterator[Finding]:
    """Find times of which it is not known whether they end in the event or in censoring."""
    yield from _contradiction(event.isna() & days.notna(), str(event.name), f"{days.name} without {event.name}")


def progression_after_death(pfs: pd.Series, os: pd.Series) -> Iterator[Finding]:
    """Find progression-free survival that lasts longer than survival, beyond rounding."""
    yield from _contradiction(pfs > os + ROUNDING_DAYS, str(pfs.name), f"{pfs.name} is longer than {os.name}")


def records_only_events(event: pd.Series) -> bool:
    """Tell whether every known value is an event while others are unknown: who had none was not written down."""
    known = event.dropna()
    return str(event.name).endswith("_event") and 1 < len(known) < len(event) and bool((known == 1).all())


def only_events_recorded(event: pd.Series) -> Iterator[Finding]:
    """Find an outcome that is known only where the event happened; it says nothing of the others."""
    if records_only_events(event):
        known = int(event.notna().sum())
        detail = (
            f"all {known} known values are events, and {len(event) - known} of {len(event)} are unknown: whether it is "
            f"known depends on the outcome; if accepted, {str(event.name).removesuffix('_event')} becomes missing for "
            "everyone"
        )
        yield Finding("only_events_recorded", "error", known, detail, str(event.name))


def few_response_categories(best: pd.Series) -> Iterator[Finding]:
    """Find best responses of at most two categories: a response that someone has divided in two, called by other names.

    Parameters
    ----------
    best
        CR, PR, SD, PD or NE.

    Yields
    ------
    Finding
    """
    evaluable = best[best.notna() & (best != "NE")]
    found = sorted(evaluable.unique())
    if len(evaluable) >= FEWEST_EVALUABLE and len(found) <= 2:
        detail = f"all {len(evaluable)} best responses are {' or '.join(found)}: perhaps a label in two, called so"
        yield Finding("few_response_categories", "warning", len(evaluable), detail, str(best.name))


def response_contradicts_best_response(endpoints: pd.DataFrame) -> Iterator[Finding]:
    """Find published labels that are not what the best response says: CR and PR respond, SD and PD do not.

    Parameters
    ----------
    endpoints
        With `best_response` and `published_response`. A label of a sample whose best response is not evaluable, or
        unknown where others are known, is a contradiction too.

    Yields
    ------
    Finding
        With the survival of who is concerned, which tells a label that was made from survival.
    """
    best, label = endpoints["best_response"], endpoints["published_response"]
    if best.isna().all():
        return
    expected = best.map({"CR": 1.0, "PR": 1.0, "SD": 0.0, "PD": 0.0})
    wrong = label.notna() & (label != expected)
    if not wrong.any():
        return
    cases = pd.DataFrame({"label": label[wrong].map("{:g}".format), "best": best[wrong].fillna("unknown")})
    counts = cases.groupby(["best", "label"]).size().reset_index(name="n")
    shown = ", ".join(f"{row.n} with {row.best} {row.label}" for row in counts.itertuples())
    detail = f"published_response is not what best_response says in {counted(len(cases), 'sample')} ({shown}): "
    detail += listed(cases.index)
    if "os_days" in endpoints and endpoints["os_days"][wrong].notna().any():
        days, everyone = endpoints["os_days"][wrong], endpoints["os_days"]
        detail += f"; their os_days {days.min():.0f} to {days.max():.0f}, the median of all {everyone.median():.0f}"
    yield Finding("response_contradicts_best_response", "error", len(cases), detail, "published_response")


def label_defined_by_time(label: pd.Series, days: pd.Series) -> Iterator[Finding]:
    """Find a label that follows from a time: all samples of one label were followed longer than all of the other.

    Parameters
    ----------
    label
        1 or 0.
    days
        Time to an event or to the end of follow-up.

    Yields
    ------
    Finding
    """
    positive, negative = (days[(label == value) & days.notna()] for value in (1, 0))
    if min(len(positive), len(negative)) < FEWEST_PER_LABEL:
        return
    low, high = sorted((positive, negative), key=lambda times: times.min())
    if low.max() < high.min():
        detail = (
            f"every sample with {label.name} {label[low.index[0]]:g} has {days.name} of at most {low.max():.0f}, every "
            f"one with {label[high.index[0]]:g} of at least {high.min():.0f}: the label is a cut of {days.name}, not a "
            "response to treatment"
        )
        yield Finding("label_defined_by_time", "error", len(low) + len(high), detail, str(label.name))


def _contradiction(wrong: pd.Series, column: str, what: str) -> Iterator[Finding]:
    samples = wrong.index[wrong]
    if len(samples):
        detail = f"{what} in {counted(len(samples), 'sample')}: {listed(samples)}"
        yield Finding(CONTRADICTION, "error", len(samples), detail, column)
