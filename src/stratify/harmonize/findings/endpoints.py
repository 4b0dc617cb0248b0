"""Oddities of outcomes: missing ones, and ones that contradict each other."""

from collections.abc import Iterator

import pandas as pd

from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted

CONTRADICTION = "label_time_contradiction"
ROUNDING_DAYS = 16.0
"""Times given in months, rounded, may differ from each other by half a month."""


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
    if {"pfs_days", "os_days"} <= set(endpoints):
        yield from progression_after_death(endpoints["pfs_days"], endpoints["os_days"])


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


def _contradiction(wrong: pd.Series, column: str, what: str) -> Iterator[Finding]:
    samples = wrong.index[wrong]
    if len(samples):
        detail = f"{what} in {counted(len(samples), 'sample')}: {listed(samples)}"
        yield Finding(CONTRADICTION, "error", len(samples), detail, column)
