import numpy as np
import pytest
from blacklight_matching.scoring import QuantizedVectors


class TestQuantizedVectors:
    def test_cosines_stay_what_they_were(self) -> None:
        random = np.random.default_rng(1)
        left = random.normal(size=(40, 384)).astype(np.float32)
        right = (left[:30] + random.normal(size=(30, 384))).astype(np.float32)
        exact = (
            left @ right.T / np.outer(np.linalg.norm(left, axis=1), np.linalg.norm(right, axis=1))
        )
        a, b = QuantizedVectors.quantize(left), QuantizedVectors.quantize(right)
        dots = a.dots(np.arange(40), b, np.arange(30))
        rounded = dots / np.outer(np.sqrt(a.squared_lengths), np.sqrt(b.squared_lengths))
        np.testing.assert_allclose(rounded, exact, atol=0.003)

    @pytest.mark.parametrize("dimension", [8, 384, 3072])
    def test_dots_are_exact_whatever_the_dimension(self, dimension: int) -> None:
        random = np.random.default_rng(2)
        codes = random.integers(-127, 128, (9, dimension)).astype(np.int8)
        codes[0] = 127
        vectors = QuantizedVectors(codes)
        wide = codes.astype(np.int64)
        dots = vectors.dots(np.arange(9), vectors, np.arange(9))
        np.testing.assert_array_equal(dots, wide @ wide.T)

    def test_a_row_of_zeros_is_missing(self) -> None:
        vectors = QuantizedVectors.quantize(np.array([[0, 0], [0.3, -0.1]], np.float32))
        assert vectors.present.tolist() == [False, True]
        assert vectors.codes.tolist() == [[0, 0], [127, -42]]

    def test_refuses_what_is_not_finite(self) -> None:
        with pytest.raises(ValueError, match="vectors must have finite components"):
            QuantizedVectors.quantize(np.array([[1, np.nan]], np.float32))

    def test_refuses_codes_of_another_shape(self) -> None:
        with pytest.raises(ValueError, match="codes must be a two-dimensional array of int8"):
            QuantizedVectors(np.zeros(3, np.int8))
