"""Study, dataset and source files that are not what their schema says, through the commands that read them."""

import codecs

import pytest
from corpus import Case

from stratify.config import RunConfig, validate
from stratify.errors import StratifyError

STUDY = """\
title: Toy
question: Who responds?
endpoint: {rule: as_published, field: response}
positive: response
positive_is: favourable
datasets: {train: [toy]}
features: [clin.age_years]
design: {kind: repeated_nested_cv, outer: {folds: 4}, inner: {folds: 3}}
models: [elastic_net]
seed: 7
"""
SOURCE = "title: Box\ncitation: c\nfiles:\n  a.csv: {sha256: " + "0" * 64 + "}\n"
DATASET = """\
title: Toy
source: box
patient_pool: toy
study_family: toy
clinical: {file: c.csv, id: id, timepoint: baseline, columns: {age_years: Age}}
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def study(name, content, message, command="assemble"):
    return Case(name, _written("studies/s.yaml", content, command, "--study"), rf"s\.yaml{message}")


def source(name, content, message):
    return Case(name, _written("sources/box.yaml", content, "fetch", "--source"), rf"box\.yaml{message}")


def dataset(name, content, message):
    return Case(name, _written("datasets/toy.yaml", content, "harmonize", "--dataset"), rf"toy\.yaml{message}")


def _written(place, content, command, option):
    def make(folder):
        path = folder / "config" / place
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        model = ["--model", "elastic_net"] if command == "fit" else []
        raw = ["--raw", str(folder / "raw")] if command in {"fetch", "harmonize"} else []
        return [command, option, str(path), "--results", str(folder / "results"), *model, *raw]

    return make


TEXTS = [
    study("empty study", "", ": expected a mapping of keys .*, found nothing"),
    study("study of comments", "# later\n", ": expected a mapping of keys .*, found nothing"),
    study("study that is a list", "- a\n", ": expected a mapping of keys .*, found a list"),
    study("study that is a sentence", "hello\n", ": expected a mapping of keys .*, found text"),
    study("study that is a number", "3\n", ": expected a mapping of keys .*, found a single value, '3'"),
    study("binary study", bytes(range(256)), ", line 2: not UTF-8 text"),
    study("study in utf-16", STUDY.encode("utf-16"), ", line 1: not UTF-8 text but UTF-16"),
    study("study in latin-1", STUDY.replace("Toy", "Müller").encode("latin-1"), ", line 1: not UTF-8 text"),
    study("study with a NUL", STUDY + "\0", ": not valid YAML: .*#x0000"),
    study("bom and a wrong key", codecs.BOM_UTF8 + (STUDY + "sed: 1\n").encode(), ": unknown key 'sed'.*'seed'"),
    study("crlf and a wrong key", (STUDY + "sed: 1\n").replace("\n", "\r\n"), ": unknown key 'sed'.*'seed'"),
    study("tabs for indentation", "title:\n\ta: b\n", r": not valid YAML: .*'\\t'.*line 2"),
    study("tag that makes an object", STUDY + "x: !!python/object/apply:os.system [id]\n", ": .*tag.*line 11"),
    study("tag of another program", STUDY + "x: !secret a\n", ": .*'!secret'.*line 11"),
    study("bomb of aliases", BOMB, ": not valid YAML: more than 100,000 values.*line 5"),
    study("alias inside itself", "title: &a [*a]\n", ": .*an alias stands inside what it stands for.*line 1"),
    study("nested too deep", "a: " + "[" * 3000 + "]" * 3000, ": .*nested deeper than 50 levels.*line 1"),
    study("file of another kind", "a: 1\n" * 5_000_000, ": expected a YAML file of at most .* bytes, found 25,000,000"),
    study("key twice", STUDY + "seed: 8\n", r": .*key written twice: \['seed'\].*line 1"),
    study("huge whole number", STUDY.replace("7", "9" * 5000), ": .*not a valid int: '999.*line 10"),
    study("date that is none", STUDY.replace("Toy", "2020-99-99"), ": .*not a valid timestamp: '2020-99-99'.*line 1"),
    study("tag of a truth value", STUDY + "x: !!bool maybe\n", ": .*not a valid bool: 'maybe'.*line 11"),
    study("tag of a date", STUDY + "x: !!timestamp a\n", ": .*not a valid timestamp: 'a'.*line 11"),
    study("half a character", 'title: "\\uD800"\n', ": .*surrogate pair.*line 1"),
    study("two documents", STUDY + "---\n" + STUDY, ": .*expected a single document"),
    study("key that is a list", "? [a]\n: b\n", ": .*unhashable key.*line 1"),
    study("quote never closed", 'title: "Toy\n', ": not valid YAML: .*quoted scalar.*line 1"),
]
VALUES = [
    study("date for a title", STUDY.replace("Toy", "2020-01-02"), ": title: expected text, found 2020-01-02.*quotes"),
    study("yes for a title", STUDY.replace("Toy", "yes"), ": title: expected text, found true; .*quotes"),
    study("seed that is not a number", STUDY.replace("7", ".nan"), ": seed: expected a number, found nan"),
    study("seed below zero", STUDY.replace("7", "-7"), ": seed: expected a number of at least 0, found -7"),
    study("seed of text", STUDY.replace("7", "seven"), ": seed: expected a .*number, found 'seven'"),
    study("seed of nothing", STUDY.replace("7", ""), ": seed: expected a .*number, found nothing"),
    study("text for a list", STUDY.replace("[clin.age_years]", "clin.age_years"), r": features: .*write \[clin\."),
    study("no features", STUDY.replace("[clin.age_years]", "[]"), ": features: expected at least one entry"),
    study("feature without a namespace", STUDY.replace("clin.age", "age"), r": features\.0: expected a feature"),
    study("unknown model", STUDY.replace("elastic_net", "elastic_nett"), ": .*did you mean 'elastic_net'"),
    study("unknown design", STUDY.replace("repeated_nested_cv", "nested"), r": design\.kind: unknown kind 'nested'"),
    study("unknown rule", STUDY.replace("as_published", "published"), r": endpoint.*'published'"),
    study("dataset that does not exist", STUDY, "|toy.yaml: no such file"),
    study("key missing", STUDY.replace("positive: response\n", ""), ": key 'positive' is required and missing"),
    study("value of two kinds", STUDY + "positive_is_: x\n", ": unknown key 'positive_is_'; did you mean"),
    source("digest too short", SOURCE.replace("0" * 64, "'00'"), r": files\.a\.csv\.sha256: expected 64 lower-case"),
    source("digest that is a number", SOURCE.replace("0" * 64, "12"), r": files\.a\.csv\.sha256: expected text"),
    source("file above the folder", SOURCE.replace("a.csv", "../a.csv"), ": .*wrong key: expected the name of a file"),
    source(
        "files that are a list",
        SOURCE.split("files", maxsplit=1)[0] + "files: [a.csv]\n",
        ": files: expected a mapping",
    ),
    source("empty source", "", ": expected a mapping of keys .*, found nothing"),
    dataset("reader that is a mapping", DATASET.replace("{file", "{reader: {a: b}, file"), r": clinical\.reader: "),
    dataset("unknown reader", DATASET.replace("{file", "{reader: tabel, file"), ": .*'tabel'.*did you mean 'table'"),
    dataset("columns of text", DATASET.replace("{age_years: Age}", "Age"), r": clinical\.columns: expected a mapping"),
    dataset("column in capitals", DATASET.replace("age_years", "Age"), ": .*wrong key: expected a name in lower"),
    dataset("reader of a modality", DATASET + "modalities: {e: {reader: [maf]}}\n", r": .*modalities\.e\.reader"),
    dataset("source that is a number", DATASET.replace("box", "3"), ": source: expected text, found 3; put it in q"),
]
RUNS = [
    ({}, "key 'studies' is required and missing"),
    ({"studies": []}, "studies: expected at least one entry, found none"),
    ({"studies": "toy"}, r"studies: expected a list, found 'toy'; write \[toy\]"),
    ({"studies": {"toy": None}}, "studies: expected a list, found a mapping of keys"),
    ({"studies": None}, "studies: expected a list, found nothing"),
    ({"studies": [1]}, r"studies\.0: expected text, found 1; put it in quotes"),
    ({"studies": ["../toy"]}, r"studies\.0: expected a name of letters.*found '\.\./toy'"),
    ({"studies": ["toy"], "mirror": 3}, "mirror: expected text, found 3; put it in quotes"),
    ({"studies": ["toy"], "tracking_uri": ["a"]}, r"tracking_uri: expected text, found \['a'\]"),
    ({"studies": ["toy"], "study": "toy"}, "unknown key 'study'; did you mean 'studies'"),
]


@pytest.mark.parametrize(("content", "message"), RUNS, ids=[message[:40] for _, message in RUNS])
def test_a_run_that_is_not_what_its_schema_says_is_one_message(content, message):
    with pytest.raises(StratifyError, match=rf"config\.yaml: {message}"):
        validate(RunConfig, content, "config/config.yaml")


STAGES = ["assemble", "split", "fit", "evaluate", "discover", "report", "track"]
CASES = [
    *TEXTS,
    *VALUES,
    *(
        study(f"wrong key at {stage}", STUDY + "sed: 1\n", ": unknown key 'sed'; did you mean", stage)
        for stage in STAGES
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
