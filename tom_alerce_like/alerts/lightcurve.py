"""Light curves of the alert table as one flat table of points, and back again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tom_alerce_like.alerts.schema import LIGHTCURVE

#: Fields of one point.
FIELDS = tuple(field.name for field in LIGHTCURVE.value_type)


def points(alerts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per point: ``row`` (position of the alert in the table), survey, object_id and `FIELDS`."""
    row, fields = flattened(alerts["lightcurve"])
    flat = pd.DataFrame({"row": row})
    for name in ("survey", "object_id"):
        flat[name] = alerts[name].array.take(row)
    for name, values in fields.items():
        flat[name] = _plain(values)
    return flat


def flattened(column: pd.Series) -> tuple[NDArray[np.int64], dict[str, pa.Array]]:
    """Return the position of the alert of each point of a column ``lightcurve``, and each field of all points."""
    lists = _lists(column)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(len(column)), lengths), dict(zip(FIELDS, lists.flatten().flatten(), strict=True))


def nest(flat: pd.DataFrame, n_alerts: int | None = None) -> pd.Series:
    """Return the column ``lightcurve`` of flat points, which must be ordered by ``row``.

    ``n_alerts`` is the length of the table: without it the table ends with the last row that has points.
    """
    row = flat["row"].to_numpy()
    n_rows = n_alerts if n_alerts is not None else int(row.max(initial=-1)) + 1
    offsets = np.searchsorted(row, np.arange(n_rows + 1)).astype(np.int32)
    kind = LIGHTCURVE.value_type
    values = pa.StructArray.from_arrays([_arrow(flat[f.name], f.type) for f in kind], fields=list(kind))
    lists = pa.ListArray.from_arrays(offsets, values).cast(LIGHTCURVE)
    return pd.Series(lists, dtype=pd.ArrowDtype(LIGHTCURVE), name="lightcurve")


def _lists(column: pd.Series) -> pa.ListArray:
    made = pa.array(column, LIGHTCURVE) if column.dtype == object else column.array.__arrow_array__()
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def _plain(values: pa.Array) -> pd.Series:
    if pa.types.is_string(values.type):
        return pd.Series(pc.fill_null(values, ""), dtype="str")
    if pa.types.is_boolean(values.type):
        return pd.Series(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype="bool")
    return pd.Series(values.to_numpy(zero_copy_only=False))


def _arrow(column: pd.Series, kind: pa.DataType) -> pa.Array:
    made = pa.array(column, kind, from_pandas=pa.types.is_string(kind))
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
