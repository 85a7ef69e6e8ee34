"""Pictures of model cards are of the size and the shades that their numbers ask for."""

import numpy as np
import pandas as pd
from PIL import Image

from tests.alerts.synthetic import fits_bytes
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.pictures import confusion, stamps


def test_cells_are_the_darker_the_larger_their_fraction(tmp_path):
    counts = pd.DataFrame([[9, 1], [0, 0]], ["SN", "AGN"], ["SN", "AGN"])
    confusion(counts, tmp_path / "new" / "confusion.png")
    with Image.open(tmp_path / "new" / "confusion.png") as image:
        grey = np.asarray(image.convert("L"), float)
    height, width = (grey.shape[0] - 36) // 2, (grey.shape[1] - 96) // 2
    first, second, *none = [grey[36 + y * height + 3, 96 + x * width + 3] for y in (0, 1) for x in (0, 1)]
    assert first < second < none[0] == none[1] == 255


def test_each_alert_has_its_three_stamps(tmp_path):
    bright = fits_bytes(np.eye(63, dtype=np.float32))
    row = {"science": bright, "template": None, "difference": bright}
    alerts = frame({"survey": ["ZTF"] * 3, "cutouts": [row, row, None]})
    stamps(alerts, ["first", "second", "third"], tmp_path / "stamps.png")
    with Image.open(tmp_path / "stamps.png") as image:
        grey = np.asarray(image.convert("L"), float)
    height, width = grey.shape[0] // 2, grey.shape[1] // 2
    lower = grey[20:height, 4:]
    drawn = [(lower[:, start : start + 120] < 100).mean() > 0.5 for start in (0, 130, 260, width, width + 130)]
    assert drawn == [True, False, True, True, False]
    assert (grey[height + 20 :, :width] == 255).all()
