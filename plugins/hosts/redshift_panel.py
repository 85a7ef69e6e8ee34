"""The redshift of a transient on the target page: in words, and its distribution as SVG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tom_alerce_like.plugins.hosts.models import Host, HostSearch

#: Units of the drawing.
WIDTH, HEIGHT, MARGIN, TICKS = 300, 100, 16, 16
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_MOST_TICKS = 6
_KINDS, _UNSTATED = {"spec": "spectroscopic", "photo": "photometric"}, "kind not stated"
_ERROR_OF = {"photo": "from the photo-z"}
_OWN = "from the galaxies' own redshifts"


@dataclass(frozen=True)
class Plot:
    """``points`` is the outline of the density; x of the interval's ends and of the median; ticks are (x, label).

    ``range95``: the interval that holds 95 per cent, in words.
    """

    points: str
    x_low68: float
    width68: float
    x_median: float
    ticks: list[tuple[float, str]]
    range95: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    box: str = f"{-MARGIN} {-MARGIN} {WIDTH + 2 * MARGIN} {HEIGHT + MARGIN + TICKS}"
    tick_y: int = HEIGHT + TICKS - 4


def of_transient(redshift: float, err: float) -> str:
    """Say what the redshift is that people entered for the transient itself; an error that is not known is NaN."""
    error = f" ± {_digits(err, err)}" if err > 0 else ""
    return f"z = {_digits(redshift, err)}{error}, of the transient itself (the target's field redshift)"


def of_galaxy(host: Host) -> str:
    """Say what the redshift of one galaxy is, nothing where it has none."""
    if host.redshift is None:
        return ""
    kind = _KINDS.get(host.redshift_kind, _UNSTATED)
    error = "" if host.redshift_err is None else f" ± {_digits(host.redshift_err, host.redshift_err)}"
    return f"z = {_digits(host.redshift, host.redshift_err)}{error} ({kind}), by this galaxy"


def of_all(search: HostSearch, host: Host | None) -> str:
    """Say what a search makes of all candidates together, and the two errors apart; ``host`` is the likeliest."""
    z, low, high = search.redshift, search.redshift_lo68, search.redshift_hi68
    if z is None or low is None or high is None:
        return ""
    err = (high - low) / 2
    interval = f"z = {_digits(z, err)}, 68 % between {_digits(low, err)} and {_digits(high, err)}"
    if host is None or host.redshift is None:
        return f"{interval}: a guess from brightness, no redshift of the host is known"
    parts = {
        _ERROR_OF.get(search.redshift_kind, _OWN): search.e_host_phot,
        "from doubt about which galaxy": search.e_host_id,
    }
    errors = ", ".join(f"± {_digits(value, value)} {source}" for source, value in parts.items() if value is not None)
    return f"{interval} ({_KINDS.get(search.redshift_kind, _UNSTATED)}; {errors})"


def draw(search: HostSearch) -> Plot | None:
    """Return the plot of a search, None where it has no distribution."""
    z, density = (np.array(search.redshift_density.get(name, []), float) for name in ("z", "density"))
    if len(z) < 2 or not density.max() > 0:
        return None
    step = next((step for step in _STEPS if z[-1] / step <= _MOST_TICKS), _STEPS[-1])
    end = np.ceil(1.02 * z[-1] / step) * step

    def x(value: float | None) -> float:
        return round(float(np.clip((value or 0.0) / end, 0, 1)) * WIDTH, 1)

    heights = np.round(HEIGHT * (1 - density / density.max()), 1).tolist()
    outline = [(x(z[0]), HEIGHT), *zip(map(x, z), heights, strict=True), (x(z[-1]), HEIGHT)]
    low, high = x(search.redshift_lo68), x(search.redshift_hi68)
    return Plot(
        points=" ".join(f"{one},{other}" for one, other in outline),
        x_low68=low,
        width68=max(round(high - low, 1), 1.0),
        x_median=x(search.redshift),
        ticks=[(x(value), f"{value:g}") for value in np.round(np.arange(0, end + step / 2, step), 4)],
        range95=_range95(search),
    )


def _range95(search: HostSearch) -> str:
    low, high = search.redshift_lo95, search.redshift_hi95
    if low is None or high is None:
        return ""
    err = (high - low) / 4
    return f"{_digits(low, err)} to {_digits(high, err)}"


def _digits(value: float, err: float | None) -> str:
    """Return a redshift with the digits that its error leaves."""
    decimals = 4 if not err or not err > 0 else int(np.clip(1 - np.floor(np.log10(err)), 2, 5))
    return f"{value:.{decimals}f}"
