"""Check the trees of LightGBM models before the library reads them: it follows their indices without bounds checks."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from stratify.errors import StratifyError

HEADER = re.compile(
    r"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=(?P<last>\d{1,9})\n"
    r"objective=(?:binary sigmoid:1|lambdarank)\n"
    r"feature_names=(?P<names>[\w ]+)\n(?:monotone_constraints=[01 -]+\n)?feature_infos=[^=\n]+\n"
    r"tree_sizes=(?P<sizes>[\d ]+)\n"
)
"""What this package's models begin with. An objective of several classes would write beyond a patient's one score."""

PRINTABLE = re.compile(r"[\n\x20-\x7e]*")
"""LightGBM stops at a null character and ends lines otherwise than Python does: neither is let through."""

INTEGER = re.compile(r"-?\d{1,9}")
HEADER_SHOWN = 200
FIELD = re.compile(r"[a-z_]+=[^=]*")
ONE_ENTRY_PER_SPLIT = ["split_feature", "threshold", "decision_type", "left_child", "right_child"]


def check_boosters(content: bytes, where: str) -> None:
    """Check every LightGBM model in a skops file.

    LightGBM keeps its trees as text and runs no code from it, but walks from node to node by the numbers in that text;
    a crafted file could make it read outside its memory or run in a circle. Only what this package trains is let
    through: one score per patient, numeric splits, constant leaves, children numbered after their parent.

    Parameters
    ----------
    content
        The skops file.
    where
        File, for the message.

    Raises
    ------
    StratifyError
        A tree is not of that form.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read("schema.json"))
    for node in _nodes(schema):
        if (node.get("__module__"), node.get("__class__")) != ("lightgbm.basic", "Booster"):
            continue
        try:
            handle = node["content"]["content"]["_handle"]
            _require(handle["__loader__"] == "JsonNode", "they are not given as text")
            _check_trees(json.loads(handle["content"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StratifyError(f"{where}: the trees of its LightGBM model are not sound: {error}") from error


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in nested JSON, outermost first."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def _check_trees(text: str) -> None:
    _require(PRINTABLE.fullmatch(text) is not None, "a character that is not printable")
    head, separator, rest = text.partition("\n\nTree=0\n")
    _require(bool(separator), "there is no first tree")
    header = HEADER.fullmatch(f"{head}\n")
    if header is None:
        raise ValueError(f"a header of an unknown form, {head[:HEADER_SHOWN]!r}")
    last = int(header["last"])
    _require(len(header["names"].split()) == last + 1, f"not {last + 1} names of features")
    trees, position = f"Tree=0\n{rest}", 0
    for number, size in enumerate(_integers(header["sizes"])):
        _require(size > 0, f"tree {number} has size {size}")
        block = trees[position : position + size]
        _require(block.startswith(f"Tree={number}\n"), f"tree {number} is not where its size says")
        _check_tree(_fields(block.removeprefix(f"Tree={number}\n")), number, last)
        position += size
    _require(trees[position:].startswith("end of trees\n"), "text follows the last tree")


def _check_tree(tree: dict[str, str], number: int, last_feature: int) -> None:
    leaves = int(tree["num_leaves"])
    _require(leaves >= 1, f"tree {number} has {leaves} leaves")
    _require(tree["num_cat"] == "0" and tree["is_linear"] == "0", f"tree {number} is not a plain numeric tree")
    _require(len(tree["leaf_value"].split()) == leaves, f"tree {number} lacks leaf values")
    if leaves == 1:
        return
    for name in ONE_ENTRY_PER_SPLIT:
        _require(len(tree[name].split()) == leaves - 1, f"tree {number} has a wrong number of {name}")
    _require(all(kind % 2 == 0 for kind in _integers(tree["decision_type"])), f"tree {number} splits a category")
    _require(
        all(0 <= feature <= last_feature for feature in _integers(tree["split_feature"])),
        f"tree {number} splits an unknown feature",
    )
    for side in ("left_child", "right_child"):
        for parent, child in enumerate(_integers(tree[side])):
            sound = parent < child <= leaves - 2 if child >= 0 else ~child < leaves
            _require(sound, f"tree {number}, node {parent}: {side} {child} is no node below it")


def _fields(block: str) -> dict[str, str]:
    lines = block.rstrip("\n").split("\n")
    odd = next((line for line in lines if not FIELD.fullmatch(line)), None)
    if odd is not None:
        raise ValueError(f"a line that is no field, {odd[:HEADER_SHOWN]!r}")
    pairs = [line.split("=", 1) for line in lines]
    names = [name for name, *_ in pairs]
    _require(len(set(names)) == len(names), "a field stands twice")
    return {pair[0]: pair[1] for pair in pairs}


def _integers(text: str) -> list[int]:
    words = text.split()
    _require(all(INTEGER.fullmatch(word) for word in words), "a number that is not whole")
    return [int(word) for word in words]


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise ValueError(complaint)
