import numpy as np
import pytest
from blacklight_shared.matching.geodesy import EARTH_RADIUS_KM, haversine_km
from hypothesis import given
from hypothesis import strategies as st

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)


class TestHaversine:
    @pytest.mark.parametrize(
        ("a", "b", "kilometres"),
        [
            ((52.52, 13.405), (48.137, 11.575), 504),
            ((40.7128, -74.006), (51.5074, -0.1278), 5570),
            ((0, 179.9), (0, -179.9), 22.24),
            ((90, 0), (-90, 0), np.pi * EARTH_RADIUS_KM),
        ],
    )
    def test_known_distances(
        self, a: tuple[float, float], b: tuple[float, float], kilometres: float
    ) -> None:
        assert haversine_km(*a, *b) == pytest.approx(kilometres, rel=2e-3)

    @given(latitudes, longitudes, latitudes, longitudes)
    def test_is_symmetric_and_at_most_half_way_round(
        self, lat_a: float, lon_a: float, lat_b: float, lon_b: float
    ) -> None:
        there = float(haversine_km(lat_a, lon_a, lat_b, lon_b))
        assert 0 <= there <= np.pi * EARTH_RADIUS_KM + 1e-6
        assert there == pytest.approx(float(haversine_km(lat_b, lon_b, lat_a, lon_a)), abs=1e-3)

    def test_an_unknown_coordinate_is_an_unknown_distance(self) -> None:
        distances = haversine_km([np.nan, 1.0], 0, 0, 0)
        assert np.isnan(distances).tolist() == [True, False]
