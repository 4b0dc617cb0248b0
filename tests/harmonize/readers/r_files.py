"""Writes R data files byte by byte (serialization version 3, XDR), so that the fixtures need no R."""

import bz2
import gzip
import lzma
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NA_INT = -(2**31)
NA_REAL = struct.pack(">Q", 0x7FF00000000007A2)
NULL = struct.pack(">i", 254)
PACK = {"plain": lambda data: data, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@dataclass
class R:
    """An R object: its values and its attributes (slots, for a formal class)."""

    values: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)
    kind: str = "vector"


def s4(name, **slots):
    return R(None, {**slots, "class": [name]}, "s4")


def r_list(**elements):
    return R(list(elements.values()), {"names": list(elements)})


def factor(codes, levels, *more):
    return R(codes, {"levels": levels, "class": [*more, "factor"]})


def data_frame(names=None, **columns):
    columns = {name.replace("__", "."): column for name, column in columns.items()}
    first = next(iter(columns.values()))
    n = len(first.values if isinstance(first, R) else first)
    rows = names or [None, -n]
    return R(list(columns.values()), {"names": list(columns), "class": ["data.frame"], "row.names": rows})


def dframe(names=None, n=None, **columns):
    n = n if n is not None else len(next(iter(columns.values())))
    return s4("DFrame", rownames=names, nrows=[n], listData=r_list(**columns))


def matrix(rows, dimnames=None):
    flat = [row[at] for at in range(len(rows[0])) for row in rows]
    attributes = {"dim": [len(rows), len(rows[0])]}
    return R(flat, attributes | ({"dimnames": R(dimnames)} if dimnames else {}))


def experiment(assays, samples, features, row_data=None, name="SummarizedExperiment"):
    held = s4("SimpleAssays", data=s4("SimpleList", listData=r_list(**assays)))
    n = len(features) if features else 0
    return s4(name, colData=samples, assays=held, NAMES=features, elementMetadata=row_data or dframe(n=n))


def _flags(kind, *, is_object=False, attributes=False, tag=False, gp=0):
    return struct.pack(">i", kind | is_object << 8 | attributes << 9 | tag << 10 | gp << 12)


def _char(text):
    if text is None:
        return _flags(9) + struct.pack(">i", -1)
    data = text.encode()
    return _flags(9, gp=8) + struct.pack(">i", len(data)) + data


def _symbol(name):
    return _flags(1) + _char(name)


def pairs(items):
    return b"".join(_flags(2, tag=True) + _symbol(name) + encode(value) for name, value in items.items()) + NULL


def _body(values):
    """Return the type code and content of a vector."""
    held = [value for value in values if value is not None]
    length = struct.pack(">i", len(values))
    if any(isinstance(value, R | list | dict) for value in held):
        return 19, length + b"".join(encode(value) for value in values)
    if any(isinstance(value, str) for value in held):
        return 16, length + b"".join(_char(value) for value in values)
    if held and all(isinstance(value, bool) for value in held):
        return 10, length + b"".join(struct.pack(">i", NA_INT if v is None else int(v)) for v in values)
    if held and all(isinstance(value, int) for value in held):
        return 13, length + b"".join(struct.pack(">i", NA_INT if v is None else v) for v in values)
    if values and not held:
        return 10, length + struct.pack(">i", NA_INT) * len(values)
    if not values:
        return 19, length
    return 14, length + b"".join(NA_REAL if v is None else struct.pack(">d", v) for v in values)


def encode(value):
    if value is None:
        return NULL
    if isinstance(value, list):
        value = R(value)
    attributes = pairs(value.attributes) if value.attributes else b""
    flags = {"is_object": "class" in value.attributes, "attributes": bool(value.attributes)}
    if value.kind == "s4":
        return _flags(25, gp=16, **flags) + attributes
    if value.kind == "environment":
        return _flags(4) + struct.pack(">i", 0) + _flags(242) + pairs(value.values) + NULL + NULL
    kind, content = _body(value.values)
    return _flags(kind, **flags) + content + attributes


def _head():
    return b"X\n" + struct.pack(">iiii", 3, 0x40301, 0x30500, 5) + b"UTF-8"


def write_rda(path: Path, pack="gzip", **objects) -> Path:
    path.write_bytes(PACK[pack](b"RDX3\n" + _head() + pairs(objects)))
    return path


def write_rds(path: Path, value, pack="gzip") -> Path:
    path.write_bytes(PACK[pack](_head() + encode(value)))
    return path
