"""Which studies' comparators wait for the tables of whole cohorts."""

import re

import pytest

pytestmark = pytest.mark.workflow

EDGE = re.compile(r"^\s*(\d+) -> (\d+)", re.MULTILINE)
NODE = re.compile(r'^\s*(\d+)\[label = "(\w+)', re.MULTILINE)


def before_the_comparators(project) -> list[set[str]]:
    """Rules whose results each job of the comparators reads."""
    run = project.snakemake("--dag")
    assert run.code == 0, run.text
    rules = dict(NODE.findall(run.text))
    edges = EDGE.findall(run.text)
    jobs = [number for number, rule in rules.items() if rule == "fit_comparators"]
    return [{rules[source].split("_")[0] for source, target in edges if target == job} for job in jobs]


def test_only_a_cohort_relative_comparator_reads_the_cohorts(clone):
    assert before_the_comparators(clone) == [{"assemble", "split"}] * 2
    clone.edit("config/studies/alpha-response.yaml", lambda study: study.update(comparators=["tmb_10", "tide"]))
    clone.edit("config/studies/beta-response.yaml", lambda study: study.update(comparators=["tmb_10"]))
    found = before_the_comparators(clone)
    assert sorted(found, key=len) == [{"assemble", "split"}, {"assemble", "split", "harmonize"}]
