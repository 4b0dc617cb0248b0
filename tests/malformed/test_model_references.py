"""References to models that lead to no model, and tracking stores that are none."""

import hashlib
import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import skops.io
from corpus import Case, written_model

REFERENCE = "models:/toy@champion"


def reference(name, given, message):
    return Case(name, lambda folder: _example(folder, given, f"sqlite:///{folder}/none.db"), message)


def damaged(name, damage, message):
    def make(folder):
        model = written_model(folder)
        damage(model)
        return _example(folder, str(model), "sqlite:///none.db")

    return Case(name, make, message)


def output(name, place, message):
    def make(folder):
        (folder / "a.txt").touch()
        (folder / "folder.csv").mkdir()
        return ["example", "--model", str(written_model(folder)), "--output", str(folder / place)]

    return Case(name, make, message)


def store(name, uri, message, prepare=lambda path: None):
    def make(folder):
        prepare(folder / "s.db")
        return _example(folder, REFERENCE, uri.format(folder))

    return Case(name, make, message)


def _example(folder, model, uri):
    return ["example", "--model", model, "--output", str(folder / "results/p.csv"), "--tracking-uri", uri]


def card(**changes):
    """Change keys of the card inside `card.json`."""

    def damage(model):
        path = model / "card.json"
        content = json.loads(path.read_text())
        content["card"].update(changes)
        path.write_text(json.dumps(content))

    return damage


def first_feature(**changes):
    def damage(model):
        features = json.loads((model / "card.json").read_text())["card"]["features"]
        card(features=[{**features[0], **changes}, *features[1:]])(model)

    return damage


def text(name, content):
    return lambda model: (model / name).write_text(content)


def pipeline(content):
    """Put other bytes into the pipeline, with their own digest on the card."""

    def damage(model):
        (model / "pipeline.skops").write_bytes(content)
        record = json.loads((model / "card.json").read_text())
        record["pipeline_sha256"] = hashlib.sha256(content).hexdigest()
        (model / "card.json").write_text(json.dumps(record))

    return damage


def foreign(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE orders (number)")
        database.commit()


def described(content):
    def damage(model):
        (model / "card.json").unlink()
        (model / "MLmodel").write_text(content)

    return damage


REFERENCES = [
    reference("another form", "models:/toy/latest", "model 'models:/toy/latest': not a folder .*nor of the form"),
    reference("no alias", "models:/toy", "not a folder .*did you mean models:/toy@champion"),
    reference("run id too short", "runs:/abc/model", "model 'runs:/abc/model': not a folder"),
    reference("nothing", "", "--model: expected a model, found nothing; give models:/<study>@champion"),
    reference("spaces", " ", "--model: expected a model, found nothing"),
    reference("file for a folder", __file__, r"not a folder that exists.*did you mean the folder '.*malformed'"),
    reference("device", "/dev/null", "model '/dev/null': not a folder"),
    reference("web address", "http://127.0.0.1/m", "model 'http://127.0.0.1/m': not a folder"),
    reference("store that does not exist", REFERENCE, r"tracking store sqlite:.*none\.db: there is no file"),
]
OUTPUTS = [
    output("output below a file", "a.txt/p.csv", r"a\.txt/p\.csv: cannot be written: .*its folder is a file"),
    output("output deeper below a file", "a.txt/b/p.csv", r"p\.csv: cannot be written: .*one of its folders is a"),
    output("output that is a folder", "folder.csv", r"folder\.csv: is a folder; name a file"),
    output("output of no format", "p.doc", r"p\.doc: unknown format '\.doc'"),
]
FOLDERS = [
    damaged("no card", lambda model: (model / "card.json").unlink(), "holds neither card.json nor MLmodel"),
    damaged("no pipeline", lambda model: (model / "pipeline.skops").unlink(), "holds no pipeline.skops"),
    damaged("card that is no JSON", text("card.json", "{"), r"card\.json: not valid JSON: .*line 1"),
    damaged("card that is a list", text("card.json", "[]"), r"card\.json: expected a JSON object, found list"),
    damaged("card nested too deep", text("card.json", "[" * 100_000), r"card\.json: not valid JSON: .*recursion"),
    damaged("card of another version", text("card.json", '{"format": 9}'), r"card\.json: format 9, .* formats 1 and 2"),
    damaged("card with an unknown key", card(titel="x"), r"card\.json: unknown key 'titel'; did you mean 'title'"),
    damaged("cut-offs that fall", card(cut_offs=[0.9, 0.1]), r"card\.json: cut_offs must increase"),
    damaged("too few strata", card(strata=["low"]), r"card\.json: .*one fewer than strata"),
    damaged("range upside down", first_feature(low=99.0), r"card\.json: features\.0: .*low <= median <= high"),
    damaged("feature twice", first_feature(name="gene.CD8A"), r"card\.json: features: expected each name once"),
    damaged("card of another model", first_feature(name="clin.weight"), r"pipeline\.skops: .*not of one model"),
    damaged("changed pipeline", text("pipeline.skops", "x"), r"pipeline\.skops: sha256 is .*changed or damaged"),
    damaged("pipeline of text", pipeline(b"hello"), r"pipeline\.skops: not a readable model"),
    damaged("pipeline of numbers", pipeline(skops.io.dumps(np.ones(3))), r"expected a classifier .*found ndarray"),
    damaged("flavors that are a number", described("flavors: 3"), r"MLmodel: expected flavors\.python_function"),
    damaged("empty MLmodel", described(""), r"MLmodel: expected a mapping of keys .*, found nothing"),
    damaged(
        "model of another loader",
        described("flavors: {python_function: {loader_module: os}}"),
        r"MLmodel: not a model of this package: loader 'os'",
    ),
]
STORES = [
    store("database of another program", "sqlite:///{}/s.db", "database of another program.*found orders", foreign),
    store("text", "sqlite:///{}/s.db", "not a SQLite database", lambda path: path.write_text("hello " * 50)),
    store("empty file", "sqlite:///{}/s.db", r"the file .*s\.db is empty", lambda path: path.touch()),
    store("folder", "sqlite:///{}/s.db", "is a folder; name a file", lambda path: path.mkdir()),
    store("path", "{}/s.db", "is a path, not an address; did you mean 'sqlite:///"),
    store("unknown kind", "htp://x", "unknown kind 'htp'; did you mean 'http'"),
    store("address that is none", "http://[::1", "not an address: Invalid IPv6 URL"),
]


@pytest.mark.parametrize("case", [*REFERENCES, *OUTPUTS, *FOLDERS, *STORES], ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)


def test_a_database_of_another_program_stays_as_it_is(tmp_path, check):
    foreign(tmp_path / "s.db")
    before = (tmp_path / "s.db").read_bytes()
    check(store("foreign", "sqlite:///{}/s.db", "another program"))
    assert (tmp_path / "s.db").read_bytes() == before
