import pytest
from blacklight_shared.postings import find_work_mode
from blacklight_shared.work_terms import WorkMode
from hypothesis import given
from hypothesis import strategies as st


class TestTitleAndLocation:
    @pytest.mark.parametrize(
        ("title", "location", "mode"),
        [
            ("Data Analyst (Remote)", "", WorkMode.REMOTE),
            ("Data Analyst", "Remote - US", WorkMode.REMOTE),
            ("Data Analyst", "Berlin (hybrid)", WorkMode.HYBRID),
            ("Data Analyst", "Berlin, on-site", WorkMode.ONSITE),
            ("Remote Sensing Scientist", "Denver", WorkMode.UNKNOWN),
            ("Data Analyst", "Denver", WorkMode.UNKNOWN),
        ],
    )
    def test_bare_words_count(self, title: str, location: str, mode: WorkMode) -> None:
        assert find_work_mode(title, location, "") is mode

    def test_go_before_the_description(self) -> None:
        assert find_work_mode("", "Berlin (hybrid)", "This is a remote position") is WorkMode.HYBRID


class TestDescription:
    @pytest.mark.parametrize(
        ("text", "mode"),
        [
            ("This is a remote position.", WorkMode.REMOTE),
            ("The role is 100% remote", WorkMode.REMOTE),
            ("You work from home.", WorkMode.REMOTE),
            ("You can work from anywhere", WorkMode.REMOTE),
            ("THIS IS NOT A REMOTE OPPORTUNITY", WorkMode.ONSITE),
            ("No remote work possible", WorkMode.ONSITE),
            ("From our office (no WFH for now)", WorkMode.ONSITE),
            ("Six weeks. Remote is fine.", WorkMode.REMOTE),
            ("Must be able to work on-site daily", WorkMode.ONSITE),
            ("We have a hybrid work model", WorkMode.HYBRID),
            ("Two days a week in the office", WorkMode.HYBRID),
            ("Work from home Wednesdays", WorkMode.HYBRID),
            ("You can work from home twice a month", WorkMode.HYBRID),
            ("A hybrid role, blending analysis and design", WorkMode.UNKNOWN),
            ("Experience with hybrid cloud and remote teams", WorkMode.UNKNOWN),
            ("Come and work with us", WorkMode.UNKNOWN),
        ],
    )
    def test_phrases_about_this_job_count(self, text: str, mode: WorkMode) -> None:
        assert find_work_mode("Analyst", "Leeds", text) is mode


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=300))
def test_any_text_has_a_mode(title: str, location: str, description: str) -> None:
    assert find_work_mode(title, location, description) in WorkMode
