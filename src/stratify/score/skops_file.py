"""Read a skops file as data, part by part, and hand skops a copy that holds what was read and nothing else.

skops trusts every estimator of scikit-learn and resolves shared objects by numbers in the file. Both are more than a
model of this package needs: an estimator may call what its attributes name, and what one node says may be replaced by
what another said. Here the types are a closed list, and the copy has no such numbers.
"""

import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stratify.errors import StratifyError

ESTIMATORS = frozenset(
    {
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRanker",
        "sklearn.compose._column_transformer.ColumnTransformer",
        "sklearn.impute._base.MissingIndicator",
        "sklearn.impute._base.SimpleImputer",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.preprocessing._encoders.OneHotEncoder",
        "sklearn.preprocessing._encoders.OrdinalEncoder",
        "sklearn.preprocessing._function_transformer.FunctionTransformer",
        "sklearn.preprocessing._label.LabelEncoder",
        "stratify.fit.models.biomarker_stack.BiomarkerStack",
        "stratify.fit.models.burden.ReferencedBurden",
        "stratify.fit.models.elastic_net.ElasticNetLogistic",
        "stratify.fit.models.encoding.FillIfComplete",
        "stratify.fit.models.ensemble.CalibratedEnsemble",
        "stratify.fit.models.extra_trees.RandomisedTrees",
        "stratify.fit.models.grouped_ridge.GroupedRidge",
        "stratify.fit.models.invariant_ridge.InvariantRidge",
        "stratify.fit.models.rank_lightgbm.RankedTrees",
        "stratify.fit.models.recalibrated.Recalibrated",
        "stratify.fit.models.ridge_and_trees.RidgeAndTrees",
        "stratify.fit.models.spline_logistic.AdditiveLogistic",
    }
)
"""What the models of `stratify.fit.models` are made of; a test fits each of them and compares."""

_NUMBERS = {f"numpy.{name}" for name in ("bool", "float32", "float64", "int32", "int64", "uint32", "uint64")}
FORMS: Mapping[str, frozenset[str]] = {
    "ObjectNode": ESTIMATORS,
    "JsonNode": frozenset({"builtins.str"}),
    "DictNode": frozenset({"builtins.dict"}),
    "DefaultDictNode": frozenset({"collections.defaultdict"}),
    "ListNode": frozenset({"builtins.list"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "SliceNode": frozenset({"builtins.slice"}),
    "NdArrayNode": frozenset({"numpy.ndarray", "numpy.str_"} | _NUMBERS),
    "DTypeNode": frozenset({"numpy.dtype"}),
    "TypeNode": frozenset(
        {"builtins.bool", "builtins.float", "builtins.int", "builtins.str", "collections.OrderedDict"} | _NUMBERS
    ),
}
"""Kinds of nodes that a model may hold, and of which types each. Functions, methods and constructors are not among
them."""

TRUSTED = sorted(ESTIMATORS | {"collections.OrderedDict", "numpy.dtype"})
"""The same list, for skops' own audit of the copy."""

ONE_VALUE: Mapping[str, tuple[Any, ...]] = {
    "memory": (None,),
    **dict.fromkeys(["n_jobs", "n_thread", "n_threads", "nthread", "nthreads", "num_thread", "num_threads"], (None, 1)),
}
"""Attributes with which an estimator would read a folder of pickles, or start any number of threads."""

MAX_BYTES = 256 * 1024**2
MAX_DEPTH = 100
_SCHEMA = "schema.json"
_DATA_KINDS = "biufUS"


class _RefusedError(ValueError):
    """The file is not what this package writes."""


def checked_copy(content: bytes, where: str) -> bytes:
    """Copy a skops file, part by part, as far as it is of the form this package writes.

    Parameters
    ----------
    content
        The file. Nothing in it is imported, constructed or unpacked to more than its own size.
    where
        File, for the message.

    Returns
    -------
    bytes
        A skops file in which every node is of a type in `FORMS` and stands for itself alone.

    Raises
    ------
    StratifyError
        The file is no such archive, or holds another type, an attribute that would reach outside the model, or an
        array that is not what it says.
    """
    if len(content) > MAX_BYTES:
        raise StratifyError(f"{where}: has {len(content):,} bytes; a model has at most {MAX_BYTES:,}")
    try:
        members = _members(content)
        schema = json.loads(members[_SCHEMA])
        copy = _Copy(members)
        made = copy.node(schema)
        made |= {"protocol": schema["protocol"], "_skops_version": str(schema.get("_skops_version"))}
    except _RefusedError as error:
        raise StratifyError(f"{where}: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, zipfile.BadZipFile, EOFError) as error:
        raise StratifyError(f"{where}: not a readable model: {type(error).__name__}: {error}") from None
    return _archive({_SCHEMA: json.dumps(made).encode(), **copy.arrays})


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        _require(len(set(names)) == len(names), "an archive in which a name stands twice, which no model is")
        plain = all(entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1 for entry in entries)
        sizes = sum(entry.file_size for entry in entries)
        _require(plain and sizes <= len(content), "an archive with compressed or overlapping parts, which no model has")
        return {name: archive.read(name) for name in names}


def _archive(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


@dataclass
class _Copy:
    """Copies nodes, and remembers the arrays they name."""

    members: Mapping[str, bytes]
    arrays: dict[str, bytes] = field(default_factory=dict)

    def node(self, state: Any, depth: int = 0) -> dict[str, Any]:
        _require(depth < MAX_DEPTH, f"parts within parts, more than {MAX_DEPTH} deep, which no model has")
        loader, name = state["__loader__"], f"{state['__module__']}.{state['__class__']}"
        if name not in FORMS.get(loader, ()):
            raise _RefusedError(
                f"holds the type {name!r}, which is not trusted; a model may hold plain data and the "
                "estimators that this package's own models are made of, nothing else"
            )
        module, _, kind = name.rpartition(".")
        return {"__loader__": loader, "__module__": module, "__class__": kind, **_PARTS[loader](self, state, depth + 1)}

    def nodes(self, states: list[Any], depth: int) -> list[dict[str, Any]]:
        return [self.node(state, depth) for state in states]

    def object(self, state: Any, depth: int) -> dict[str, Any]:
        return {"content": self.node(state["content"], depth)}

    def items(self, state: Any, depth: int) -> dict[str, Any]:
        return {"content": self.nodes(state["content"], depth)}

    def mapping(self, state: Any, depth: int) -> dict[str, Any]:
        keys, content = self.node(state["key_types"], depth), state["content"]
        kinds = [key["__loader__"] for key in keys["content"]]
        _require(kinds == ["TypeNode"] * len(content), "a mapping whose keys have no types, which no model has")
        values = {name: self.node(value, depth) for name, value in content.items()}
        for name in ONE_VALUE.keys() & values.keys():
            found = json.loads(values[name]["content"]) if values[name]["__loader__"] == "JsonNode" else "an object"
            allowed = [value for value in ONE_VALUE[name] if value is found or value == found]
            _require(bool(allowed), f"holds {name} = {found!r}, which no model of this package has")
        return {"key_types": keys, "content": values}

    def default_mapping(self, state: Any, depth: int) -> dict[str, Any]:
        parts = state["content"]
        return {"content": {name: self.node(parts[name], depth) for name in ("main", "default_factory")}}

    def value(self, state: Any, depth: int) -> dict[str, Any]:
        found = json.loads(state["content"])
        _require(not isinstance(found, dict | list), "a value that is no number, text or truth value")
        return {"content": state["content"], "is_json": True}

    def slice(self, state: Any, depth: int) -> dict[str, Any]:
        ends = {name: state["content"][name] for name in ("start", "stop", "step")}
        _require(all(end is None or isinstance(end, int) for end in ends.values()), "a slice without whole numbers")
        return {"content": ends}

    def array(self, state: Any, depth: int) -> dict[str, Any]:
        if state["type"] == "json":
            shape = self.node(state["shape"], depth)
            return {"type": "json", "content": self.nodes(state["content"], depth), "shape": shape}
        _require(state["type"] == "numpy", "an array of an unknown kind")
        name = state["file"]
        _check_array(self.members[name], name)
        self.arrays[name] = self.members[name]
        return {"type": "numpy", "file": name}

    def nothing(self, state: Any, depth: int) -> dict[str, Any]:
        return {}


_PARTS: Mapping[str, Callable[[_Copy, Any, int], dict[str, Any]]] = {
    "ObjectNode": _Copy.object,
    "JsonNode": _Copy.value,
    "DictNode": _Copy.mapping,
    "DefaultDictNode": _Copy.default_mapping,
    "ListNode": _Copy.items,
    "TupleNode": _Copy.items,
    "SliceNode": _Copy.slice,
    "NdArrayNode": _Copy.array,
    "DTypeNode": _Copy.object,
    "TypeNode": _Copy.nothing,
}


def _check_array(content: bytes, name: str) -> None:
    """Read an array's head: numbers or text, and exactly as many as there are bytes for."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    _require(version in {(1, 0), (2, 0)}, f"the array {name!r} is of an unknown version")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    count, rest = math.prod(shape), len(content) - stream.tell()
    plain = dtype.kind in _DATA_KINDS and not dtype.hasobject and all(side >= 0 for side in shape)
    _require(plain, f"the array {name!r} holds {dtype}, neither numbers nor text")
    fits = count * dtype.itemsize == rest and (count == 0 or dtype.itemsize > 0)
    _require(fits, f"the array {name!r} says shape {shape} of {dtype}, and has {rest:,} bytes")


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise _RefusedError(complaint)
