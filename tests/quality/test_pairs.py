"""Any CV with any posting, scored without a database."""

import numpy as np
from blacklight_devstack.sample import CVS_FOLDER
from blacklight_matching.features.postings import PostingContent
from blacklight_matching.resume.models import ResumeProfile

from benchmarks.quality.calibration import TODAY
from benchmarks.quality.pairs import read_resume, score_pairs

POSTINGS = [
    PostingContent(
        title="Plumber",
        description="We fix boilers. You need 3 years of plumbing, pipefitting, drain cleaning, "
        "soldering and gas fitting.",
    ),
    PostingContent(
        title="Data Scientist",
        description="You need 3 years of Python, SQL, machine learning and statistics.",
    ),
]


class TestScorePairs:
    def test_scores_whatever_the_role_is(self) -> None:
        plumber, scientist = (
            read_resume(CVS_FOLDER / name, TODAY).profile
            for name in ("keith-donnelly.docx", "amara-okafor.pdf")
        )
        scores = score_pairs([plumber, scientist], POSTINGS)
        assert scores.shape == (2, 2)
        assert scores[0, 0] > scores[0, 1]
        assert scores[1, 1] > scores[1, 0]

    def test_an_empty_or_one_word_profile_scores_nothing(self) -> None:
        one_word = ResumeProfile(headline="Plumber", preferred_titles=("Plumber",))
        assert not np.any(score_pairs([ResumeProfile(), one_word], POSTINGS))
