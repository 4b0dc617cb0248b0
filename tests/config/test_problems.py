"""Messages about configuration files: plain words, the place as written, one line."""

import copy
import re
from pathlib import Path

import pytest
import yaml

from stratify.config import DatasetConfig, SourceConfig, StudyConfig, validate
from stratify.config.problems import PATTERNS
from stratify.config.reference import MODELS
from stratify.errors import StratifyError

CONFIG = Path(__file__).parents[2] / "config"
FILES = {
    "studies/breast-metastasis-5y": StudyConfig,
    "datasets/gide_2019": DatasetConfig,
    "sources/tmeimmune_1_3_3": SourceConfig,
}
ODD = [None, 3, 0.28, True, "x", "", [], {}, [1], [[2]], [{"lightgbm": {}}], {"a": 1}, {1: "a"}]
JARGON = re.compile(
    r"\b(input|should|valid|validation|tag|instance|string|parse|dictionary|tuple|field required)\b", re.IGNORECASE
)


def read(name):
    return yaml.safe_load((CONFIG / f"{name}.yaml").read_text())


def message(model, content):
    with pytest.raises(StratifyError) as raised:
        validate(model, content, "x.yaml")
    return str(raised.value).removeprefix("x.yaml: ")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"features": "sig.*"}, "features: expected a list, found 'sig.*'; write [sig.*]"),
        ({"features": None}, "features: expected a list, found nothing"),
        ({"title": 0.28}, "title: expected text, found 0.28; put it in quotes"),
        (
            {"title": False},
            (
                "title: expected text, found false; put it in quotes (YAML reads yes, no, on, off without quotes as "
                "true and false)"
            ),
        ),
        ({"title": ["x"]}, "title: expected text, found ['x']"),
        ({"features": []}, "features: expected at least one entry, found none"),
        ({"models": "lightgbm"}, "models: expected a list or a mapping of keys, found 'lightgbm'; write [lightgbm]"),
        ({"strata": "x"}, "strata: expected a mapping of keys, found 'x'"),
        ({"seed": 1.5}, "seed: expected a whole number, found 1.5"),
        ({"seed": -1}, "seed: expected a number of at least 0, found -1"),
        ({"transductive": "perhaps"}, "transductive: expected true or false, found 'perhaps'"),
        ({"endpoint": {}}, "key 'endpoint.rule' is required and missing"),
        ({"endpoint": {"rule": "landmark"}}, "endpoint.rule: unknown rule 'landmark'; did you mean 'landmark_event'?"),
        (
            {"endpoint": {"rule": "landmark_event", "time": "t", "event": 3, "days": 0}},
            (
                "endpoint.event: expected text, found 3; put it in quotes; "
                "endpoint.days: expected a number greater than 0, found 0"
            ),
        ),
        ({"endpoint": {"rule": "as_published"}}, "key 'endpoint.field' is required and missing"),
        (
            {"endpoint": {"rule": "as_published", "field": "f", "feild": 1}},
            "unknown key 'endpoint.feild'; did you mean 'field'?",
        ),
        (
            {"champion": {"metric": "auc"}},
            "champion.metric: expected one of auroc, neg_log_loss; found 'auc'; did you mean 'auroc'?",
        ),
        (
            {"biomarkers": {"age": "higher"}},
            (
                "biomarkers.age: wrong key: expected a feature with its namespace, such as clin.age_years or "
                "gene.CD8A, found 'age'"
            ),
        ),
        ({"strata": {"declared_probabilities": [0.5]}}, None),
    ],
)
def test_a_study_file(change, expected):
    found = message(StudyConfig, read("studies/breast-metastasis-5y") | change)
    assert found == expected or expected is None


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"constant": [1]}, "constant: expected text or a number or true or false, found [1]"),
        ({"from": "Age", "plausible": [1]}, "plausible: expected more entries, found [1]"),
        ({"from": "Age", "plausible": [1, 2, 3]}, "plausible: expected at most 2 entries, found 3"),
        ({"from": "Age", "values": {1: ["a"]}}, "values.1: expected text or a number or true or false, found ['a']"),
    ],
)
def test_a_value_that_fits_no_member_of_a_union_is_one_problem(column, expected):
    content = read("datasets/gide_2019")
    content["clinical"]["columns"] = {"age_years": column}
    assert message(DatasetConfig, content) == f"clinical.columns.age_years.{expected}"


def test_a_version_read_as_a_number():
    content = read("sources/tmeimmune_1_3_3")
    content["package"]["version"] = 1.3
    assert message(SourceConfig, content) == "package.version: expected text, found 1.3; put it in quotes"


def test_at_most_five_problems_are_shown():
    found = message(StudyConfig, read("studies/breast-metastasis-5y") | {f"key_{number}": 1 for number in range(7)})
    assert found.count("unknown key") == 5
    assert found.endswith("; and 2 more")


def places(content, at=()):
    """Every place of a file, as the keys that lead there."""
    nested = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in nested:
        yield (*at, key)
        yield from places(value, (*at, key))


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_wrong_the_message_is_one_line_in_plain_words(name):
    original = read(name)
    refused = 0
    for place in places(original):
        for odd in ODD:
            content = copy.deepcopy(original)
            node = content
            for key in place[:-1]:
                node = node[key]
            node[place[-1]] = odd
            try:
                validate(FILES[name], content, "x.yaml")
            except StratifyError as error:
                refused += 1
                text = str(error)
                assert "\n" not in text
                assert not JARGON.search(text.replace("valid names:", "")), (place, odd, text)
    assert refused > 20


def test_every_pattern_has_words():
    def patterns(node):
        if isinstance(node, dict):
            yield from [node["pattern"]] if isinstance(node.get("pattern"), str) else []
            yield from node.get("patternProperties", {})
            for child in node.values():
                yield from patterns(child)
        elif isinstance(node, list):
            for child in node:
                yield from patterns(child)

    found = {pattern for model in MODELS.values() for pattern in patterns(model.model_json_schema())}
    assert found == set(PATTERNS)
