"""A YAML loader for files from anywhere: a key stands once, aliases and depth have bounds, problems have a place."""

from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml

DEEPEST = 50
"""Levels of nesting; configuration has about eight."""

MOST_VALUES = 100_000
"""Keys and values, those behind aliases counted each time they are used."""

LARGEST_BYTES = 16_000_000
"""Size of a file; MLflow describes every column of a model in one line of its file."""


class SafeLoader(yaml.SafeLoader):
    """Read plain data only: no tag makes an object, and no file makes more of itself than it looks.

    PyYAML's safe loader keeps the last of two equal keys, recurses as deep as the text, expands aliases without end
    and lets values it cannot read (a date of the 99th month) fail with any exception.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0
        self._values = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a value, counting what it holds."""
        alias, mark = self.check_event(yaml.AliasEvent), self.peek_event().start_mark
        if self._depth >= DEEPEST:
            raise yaml.composer.ComposerError(None, None, f"nested deeper than {DEEPEST} levels", mark)
        before = self._values
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is None:
            return node
        if alias and node not in self._sizes:
            raise yaml.composer.ComposerError(None, None, "an alias stands inside what it stands for", mark)
        self._values += self._sizes[node] if alias else 1
        if self._values > MOST_VALUES:
            raise yaml.composer.ComposerError(
                None, None, f"more than {MOST_VALUES:,} values, aliases written out; expected a configuration", mark
            )
        self._sizes.setdefault(node, self._values - before)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Make the value of a node; text that is no value of its type is an error with its place."""
        try:
            value = super().construct_object(node, deep)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
            kind = node.tag.rpartition(":")[2]
            shown = f": {node.value[:40]!r}" if isinstance(node.value, str) else ""
            raise yaml.constructor.ConstructorError(
                None, None, f"not a valid {kind}{shown}; put text in quotes", node.start_mark
            ) from None
        if isinstance(value, str) and not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise yaml.constructor.ConstructorError(
                None, None, "half of a surrogate pair; expected whole characters", node.start_mark
            )
        return value

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        """Make a mapping in which no key is written twice."""
        if not isinstance(node, yaml.MappingNode):  # PyYAML hands over what a tag such as !!map stands at
            raise yaml.constructor.ConstructorError(None, None, "expected a mapping of keys", node.start_mark)
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        counts = Counter(key for key in keys if isinstance(key, str))
        repeated = sorted(key for key, count in counts.items() if count > 1)
        if repeated:
            raise yaml.constructor.ConstructorError(None, None, f"key written twice: {repeated[:5]}", node.start_mark)
        return super().construct_mapping(node, deep)
