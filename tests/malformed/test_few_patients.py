"""One class only, one patient, no value at all: the stage that cannot go on says who was found and what it needs."""

import re

import pytest
from corpus import CROSS_VALIDATED, EXTERNAL, LEAVE_ONE_OUT, Patients, study_of

ONE_CLASS = (("constant_column", "response"),)
NOBODY = (("all_missing_column", "response"),)
NO_WEIGHT = (("all_missing_column", "weight_kg"),)
POSITIVE = Patients(y=lambda number: 1, acknowledge=ONE_CLASS)
UNLABELLED = Patients(y=lambda number: "NA", acknowledge=NOBODY)


def missing(number):
    return "NA"


CASES = {
    "one class": (
        {"a": POSITIVE},
        CROSS_VALIDATED,
        "assemble",
        r"study 's': .*needs .* both classes, found 20 in all: a 20 positive and 0 neg.*in the file: 20",
    ),
    "one patient": (
        {"a": Patients(1)},
        CROSS_VALIDATED,
        "assemble",
        r"both classes, found 1 in all: a 0 positive and 1 negative",
    ),
    "nobody labelled": (
        {"a": UNLABELLED},
        CROSS_VALIDATED,
        "assemble",
        r"found 0 in all: no patient.*label missing: 20",
    ),
    "a feature without any value": (
        {"a": Patients(weight=missing, acknowledge=NO_WEIGHT)},
        CROSS_VALIDATED,
        "assemble",
        (
            r"study 's': feature 'clin.weight_kg' has no value in any of its 20 patients \(a\): "
            r".*take it out of `features`"
        ),
    ),
    "two patients": (
        {"a": Patients(2)},
        CROSS_VALIDATED,
        "split",
        r"4 folds need at least 4 .*smaller has 1 \(a 1 positive and 1 negative\)",
    ),
    "one class to learn from": (
        {"a": POSITIVE, "b": Patients()},
        EXTERNAL,
        "split",
        r"both classes to learn from .*, found a 20 positive and 0 negative",
    ),
    "nobody to learn from": (
        {"a": UNLABELLED, "b": Patients()},
        EXTERNAL,
        "split",
        r"both classes to learn from .*, found no patient",
    ),
    "one class to judge on": (
        {"a": Patients(), "b": POSITIVE},
        EXTERNAL,
        "split",
        r"both classes to judge on, found b 20 positive and 0 negative",
    ),
    "one patient to judge on": (
        {"a": Patients(), "b": Patients(1)},
        EXTERNAL,
        "split",
        r"both classes to judge on, found b 0 positive and 1 negative",
    ),
    "a class in one study only": (
        {"a": POSITIVE, "b": Patients(y=lambda number: 0, acknowledge=ONE_CLASS)},
        LEAVE_ONE_OUT,
        "split",
        r"without patient_pool a all patients have one label, found b 0 positive and 20 negative",
    ),
    "too few for the inner folds": (
        {"a": Patients(y=lambda number: int(number < 2)), "b": Patients()},
        EXTERNAL,
        "fit",
        r"3 inner folds need .* has 2 \(a 2 positive and 18 negative\)",
    ),
}
STAGES = {"harmonize": [], "assemble": [], "split": [], "fit": ["--model", "elastic_net"]}


@pytest.mark.parametrize("name", CASES)
def test_too_few_patients_are_one_message(tmp_path, capsys, name):
    cohorts, design, refusing, message = CASES[name]
    run = study_of(tmp_path, cohorts, design=design)
    for stage in list(STAGES)[: list(STAGES).index(refusing)]:
        assert run(stage, *STAGES[stage]) == 0, capsys.readouterr().err
    capsys.readouterr()
    assert run(refusing, *STAGES[refusing]) == 2
    error = capsys.readouterr().err
    assert len(re.findall(rf"^stratify {refusing}: error: ", error, re.MULTILINE)) == 1, error
    assert re.search(message, error, re.DOTALL), error
    assert not list((tmp_path / "results" / refusing).rglob("*.parquet"))
