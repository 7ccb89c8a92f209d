"""Scores candidates against postings, arrays at a time."""

from blacklight_matching.scoring.currency import (
    REFERENCE_RATES,
    ExchangeRates,
    UnknownCurrencyError,
)
from blacklight_matching.scoring.features import CandidateFeatures, JobFeatures
from blacklight_matching.scoring.kernel import score_block, score_tiles
from blacklight_matching.scoring.location import Places
from blacklight_matching.scoring.pairs import ScoredPairs
from blacklight_matching.scoring.ragged import Ragged
from blacklight_matching.scoring.rows import CandidateRow, JobRow, Location
from blacklight_matching.scoring.salary import usd_per_year
from blacklight_matching.scoring.skills import SkillDemands
from blacklight_matching.scoring.vectors import QuantizedVectors

__all__ = [
    "REFERENCE_RATES",
    "CandidateFeatures",
    "CandidateRow",
    "ExchangeRates",
    "JobFeatures",
    "JobRow",
    "Location",
    "Places",
    "QuantizedVectors",
    "Ragged",
    "ScoredPairs",
    "SkillDemands",
    "UnknownCurrencyError",
    "score_block",
    "score_tiles",
    "usd_per_year",
]
