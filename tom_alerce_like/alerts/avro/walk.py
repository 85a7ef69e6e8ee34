"""Walking a packet: pieces of regular grammar, each with what is to be read by its length after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, islice
from operator import methodcaller
from typing import Any, NamedTuple

Body = bytes | memoryview

#: An integer: seven bits in each byte, the lowest first, the highest bit set in all bytes but the last.
NUMBER = rb"[\x80-\xff]{0,9}+[\x00-\x7f]"
_MAX_NUMBER_BYTES = 10
_groups = methodcaller("groups")


class UnusualError(Exception):
    """A schema or packet has something that is left to a complete reader."""


class Bytes:
    """Bytes after their length."""

    def read(self, body: Body, at: int, length: int) -> tuple[memoryview, int]:
        """Return the bytes that start there, and where they end."""
        end = at + length
        if not at <= end <= len(body):
            raise UnusualError
        return memoryview(body)[at:end], end


class Repeated(NamedTuple):
    """The elements of a list, or the entries of a map, after how many they are."""

    pattern: re.Pattern[bytes]

    def read(self, body: Body, at: int, count: int) -> tuple[list[bytes | None], int]:
        """Return the groups of all elements in one list (flat: tuples would keep Python's garbage collector busy).

        ``count`` is the number of elements in the first block; the second value returned is where the list ends.
        """
        groups: list[bytes | None] = []
        while count:
            if count < 0:  # then the length of the block in bytes follows
                count, (_, at) = -count, number_at(body, at)
            if count > len(body):  # an element has at least a byte
                raise UnusualError
            # what the library's own re.Scanner is made of; it is not in the documentation, nor in typeshed
            match = self.pattern.scanner(body, at).match  # type: ignore[attr-defined]
            groups.extend(chain.from_iterable(map(_groups, islice(iter(match, None), count - 1))))
            last = match()
            if last is None:
                raise UnusualError
            groups.extend(last.groups())
            count, at = number_at(body, last.end())
        return groups, at


class Piece(NamedTuple):
    """A pattern, and what is read after it; the pattern's last group is then its length, or None when it is absent."""

    pattern: re.Pattern[bytes]
    tail: Bytes | Repeated | None


def walk(pieces: Sequence[Piece], body: Body, start: int) -> tuple[list[Any], int]:
    """Return the groups of all pieces, the first of which starts there, and where the last one ends.

    Raises `UnusualError` when the bytes do not follow the grammar.
    """
    found: list[Any] = []
    at = start
    for pattern, tail in pieces:
        matched = pattern.match(body, at)
        if matched is None:
            raise UnusualError
        found += matched.groups()
        at = matched.end()
        if tail is not None and found[-1] is not None:
            found[-1], at = tail.read(body, at, number_at(found[-1], 0)[0])
    return found, at


def number_at(body: Body, at: int) -> tuple[int, int]:
    """Return the integer that starts there, and where it ends; raises `UnusualError` when it does not."""
    code = shift = 0
    for end, byte in enumerate(body[at : at + _MAX_NUMBER_BYTES], at + 1):
        if byte < 0x80:
            code |= byte << shift
            return code >> 1 ^ -(code & 1), end  # numbers near 0 have small codes, whatever their sign
        code |= (byte & 0x7F) << shift
        shift += 7
    raise UnusualError
