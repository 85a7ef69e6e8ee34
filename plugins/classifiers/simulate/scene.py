"""What the effects work on: the three images of one stamp, and what the eye that took them does to light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX, Pixels

Image = NDArray[np.float64]
#: Electrons per data number, Dekany et al. 2020, PASP 132, 038001.
GAIN = 6.2
#: Root of the noise-equivalent area of a Moffat profile of beta 3, over its width.
AREA_PER_FWHM = float(np.sqrt(np.pi * 5 / 16 / (2 ** (1 / 3) - 1)))
CENTRE_PX = SIZE_PX // 2
#: Half of the side of a stamp.
FIELD_PX = SIZE_PX / 2
Y_PX, X_PX = np.mgrid[:SIZE_PX, :SIZE_PX] - float(CENTRE_PX)


@dataclass
class Scene:
    """One stamp in the making: images (3, 63, 63) in data numbers, noise of the difference, widths of the two PSFs.

    ``psf_px`` and ``template_psf_px`` are full widths at half maximum. Effects change ``images`` in place.
    """

    images: Pixels
    noise: float
    psf_px: float
    template_psf_px: float

    @property
    def science(self) -> Pixels:
        return self.images[0]

    @property
    def template(self) -> Pixels:
        return self.images[1]

    @property
    def difference(self) -> Pixels:
        return self.images[2]

    def flux(self, snr: float) -> float:
        """Return the flux (data numbers) of a point source that has this signal-to-noise ratio in the difference.

        The noise-equivalent area is the inverse of the sum of the squared PSF (King 1983, PASP 95, 163).
        """
        return snr * self.noise * AREA_PER_FWHM * self.psf_px

    def observe(self, light: Image, rng: np.random.Generator) -> None:
        """Add light that the template lacks to science and difference, with its photon noise."""
        seen = light + photon_noise(light, rng)
        self.science[:] += seen
        self.difference[:] += seen

    def host(self, light: Image, reference: Image, rng: np.random.Generator) -> None:
        """Add light that was always there: to the science as ``light``, to the template as ``reference``.

        The difference gets the photon noise alone.
        """
        noise = photon_noise(light, rng)
        self.science[:] += light + noise
        self.template[:] += reference
        self.difference[:] += noise


def photon_noise(light: Image, rng: np.random.Generator) -> Image:
    """Return the noise that light (data numbers) brings along."""
    return rng.standard_normal(light.shape) * np.sqrt(np.abs(light) / GAIN)
