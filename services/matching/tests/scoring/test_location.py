from dataclasses import replace

import numpy as np
import pytest
from blacklight_matching.scoring import CandidateFeatures, CandidateRow, JobFeatures, JobRow
from blacklight_matching.scoring import Location as Spot
from blacklight_matching.scoring.location import location_scores
from blacklight_shared.work_terms import WorkMode
from hypothesis import given
from hypothesis import strategies as st

BERLIN = Spot(country=1, region=10, city=100, latitude=52.52, longitude=13.405)
POTSDAM = Spot(country=1, region=11, city=101, latitude=52.39, longitude=13.065)
COTTBUS = Spot(country=1, region=11, city=102, latitude=51.76, longitude=14.33)
MUNICH = Spot(country=1, region=12, city=103, latitude=48.137, longitude=11.575)
SLUBICE = Spot(country=2, region=20, city=200, latitude=52.35, longitude=14.56)
FRANKFURT_ODER = Spot(country=1, region=11, city=104, latitude=52.34, longitude=14.55)
PARIS = Spot(country=3, region=30, city=300, latitude=48.857, longitude=2.352)
GERMANY, BRANDENBURG = Spot(country=1), Spot(country=1, region=11)
NOWHERE = Spot()

spots = st.sampled_from(
    [BERLIN, POTSDAM, COTTBUS, MUNICH, SLUBICE, PARIS, GERMANY, BRANDENBURG, NOWHERE]
)
modes = st.sampled_from(WorkMode)
wishes = st.frozensets(st.sampled_from([WorkMode.ONSITE, WorkMode.HYBRID, WorkMode.REMOTE]))


def score(
    home: Spot,
    site: Spot,
    mode: WorkMode = WorkMode.ONSITE,
    *,
    moves: bool = False,
    wants: frozenset[WorkMode] = frozenset(),
) -> float:
    candidate = CandidateRow(
        id=1, role_ids=[], location=home, willing_to_relocate=moves, accepted_work_modes=wants
    )
    seekers = CandidateFeatures.from_rows([candidate])
    jobs = JobFeatures.from_rows([JobRow(id=1, role_id=1, location=site, work_mode=mode)])
    return float(
        location_scores(
            seekers.places.astype(np.float64),
            seekers.accepted_modes,
            seekers.relocates,
            jobs.places.astype(np.float64),
            jobs.work_mode,
        )[0]
    )


class TestOnSite:
    @pytest.mark.parametrize(
        ("home", "site", "expected"),
        [
            (BERLIN, BERLIN, 100),
            (POTSDAM, BERLIN, 100),
            (COTTBUS, FRANKFURT_ODER, 59.75),
            (replace(COTTBUS, latitude=None, longitude=None), FRANKFURT_ODER, 50),
            (MUNICH, BERLIN, 25),
            (PARIS, BERLIN, 0),
            (SLUBICE, FRANKFURT_ODER, 100),
            (MUNICH, GERMANY, 100),
            (POTSDAM, BRANDENBURG, 100),
            (MUNICH, BRANDENBURG, 25),
            (GERMANY, BERLIN, 25),
        ],
    )
    def test_scores_as_documented(self, home: Spot, site: Spot, expected: float) -> None:
        assert score(home, site) == pytest.approx(expected, abs=0.1)
        assert score(home, site, WorkMode.UNKNOWN) == score(home, site)

    def test_who_would_relocate_is_not_far(self) -> None:
        assert score(MUNICH, BERLIN, moves=True) == 70
        assert score(PARIS, BERLIN, moves=True) == 40

    @given(spots, spots)
    def test_hybrid_reaches_as_far_at_least(self, home: Spot, site: Spot) -> None:
        if not np.isnan(on_site := score(home, site)):
            assert score(home, site, WorkMode.HYBRID) >= on_site
        assert score(COTTBUS, BERLIN, WorkMode.HYBRID) > score(COTTBUS, BERLIN)

    @given(st.floats(0, 80), st.floats(0, 80))
    def test_nearer_is_never_worse(self, one: float, other: float) -> None:
        def at(degrees_north: float) -> float:
            home = Spot(country=9, latitude=degrees_north, longitude=0)
            return score(home, Spot(country=1, city=5, latitude=0, longitude=0))

        assert at(min(one, other)) >= at(max(one, other))


class TestRemote:
    def test_is_done_from_anywhere_or_within_the_country(self) -> None:
        assert score(PARIS, NOWHERE, WorkMode.REMOTE) == 100
        assert score(NOWHERE, NOWHERE, WorkMode.REMOTE) == 100
        assert score(MUNICH, BERLIN, WorkMode.REMOTE) == 100
        assert score(PARIS, GERMANY, WorkMode.REMOTE) == 20


class TestWorkModes:
    @given(spots, spots, modes, st.booleans(), wishes)
    def test_stays_within_bounds(
        self, home: Spot, site: Spot, mode: WorkMode, moves: bool, wants: frozenset[WorkMode]
    ) -> None:
        found = score(home, site, mode, moves=moves, wants=wants)
        assert np.isnan(found) or 0 <= found <= 100

    def test_a_mode_that_is_not_accepted_scores_nothing(self) -> None:
        only_remote = frozenset({WorkMode.REMOTE})
        assert score(BERLIN, BERLIN, WorkMode.ONSITE, wants=only_remote) == 0
        assert score(BERLIN, BERLIN, WorkMode.HYBRID, wants=only_remote) == 0
        assert score(BERLIN, BERLIN, WorkMode.REMOTE, wants=only_remote) == 100
        assert score(BERLIN, BERLIN, WorkMode.UNKNOWN, wants=only_remote) == 100

    @given(spots, spots, modes, wishes, modes)
    def test_accepting_more_never_hurts(
        self, home: Spot, site: Spot, mode: WorkMode, wants: frozenset[WorkMode], more: WorkMode
    ) -> None:
        if wants and not np.isnan(narrow := score(home, site, mode, wants=wants)):
            assert score(home, site, mode, wants=wants | {more}) >= narrow


class TestMissing:
    @given(spots, spots, modes, st.booleans())
    def test_knowing_less_of_the_home_never_helps(
        self, home: Spot, site: Spot, mode: WorkMode, moves: bool
    ) -> None:
        known = score(home, site, mode, moves=moves)
        for vaguer in (
            replace(home, latitude=None, longitude=None),
            replace(home, city=None, latitude=None, longitude=None),
            Spot(country=home.country),
            NOWHERE,
        ):
            found = score(vaguer, site, mode, moves=moves)
            assert np.isnan(found) or found <= known

    def test_nothing_is_compared_when_a_side_is_silent(self) -> None:
        assert np.isnan(score(NOWHERE, BERLIN))
        assert np.isnan(score(BERLIN, NOWHERE))
        assert np.isnan(score(NOWHERE, GERMANY, WorkMode.REMOTE))
