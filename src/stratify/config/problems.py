"""What is wrong in a configuration file, in plain words: the place as it is written there, found, expected, remedy."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic_core import ErrorDetails

from stratify.config.closed import Closed
from stratify.config.identifier import IDENTIFIER_PATTERN, IDENTIFIER_WORDS
from stratify.config.valid_keys import takes_list, valid_keys
from stratify.errors import nearest

MOST = 5
"""Problems shown of one file."""

TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
}
"""What pydantic expects, by its name for the problem."""

LIMITS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("of at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("of at most", "le"),
}

PATTERNS = {
    r"^[0-9a-f]{64}$": "64 lower-case hexadecimal digits",
    r"^[A-Za-z0-9_][A-Za-z0-9_.()+ -]*(/[A-Za-z0-9_][A-Za-z0-9_.()+ -]*)*$": (
        "the name of a file below the source's folder (forward slashes, no '..')"
    ),
    r"^[A-Za-z0-9_][A-Za-z0-9_.()+ -]*\.sha256$": "the name of a table beside this file that ends in .sha256",
    r"^[A-Za-z0-9_][A-Za-z0-9_.()+ -]*\.(zip|tar|tar\.gz|tgz|tar\.bz2|tar\.xz|7z)$": (
        "the name of an archive that ends in .zip, .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz or .7z"
    ),
    r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$": "the name of a package",
    r"^[A-Za-z0-9][A-Za-z0-9.!+_-]*$": "one exact version, such as 1.3.3",
    IDENTIFIER_PATTERN: IDENTIFIER_WORDS,
    r"^[a-z][a-z0-9]*$": "one word in lower-case letters and digits",
    r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$": "a name in lower snake case, such as age_years",
    r"^clin\.[a-z][a-z0-9_]*$": "a clinical column, such as clin.cancer_type",
    r"^[a-z0-9][a-z0-9_]*$": "a name in lower-case letters, digits and underscores",
    r"^(clin|sig|gene|probe|mut|taxon|cgm|[a-z][a-z0-9]*)\.[^\[\]{},:\"]+$": (
        "a feature with its namespace, such as clin.age_years or gene.CD8A"
    ),
}
"""Regular expressions of the models in words."""

REMEDIES = {"sha256": "`sha256sum <file>` prints it"}
"""How to get the value of a key."""

_LONGEST = 80
_LONGEST_PROBLEM = 500


def describe(model: type[Closed], content: object, problems: Sequence[ErrorDetails]) -> str:
    """Put the problems of one file into one line.

    Parameters
    ----------
    model
        What the content should be.
    content
        The file as read.
    problems
        What pydantic found.

    Returns
    -------
    str
        The first `MOST` problems, separated by semicolons. The members of a union that a value fits none of make one.
    """
    by_place: dict[str, list[ErrorDetails]] = {}
    for problem in problems:
        by_place.setdefault(_place(content, problem), []).append(problem)
    texts: list[str] = []
    for place, same in by_place.items():
        mistyped = [problem for problem in same if problem["type"] in TYPES and not _of_key(problem)]
        if mistyped:
            texts.append(f"{_head(place)}{_mistyped(model, mistyped)}")
        texts += [_sentence(model, place, problem) for problem in same if problem not in mistyped]
    texts = [_shortened(text) for text in dict.fromkeys(texts)]
    more = f"; and {len(texts) - MOST} more" if len(texts) > MOST else ""
    return "; ".join(texts[:MOST]) + more


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_PROBLEM else f"{text[:_LONGEST_PROBLEM]}…"


def _place(content: object, problem: ErrorDetails) -> str:
    """Write where the problem is in the file; pydantic's names of a union's members do not stand there."""
    parts = []
    node: Any = content
    for part in problem["loc"]:
        if isinstance(node, dict):
            key = part if part in node else next((key for key in node if str(key).lower() == str(part).lower()), None)
            if key is not None:
                parts.append(str(part))
                node = node[key]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            parts.append(str(part))
            node = node[part]
    last = problem["loc"][-1] if problem["loc"] else 0
    if problem["type"] == "missing" and isinstance(last, str):
        parts.append(last)
    return ".".join(parts)


def _head(place: str) -> str:
    return f"{place}: " if place else ""


def _of_key(problem: ErrorDetails) -> bool:
    """Tell whether it is the key of a mapping that is wrong, not its value."""
    return problem["loc"][-1:] == ("[key]",)


def _sentence(model: type[Closed], place: str, problem: ErrorDetails) -> str:
    kind, location = problem["type"], problem["loc"]
    if kind in ("extra_forbidden", "invalid_key"):
        return f"unknown key {place!r}; {nearest(str(location[-1]), valid_keys(model, location[:-1]))}"
    if kind == "missing" and isinstance(location[-1], str):
        return f"key {place!r} is required and missing{_remedy(place)}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _wrong_tag(model, place, problem)
    if _of_key(problem):
        words = _mistyped(model, [problem]) if kind in TYPES else _wrong(place, problem)
        return f"{_head(place)}wrong key: {words}"
    return f"{_head(place)}{_wrong(place, problem)}"


def _wrong_tag(model: type[Closed], place: str, problem: ErrorDetails) -> str:
    context = problem.get("ctx", {})
    key = str(context["discriminator"]).strip("'")
    if problem["type"] == "union_tag_not_found":
        return f"key {f'{place}.{key}'.lstrip('.')!r} is required and missing"
    tag = str(context["tag"])
    return (
        f"{_head(f'{place}.{key}'.lstrip('.'))}unknown {key} {tag!r}; {nearest(tag, _quoted(context['expected_tags']))}"
    )


def _mistyped(model: type[Closed], problems: Sequence[ErrorDetails]) -> str:
    value, location = problems[0]["input"], problems[0]["loc"]
    expected = list(dict.fromkeys(TYPES[problem["type"]] for problem in problems))
    if "a number" in expected and "a whole number" in expected:
        expected.remove("a whole number")
    if expected == ["a mapping of keys"] and takes_list(model, location):
        expected.insert(0, "a list")
    remedy = ""
    written = not (value is None or isinstance(value, dict | list))
    if expected[0] == "a list" and written:
        remedy = f"; write [{shown}]" if len(shown := _plain(value)) <= _LONGEST and shown.isprintable() else ""
    elif expected == ["text"] and written:
        remedy = "; put it in quotes"
        if isinstance(value, bool):
            remedy += " (YAML reads yes, no, on, off without quotes as true and false)"
    return f"expected {' or '.join(expected)}, found {_found(value)}{remedy}"


def _wrong(place: str, problem: ErrorDetails) -> str:
    """Say what is wrong with a value of the right type."""
    kind, value, context = problem["type"], problem["input"], problem.get("ctx", {})
    if kind == "literal_error":
        return _no_option(value, context["expected"])
    if kind in ("too_short", "too_long", "missing"):
        return _wrong_length(problem)
    if kind in LIMITS:
        words, limit = LIMITS[kind]
        return f"expected a number {words} {context[limit]:g}, found {_found(value)}"
    if kind in ("string_pattern_mismatch", "string_too_short"):
        pattern = context.get("pattern")
        words = PATTERNS.get(pattern, f"text that matches `{pattern}`") if pattern else "text"
        return f"expected {words}, found {_found(value)}{_remedy(place)}"
    message = problem["msg"].removeprefix("Value error, ")
    return message if isinstance(value, dict | list) else f"{message}, found {_found(value)}"


def _wrong_length(problem: ErrorDetails) -> str:
    value, context = problem["input"], problem.get("ctx", {})
    if problem["type"] == "too_long":
        return f"expected at most {context['max_length']} entries, found {len(value)}"
    if problem["type"] == "missing":
        return f"expected more entries, found {_found(value)}"
    least = context["min_length"]
    return f"expected at least {'one entry' if least == 1 else f'{least} entries'}, found {len(value) or 'none'}"


def _no_option(value: object, expected: str) -> str:
    options = _quoted(expected) or expected.split(" or ")
    shown = ", ".join(option if option.isidentifier() else repr(option) for option in options)
    hint = nearest(str(value), options) if isinstance(value, str) else ""
    hint = f"; {hint}" if hint.startswith("did you mean") else ""
    return f"expected {'one of ' if len(options) > 1 else ''}{shown}; found {_found(value)}{hint}"


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _remedy(place: str) -> str:
    remedy = REMEDIES.get(place.rsplit(".", 1)[-1])
    return f"; {remedy}" if remedy else ""


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _found(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping of keys" if value else "an empty mapping"
    if isinstance(value, list | tuple) and not value:
        return "an empty list"
    shown = _plain(value) if isinstance(value, bool | date) else repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
