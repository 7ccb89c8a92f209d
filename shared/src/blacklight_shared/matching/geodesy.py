"""Distances on the globe."""

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, IUGG."""


def haversine_km(
    latitude_a: npt.ArrayLike,
    longitude_a: npt.ArrayLike,
    latitude_b: npt.ArrayLike,
    longitude_b: npt.ArrayLike,
) -> npt.NDArray[np.floating]:
    """Great-circle distance by the haversine formula.

    The formula keeps its precision at short distances, where the spherical law of cosines loses it
    (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984).

    Args:
        latitude_a: Degrees, -90 to 90; the four arguments broadcast against each other.
        longitude_a: Degrees, -180 to 180.
        latitude_b: Degrees.
        longitude_b: Degrees.

    Returns:
        Kilometres, NaN where a coordinate is NaN.
    """
    phi_a, phi_b = np.radians(latitude_a), np.radians(latitude_b)
    half_delta_phi = (phi_b - phi_a) / 2
    half_delta_lambda = (np.radians(longitude_b) - np.radians(longitude_a)) / 2
    chord = (
        np.sin(half_delta_phi) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_delta_lambda) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1))))
