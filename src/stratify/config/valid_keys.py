"""What a configuration model takes at a place, looked up in its JSON Schema."""

from typing import Any

from stratify.config.closed import Closed

Location = tuple[int | str, ...]


def valid_keys(model: type[Closed], location: Location) -> list[str]:
    """Name the keys of a section.

    Parameters
    ----------
    model
        The whole file's model.
    location
        Path to the section as pydantic reports it: keys, positions, and the tag of a union's member.

    Returns
    -------
    list of str
        Sorted.
    """
    return sorted({name for form in _forms_at(model, location) for name in form.get("properties", {})})


def takes_list(model: type[Closed], location: Location) -> bool:
    """Tell whether a list is one of the forms in which a section can be written."""
    return any(form.get("type") == "array" for form in _forms_at(model, location))


def _forms_at(model: type[Closed], location: Location) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    nodes = [schema]
    for part in location:
        nodes = [child for node in nodes for child in _children(schema, node, str(part))]
    return [form for node in nodes for form in _forms(schema, node)]


def _forms(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """List a node and the forms it can take, those of its members included."""
    node = _resolve(schema, node)
    members = node.get("anyOf", node.get("oneOf", []))
    return [node, *(form for member in members for form in _forms(schema, member))]


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node


def _children(schema: dict[str, Any], node: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """List the schema nodes one step down; a union's tag (as pydantic reports it) selects among its members."""
    tagged = _resolve(schema, node).get("discriminator", {}).get("mapping", {}).get(part)
    if tagged:
        return [{"$ref": tagged}]
    found = []
    for candidate in _forms(schema, node):
        if part in candidate.get("properties", {}):
            found.append(candidate["properties"][part])
        elif isinstance(candidate.get("additionalProperties"), dict):
            found.append(candidate["additionalProperties"])
        elif "patternProperties" in candidate:
            found += candidate["patternProperties"].values()
        elif "items" in candidate:
            found.append(candidate["items"])
    return found
