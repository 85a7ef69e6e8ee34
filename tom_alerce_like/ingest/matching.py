"""Which target an object of a survey is: by its names, else by its place, else a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from tom_targets.models import Target, TargetName

from tom_alerce_like import conf
from tom_alerce_like.bulk import slices
from tom_alerce_like.ingest.cone import nearest_targets, neighbours

_MAX_NAME = 100


@dataclass
class Match:
    """Where objects belong.

    ``slots`` holds for each object the id of its target, or -k for the k-th new one; ``founders`` the positions of
    the objects that new targets are made of. ``names`` are other names that a slot gains.
    """

    slots: list[int] = field(default_factory=list)
    founders: list[int] = field(default_factory=list)
    names: list[tuple[str, int]] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)


def match(objects: pd.DataFrame, aliases: Mapping[str, Sequence[str]]) -> Match:
    """Find the targets of objects: exact name or alias first, then the nearest target within MATCH_RADIUS_ARCSEC.

    ``objects`` has one row per object_id, with ra_deg and dec_deg. Objects see the targets that earlier rows found, so
    that one batch gives what many small ones would.
    """
    names = [_names(object_id, aliases) for object_id in objects["object_id"]]
    known = owners({name for own in names for name in own})
    nameless = [place for place, own in enumerate(names) if known.keys().isdisjoint(own)]
    near, close = _near(objects, nameless)
    found = Match()
    for place, own in enumerate(names):
        named = next((known[name] for name in own if name in known), None)
        earlier = (found.slots[other] for other in close.get(place, ()) if other in found.founders)
        slot = named or near.get(place) or next(earlier, None)
        if slot is None:
            found.founders.append(place)
            slot = -len(found.founders)
            known[own[0]] = slot
        found.slots.append(slot)
        _claim(own, slot, known, found)
    return found


def owners(names: Iterable[str]) -> dict[str, int]:
    """Return the targets that go by these names, as name -> target id; exact and indexed."""
    found: dict[str, int] = {}
    for part in slices(sorted(filter(_is_name, names))):
        found |= dict(TargetName.objects.filter(name__in=part).values_list("name", "target_id"))
        found |= dict(Target.objects.filter(name__in=part).values_list("name", "pk"))
    return found


def _names(object_id: str, aliases: Mapping[str, Sequence[str]]) -> list[str]:
    others = (str(name).strip() for name in aliases.get(object_id, ()))
    return list(dict.fromkeys([object_id, *(name for name in others if _is_name(name))]))


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _MAX_NAME and text.isprintable()


def _near(objects: pd.DataFrame, places: list[int]) -> tuple[dict[int, int], dict[int, list[int]]]:
    radius_arcsec = conf.get("MATCH_RADIUS_ARCSEC")
    ra, dec = (objects[name].to_numpy(dtype=float)[places] for name in ("ra_deg", "dec_deg"))
    near = nearest_targets(ra, dec, radius_arcsec)
    close = neighbours(ra, dec, radius_arcsec)
    return (
        {places[i]: target for i, target in near.items()},
        {places[i]: [places[j] for j in others] for i, others in close.items()},
    )


def _claim(own: list[str], slot: int, known: dict[str, int], found: Match) -> None:
    for name in own:
        if name not in known:
            known[name] = slot
            found.names.append((name, slot))
        elif known[name] != slot:
            found.problems[f"{name} is said to be {own[0]}, but it is another target already"] += 1
