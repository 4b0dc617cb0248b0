"""Killed at any moment and run again, the default workflow hands over what an undisturbed run does, bit for bit."""

import os
import random
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.workflow, pytest.mark.package_index]

KILLS = int(os.environ.get("STRATIFY_KILLS", "2"))
"""Interrupted runs; each costs as much as a run."""

SEED = int(os.environ.get("STRATIFY_KILLS_SEED", "20261129"))


def test_an_interrupted_run_ends_like_an_undisturbed_one(default_checkout):
    seconds = default_checkout.timed_run()
    expected, runs = default_checkout.handed_over(), default_checkout.tracked_runs()
    assert len(expected) > 40
    assert {run[4] for run in runs if len(run) == 7} == {"FINISHED"}
    assert {version[3] for version in runs if len(version) == 4} == {"champion"}
    rng, killed = random.Random(SEED), 0
    for number in range(1, KILLS + 1):
        moment, jobs_too = rng.uniform(0.5, seconds), rng.random() < 0.5
        default_checkout.clean()
        killed += default_checkout.kill_after(moment, jobs_too=jobs_too)
        default_checkout.finish()
        case = f"kill {number} after {moment:.1f} of {seconds:.0f} s, {'with its jobs' if jobs_too else 'jobs live on'}"
        found = default_checkout.handed_over()
        assert {path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path)} == set(), case
        assert default_checkout.tracked_runs() == runs, case
        assert default_checkout.leftovers() == [], case
        sys.stdout.write(f"{case}: {len(found)} files and {len(runs)} tracked runs and versions the same\n")
        sys.stdout.flush()
    assert killed >= KILLS // 2
