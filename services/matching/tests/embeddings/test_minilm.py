from __future__ import annotations

import asyncio

import numpy as np
import pytest
from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_shared.workflows import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

LONG = "forklift " * 300
# First six and last two components, as sentence-transformers 6.2.0 on PyTorch 2.13.0 gives them.
EXPECTED = {
    "Registered Nurse (RN), Intensive Care": (
        [-0.052859, -0.071398, -0.039384, 0.039484, -0.004848, 0.032969, 0.026453, -0.000927]
    ),
    "ICU nurse": (
        [-0.055827, -0.018736, -0.030586, 0.01772, -0.013264, 0.018566, 0.024435, -0.07748]
    ),
    "JavaScript developer": (
        [-0.111965, -0.031857, 0.02723, 0.03651, 0.004284, -0.076552, 0.068267, -0.014911]
    ),
    "Schweißer – Zürich": (
        [-0.017112, 0.087579, 0.008704, 0.004363, 0.040901, 0.036539, -0.048467, 0.077516]
    ),
    "x": [-0.09791, -0.064001, -0.023181, -0.046197, 0.0217, -0.028492, 0.020482, -0.011628],
}
CUT_AT_128 = [-0.058565, -0.050581, 0.047409, -0.113476, -0.051383, 0.00227, 0.00925, -0.083018]
CUT_AT_256 = [-0.034375, -0.088225, 0.049934, -0.085475, -0.072451, -0.026314, -0.044011, -0.06551]
WORDS = ["nurse", "welder", "sql", "kraków", "会计", "c++", "🙂", "x"]


class TestEmbed:
    @pytest.mark.parametrize(("max_tokens", "long_text"), [(128, CUT_AT_128), (256, CUT_AT_256)])
    async def test_vectors_are_those_of_sentence_transformers(
        self, max_tokens: int, long_text: list[float]
    ) -> None:
        provider = MiniLmProvider(max_tokens=max_tokens)
        vectors = await provider.embed([*EXPECTED, LONG], kind="document")
        ends = np.concatenate([vectors[:, :6], vectors[:, -2:]], axis=1)
        np.testing.assert_allclose(ends, [*EXPECTED.values(), long_text], atol=1e-5)

    async def test_cosines_are_those_of_sentence_transformers(self) -> None:
        nurse, icu, javascript, _, _ = await MiniLmProvider().embed([*EXPECTED], kind="query")
        cosines = [nurse @ icu, nurse @ javascript, icu @ javascript]
        np.testing.assert_allclose(cosines, [0.68396, 0.05821, 0.06241], atol=2e-5)

    async def test_rows_are_float32_of_unit_length(self) -> None:
        provider = MiniLmProvider()
        vectors = await provider.embed([*EXPECTED], kind="document")
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(EXPECTED), provider.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)

    async def test_no_texts_give_no_rows(self) -> None:
        assert (await MiniLmProvider().embed([], kind="document")).shape == (0, 384)

    async def test_a_blank_text_is_named(self) -> None:
        with pytest.raises(ValidationError, match=r"texts\[1\]: must have"):
            await MiniLmProvider().embed(["a", "\t"], kind="document")

    async def test_what_lies_behind_the_cut_does_not_count(self) -> None:
        provider = MiniLmProvider(max_tokens=8)
        short, long, other = await provider.embed(
            ["one two three four five six", "one two three four five six seven eight", "one two"],
            kind="document",
        )
        np.testing.assert_allclose(short, long, atol=1e-6)
        assert short @ other < 0.999

    @settings(max_examples=15, deadline=None)
    @given(
        texts=st.lists(
            st.lists(
                st.sampled_from(WORDS),
                min_size=1,
            ).map(" ".join),
            min_size=1,
            max_size=40,
        ),
        threads=st.integers(1, 3),
    )
    def test_company_does_not_change_a_vector(self, texts: list[str], threads: int) -> None:
        provider = MiniLmProvider(max_tokens=32, threads=threads)
        together = asyncio.run(provider.embed(texts, kind="document"))
        alone = asyncio.run(provider.embed(texts[:1], kind="document"))
        np.testing.assert_allclose(together[:1], alone, atol=1e-5)
        again = asyncio.run(provider.embed(texts[::-1], kind="document"))
        np.testing.assert_allclose(together, again[::-1], atol=1e-5)

    async def test_calls_at_the_same_time_do_not_mix(self) -> None:
        provider = MiniLmProvider(max_tokens=16)
        texts = [[f"role {name} {number}" for number in range(60)] for name in "abc"]
        together = await asyncio.gather(*(provider.embed(own, kind="document") for own in texts))
        for own, vectors in zip(texts, together, strict=True):
            np.testing.assert_allclose(
                vectors, await provider.embed(own, kind="document"), atol=1e-5
            )


class TestArguments:
    def test_the_cut_is_part_of_the_models_name(self) -> None:
        assert MiniLmProvider().model == "minilm/all-MiniLM-L6-v2@128"
        assert MiniLmProvider(max_tokens=256).model == "minilm/all-MiniLM-L6-v2@256"

    @pytest.mark.parametrize("max_tokens", [7, 257])
    def test_max_tokens_has_a_range(self, max_tokens: int) -> None:
        with pytest.raises(ValueError, match="max_tokens must be from 8 to 256"):
            MiniLmProvider(max_tokens=max_tokens)

    def test_threads_has_a_range(self) -> None:
        with pytest.raises(ValueError, match="threads must be at least 1"):
            MiniLmProvider(threads=0)
