"""Model files made with evil intent, digest included: each is refused with one message, and nothing is executed."""

import functools
import hashlib
import io
import json
import operator
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from stratify.errors import StratifyError
from stratify.score import PatientModel
from stratify.score.skops_file import MAX_DEPTH, checked_copy


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(parts, compression=zipfile.ZIP_STORED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return made.getvalue()


def with_schema(content, change):
    """Change what the file says, and leave its arrays."""
    parts = parts_of(content)
    schema = json.loads(parts["schema.json"])
    change(schema)
    return archive_of({**parts, "schema.json": json.dumps(schema).encode()}.items())


@pytest.fixture(scope="module")
def pipeline():
    """What a model of this package may be, without one estimator that learned anything."""
    return skops.io.dumps(Pipeline([("nothing", "passthrough")]))


@pytest.fixture
def canary(tmp_path):
    return tmp_path / "executed"


def gadgets(canary):
    """Objects that would run a command, read a file or call something once loaded or used."""
    command = f"touch {canary}"
    return {
        "partial": functools.partial(os.system, command),
        "methodcaller": operator.methodcaller("system", command),
        "function": os.path.join,
        "builtin": os.system,
        "class": type(canary),
        "method": canary.touch,
        "scikit_learn_with_a_callable": CountVectorizer(analyzer=os.system),
        "scikit_learn_that_opens_files": CountVectorizer(input="filename"),
        "scikit_learn_no_model_needs": LogisticRegression(),
        "ufunc": np.add,
        "generator": np.random.default_rng(0),
        "bytes": b"pickle",
        "hidden_in_an_array_of_objects": np.array([os.system, None], dtype=object),
    }


@pytest.mark.parametrize("name", gadgets(Path("canary")))
def test_what_no_model_is_made_of_is_refused_and_not_executed(canary, name):
    content = skops.io.dumps(Pipeline([("evil", gadgets(canary)[name])]))
    with pytest.raises(StratifyError, match=r"holds the type '.*', which is not trusted; a model may hold"):
        checked_copy(content, "model")
    assert not canary.exists()


@pytest.mark.parametrize("loader", ["ConstructorFromReduceNode", "MethodNode", "OperatorFuncNode", "CachedNode", "X"])
def test_a_trusted_name_under_another_loader_is_refused(pipeline, loader):
    with pytest.raises(StratifyError, match=r"holds the type 'sklearn\.pipeline\.Pipeline', which is not trusted"):
        checked_copy(with_schema(pipeline, lambda schema: schema.update(__loader__=loader)), "model")


def test_a_number_that_stands_for_another_part_has_no_effect(pipeline):
    """skops would put the first part of a number in the place of every later one, checked or not."""

    def steps_stand_for(schema):
        values = schema["content"]["content"]
        values["verbose"]["__id__"] = values["steps"]["__id__"]

    crafted = with_schema(pipeline, steps_stand_for)
    loaded = skops.io.loads(checked_copy(crafted, "model"))
    assert (loaded.steps, loaded.verbose) == ([("nothing", "passthrough")], False)
    assert b"__id__" not in parts_of(checked_copy(crafted, "model"))["schema.json"]


def test_a_folder_of_pickles_as_memory_is_refused(tmp_path):
    content = skops.io.dumps(Pipeline([("nothing", "passthrough")], memory=str(tmp_path)))
    with pytest.raises(StratifyError, match=r"holds memory = .*, which no model of this package has"):
        checked_copy(content, "model")


@pytest.mark.parametrize("threads", [-1, 2_000_000])
def test_a_model_that_asks_for_threads_is_refused(tmp_path, model, threads):
    if model.card.model != "lightgbm":
        pytest.skip("has no threads to ask for")
    model.save(tmp_path)

    def ask(schema):
        waiting = [schema]
        while waiting:
            found = waiting.pop()
            if isinstance(found, dict):
                if "n_jobs" in found:
                    found["n_jobs"]["content"] = str(threads)
                waiting += found.values()
            elif isinstance(found, list):
                waiting += found

    content = with_schema((tmp_path / "pipeline.skops").read_bytes(), ask)
    (tmp_path / "pipeline.skops").write_bytes(content)
    record = json.loads((tmp_path / "card.json").read_text())
    record["pipeline_sha256"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "card.json").write_text(json.dumps(record))
    with pytest.raises(StratifyError, match=f"holds n_jobs = {threads}, which no model"):
        PatientModel.load(tmp_path)


def test_archives_that_unpack_to_more_than_they_are(pipeline):
    parts = list(parts_of(pipeline).items())
    with pytest.raises(StratifyError, match="compressed or overlapping"):
        checked_copy(archive_of([*parts, ("bomb", b"0" * 10**7)], zipfile.ZIP_DEFLATED), "model")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = archive_of([*parts, *parts])
    with pytest.raises(StratifyError, match="a name stands twice"):
        checked_copy(twice, "model")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", "says shape"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "neither numbers nor text"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "neither numbers nor text|says shape"),
        ("__import__('os').system('true')", "not a readable model"),
    ],
)
def test_an_array_is_what_it_says_it_is(head, message):
    padded = head.ljust(117) + "\n"
    crafted = b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode() + bytes(8)
    content = skops.io.dumps(Pipeline([("array", np.zeros(3))]))
    parts = {name: crafted if name.endswith(".npy") else data for name, data in parts_of(content).items()}
    with pytest.raises(StratifyError, match=message):
        checked_copy(archive_of(parts.items()), "model")


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_parts_within_parts_without_end(pipeline, depth):
    parts = parts_of(pipeline)
    head = b'{"__loader__":"ListNode","__module__":"builtins","__class__":"list","content":['
    parts["schema.json"] = head * depth + b"]}" * depth
    with pytest.raises(StratifyError, match=r"more than 100 deep|not a readable model: RecursionError"):
        checked_copy(archive_of(parts.items()), "model")


@pytest.mark.parametrize("schema", [b"[]", b"{}", b"null", b'{"__loader__": [], "__module__": 1, "__class__": 2}'])
def test_a_schema_of_another_shape(pipeline, schema):
    with pytest.raises(StratifyError, match="not a readable model"):
        checked_copy(archive_of([("schema.json", schema)]), "model")
