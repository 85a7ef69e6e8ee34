"""Pictures of model cards: confusion matrices and stamps, drawn with Pillow alone."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from tom_alerce_like.alerts.cutouts import to_png
from tom_alerce_like.plugins.classifiers.pixels import KINDS, Pixels, triplets

_CELL_PX, _MARGIN_PX, _STAMP_PX, _LINE_PX, _GAP_PX = 74, 96, 126, 18, 4
_INK, _PAPER, _FILL = (20, 20, 20), (255, 255, 255), (31, 97, 158)


def confusion(counts: pd.DataFrame, path: Path, rows: str = "label", columns: str = "answer") -> None:
    """Draw a table of counts, its rows shaded by their fractions.

    ``rows`` and ``columns`` say what the index and the columns of ``counts`` stand for.
    """
    ny, nx = counts.shape
    image = Image.new("RGB", (_MARGIN_PX + nx * _CELL_PX, 2 * _LINE_PX + ny * _CELL_PX), _PAPER)
    draw = ImageDraw.Draw(image)
    _write(draw, f"{rows} (rows), {columns} (columns)", image.width / 2, _LINE_PX / 2)
    for x, name in enumerate(counts.columns):
        _write(draw, str(name), _MARGIN_PX + (x + 0.5) * _CELL_PX, 1.5 * _LINE_PX)
    for y, (name, row) in enumerate(counts.iterrows()):
        _write(draw, str(name), _MARGIN_PX / 2, 2 * _LINE_PX + (y + 0.5) * _CELL_PX)
        for x, count in enumerate(row):
            _cell(draw, x, y, count, count / (row.sum() or 1))
    _save(image, path)


def stamps(alerts: pd.DataFrame, captions: Sequence[str], path: Path, across: int = 2) -> None:
    """Draw science, template and difference of each alert under its caption, ``across`` alerts in a line."""
    images(triplets(alerts), captions, path, across)


def images(stamps: Pixels, captions: Sequence[str], path: Path, across: int = 2) -> None:
    """The same of stamps (n, 3, ny, nx)."""
    width, height = len(KINDS) * (_STAMP_PX + _GAP_PX) + 2 * _GAP_PX, _STAMP_PX + _LINE_PX + 2 * _GAP_PX
    lines = -(-len(stamps) // across)
    image = Image.new("RGB", (min(across, len(stamps)) * width, lines * height), _PAPER)
    draw = ImageDraw.Draw(image)
    for number, (triplet, caption) in enumerate(zip(stamps, captions, strict=True)):
        x, y = number % across * width, number // across * height
        _write(draw, caption, x + width / 2, y + _LINE_PX / 2)
        for place, pixels in enumerate(triplet):
            drawn = Image.open(io.BytesIO(to_png(pixels, _STAMP_PX))).convert("RGBA")
            image.paste(drawn, (x + _GAP_PX + place * (_STAMP_PX + _GAP_PX), y + _LINE_PX), drawn)
    _save(image, path)


def _cell(draw: ImageDraw.ImageDraw, x: int, y: int, count: float, fraction: float) -> None:
    left, top = _MARGIN_PX + x * _CELL_PX, 2 * _LINE_PX + y * _CELL_PX
    colour = tuple(round(paper + fraction * (fill - paper)) for paper, fill in zip(_PAPER, _FILL, strict=True))
    draw.rectangle((left, top, left + _CELL_PX - 2, top + _CELL_PX - 2), fill=colour)
    ink = _PAPER if fraction > 0.5 else _INK
    _write(draw, f"{count:.4g}", left + _CELL_PX / 2, top + 0.38 * _CELL_PX, ink)
    _write(draw, f"{fraction:.0%}", left + _CELL_PX / 2, top + 0.66 * _CELL_PX, ink)


def _write(draw: ImageDraw.ImageDraw, text: str, x: float, y: float, ink: tuple[int, ...] = _INK) -> None:
    draw.text((x, y), text, ink, ImageFont.load_default(13), anchor="mm")


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(64).save(path, optimize=True)
