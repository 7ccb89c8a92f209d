import pytest
from blacklight_matching.locations import Place, parse_location
from blacklight_matching.locations.gazetteer import fold, gazetteer
from blacklight_matching.locations.names import REGIONS
from blacklight_shared.work_terms import WorkMode
from hypothesis import given
from hypothesis import strategies as st

SAN_FRANCISCO, NEW_YORK, BOSTON, LONDON = 5391959, 5128581, 4930956, 2643743
BERLIN, BENGALURU, AUSTIN, MUNICH, TORONTO = 2950159, 1277333, 4671654, 2867714, 6167865


def parsed(text: str) -> Place:
    place = parse_location(text)
    assert place is not None
    return place


class TestParseLocation:
    @pytest.mark.parametrize(
        ("text", "city_id", "region_code"),
        [
            ("San Francisco, CA 94103", SAN_FRANCISCO, "US-CA"),
            ("San Francisco, California, United States", SAN_FRANCISCO, "US-CA"),
            ("600 Montgomery St, San Francisco, CA 94111-2702, US", SAN_FRANCISCO, "US-CA"),
            ("San Francisco, US-CA", SAN_FRANCISCO, "US-CA"),
            ("San Francisco Bay Area", SAN_FRANCISCO, "US-CA"),
            ("SF", SAN_FRANCISCO, "US-CA"),
            ("New York, NY", NEW_YORK, "US-NY"),
            ("New York", NEW_YORK, "US-NY"),
            ("NYC", NEW_YORK, "US-NY"),
            ("Greater Boston Area", BOSTON, "US-MA"),
            ("boston ma usa", BOSTON, "US-MA"),
            ("London, UK", LONDON, "GB-ENG"),
            ("London", LONDON, "GB-ENG"),
            ("Berlin, Germany", BERLIN, "DE-16"),
            ("10115 Berlin, DE", BERLIN, "DE-16"),
            ("Bengaluru/Bangalore", BENGALURU, "IN-19"),
            ("Bangalore, IN", BENGALURU, "IN-19"),
            ("München", MUNICH, "DE-02"),
            ("Munich, Bavaria", MUNICH, "DE-02"),
            ("Toronto, CA", TORONTO, "CA-08"),
            ("Toronto, ON, Canada", TORONTO, "CA-08"),
        ],
    )
    def test_finds_the_city(self, text: str, city_id: int, region_code: str) -> None:
        place = parsed(text)
        assert place.city_id == city_id
        assert place.region_code == region_code
        assert place.country_code == region_code[:2]
        assert place.latitude is not None
        assert place.longitude is not None
        assert place.work_mode_hint is WorkMode.UNKNOWN

    @pytest.mark.parametrize(
        ("text", "country_code", "region_code"),
        [
            ("California", "US", "US-CA"),
            ("Georgia, USA", "US", "US-GA"),
            ("Ontario, Canada", "CA", "CA-08"),
            ("Nowhereville, CA, US", "US", "US-CA"),
            ("United States", "US", None),
            ("Mexico", "MX", None),
            ("Deutschland", "DE", None),
        ],
    )
    def test_finds_the_region_or_country(
        self, text: str, country_code: str, region_code: str | None
    ) -> None:
        assert parsed(text) == Place(country_code=country_code, region_code=region_code)

    @pytest.mark.parametrize(
        ("text", "mode", "country_code", "city_id"),
        [
            ("Remote", WorkMode.REMOTE, None, None),
            ("Remote - US", WorkMode.REMOTE, "US", None),
            ("Remote (UK)", WorkMode.REMOTE, "GB", None),
            ("Anywhere in Germany", WorkMode.REMOTE, "DE", None),
            ("Austin or Remote", WorkMode.REMOTE, "US", AUSTIN),
            ("Hybrid - Berlin", WorkMode.HYBRID, "DE", BERLIN),
            ("Berlin (on-site)", WorkMode.ONSITE, "DE", BERLIN),
            ("Berlin, no remote", WorkMode.ONSITE, "DE", BERLIN),
        ],
    )
    def test_finds_the_work_mode(
        self, text: str, mode: WorkMode, country_code: str | None, city_id: int | None
    ) -> None:
        place = parsed(text)
        assert (place.work_mode_hint, place.country_code, place.city_id) == (
            mode,
            country_code,
            city_id,
        )

    @pytest.mark.parametrize("text", ["", "Multiple locations", "EMEA", "12345", "???", "-"])
    def test_says_when_there_is_no_place(self, text: str) -> None:
        assert parse_location(text) is None

    @pytest.mark.parametrize("words", ["Paris, TX", "Cambridge, MA", "Birmingham, Alabama"])
    def test_the_region_decides_between_cities_of_one_name(self, words: str) -> None:
        name = words.split(",")[0]
        assert parsed(words).country_code == "US"
        assert parsed(name).country_code != "US"

    @given(st.text(max_size=400))
    def test_takes_any_text(self, text: str) -> None:
        place = parse_location(text)
        assert place is None or place.country_code or place.work_mode_hint

    @given(
        st.lists(
            st.sampled_from(["Berlin", "CA", "US", "remote", "of", "Bay", "-", ",", "or", "(", "9"])
        )
    )
    def test_takes_any_order_of_words(self, words: list[str]) -> None:
        place = parse_location(" ".join(words))
        assert place is None or place.city_id is None or place.country_code is not None


class TestPlace:
    def test_numbers_never_change(self) -> None:
        location = parsed("San Francisco, CA").location
        assert (location.country, location.region, location.city) == (
            538,
            1_614_000_492,
            SAN_FRANCISCO,
        )
        assert Place(work_mode_hint=WorkMode.REMOTE).location.country is None

    def test_regions_have_numbers_of_their_own_that_fit_an_int32(self) -> None:
        codes = {
            city.region
            for cities in gazetteer()._cities.values()
            for city in cities
            if city.region is not None
        }
        numbers = [Place(country_code=code[:2], region_code=code).location.region for code in codes]
        assert len(set(numbers)) == len(codes) > 3000
        assert all(number is not None and 0 <= number < 2**31 for number in numbers)


class TestGazetteer:
    def test_regions_named_by_hand_have_cities_in_the_table(self) -> None:
        known = {city.region for cities in gazetteer()._cities.values() for city in cities}
        named = {f"{country}-{code}" for country, codes in REGIONS.items() for code in codes}
        assert named <= known

    @pytest.mark.parametrize(
        ("city", "region"),
        [
            ("Stuttgart", "Baden-Württemberg"),
            ("Dresden", "Sachsen"),
            ("Vancouver", "British Columbia"),
            ("Halifax", "Nova Scotia"),
            ("Perth", "Western Australia"),
            ("Hobart", "Tasmania"),
            ("Hyderabad", "Telangana"),
            ("Chennai", "Tamil Nadu"),
            ("Edinburgh", "Scotland"),
            ("Belfast", "Northern Ireland"),
        ],
    )
    def test_capitals_lie_in_their_regions(self, city: str, region: str) -> None:
        place, alone = parsed(f"{city}, {region}"), parsed(region)
        assert place.city_id is not None
        assert place.region_code == alone.region_code is not None

    def test_spellings_fold_together(self) -> None:
        assert fold("São José") == fold("sao-jose")
        assert fold("Saint Louis") == fold("St. Louis")
        assert fold("Gießen") == "giessen"
