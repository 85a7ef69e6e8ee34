"""Compare the form of two JSON values: names, nesting and types."""

from __future__ import annotations

from typing import Any


def form(value: Any) -> Any:
    """Return the form of a value: types of scalars, union of the forms of all rows of a list."""
    if isinstance(value, dict):
        return {name: form(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_union([form(item) for item in value])]
    return frozenset({type(value).__name__})


def _union(forms: list[Any]) -> Any:
    if not forms:
        return None
    if all(isinstance(one, dict) for one in forms):
        names = dict.fromkeys(name for one in forms for name in one)
        return {name: _union([one[name] for one in forms if name in one]) for name in names}
    if all(isinstance(one, list) for one in forms):
        return [_union([one[0] for one in forms if one[0] is not None])]
    return frozenset().union(*(one if isinstance(one, frozenset) else {type(one).__name__} for one in forms))


def differences(recorded: Any, ours: Any, path: str = "") -> list[str]:
    """Return where our form departs from the recorded one: other names, or types that were never recorded.

    Null stands for any type, and a whole number may stand for a decimal one.
    """
    if recorded is None or ours is None:
        return []
    if isinstance(recorded, dict) and isinstance(ours, dict):
        odd = [
            f"{path}/{name}: only {'recorded' if name in recorded else 'ours'}" for name in set(recorded) ^ set(ours)
        ]
        return odd + [
            line
            for name in set(recorded) & set(ours)
            for line in differences(recorded[name], ours[name], f"{path}/{name}")
        ]
    if isinstance(recorded, list) and isinstance(ours, list):
        return differences(recorded[0], ours[0], f"{path}[]")
    if isinstance(recorded, frozenset) and isinstance(ours, frozenset):
        real = recorded - {"NoneType"}
        known = real | {"NoneType"} | ({"float"} if "int" in real else set()) | ({"int"} if "float" in real else set())
        return [f"{path}: {set(ours)} for {set(recorded)}"] if real and not ours <= known else []
    return [f"{path}: {ours} for {recorded}"]
