import numpy as np
from blacklight_matching.embeddings.text import role_text
from blacklight_matching.roles.nearest import (
    PREFERRED_ROLE_THRESHOLD,
    TITLE_THRESHOLD,
    near_roles,
    nearest_role,
)
from blacklight_matching.roles.similarity import NamedRoles, RoleName, Titles, role_similarities
from blacklight_shared.roles import builtin_roles, normalise_title
from hypothesis import given
from hypothesis import strategies as st

from services.matching.tests.world import HashedEmbeddings

NAMES = st.sampled_from([name for role in builtin_roles() for name in (role.name, *role.aliases)])


def words_of(name: str) -> tuple[str, ...]:
    return tuple(sorted(normalise_title(name).split()))


async def roles_of(names: dict[int, list[str]]) -> NamedRoles:
    first = [role_text(normalise_title(own[0])) for own in names.values()]
    return NamedRoles(
        list(names),
        await HashedEmbeddings().embed(first, kind="document"),
        [
            RoleName(role_id, normalise_title(name))
            for role_id, own in names.items()
            for name in own
        ],
    )


async def titles_of(*titles: str) -> Titles:
    forms = [normalise_title(title) for title in titles]
    texts = [role_text(form) for form in forms]
    return Titles(forms, await HashedEmbeddings().embed(texts, kind="query"))


class TestNearRoles:
    async def test_finds_by_name_and_by_alias(self) -> None:
        roles = await roles_of({7: ["Data Engineer", "ETL Developer"], 9: ["Welder"]})
        titles = await titles_of("Data Engineer", "Spark ETL Developer", "Pipe Welder")

        found = nearest_role(titles, roles)

        assert [role.role_id for role in found] == [7, 7, 9]
        assert found[0].similarity > 0.999

    async def test_the_closest_stand_first_and_equals_in_the_order_of_the_roles(self) -> None:
        roles = await roles_of({5: ["Welder"], 3: ["Data Engineer"], 4: ["Welder"]})

        [near] = near_roles(await titles_of("Welder"), roles, limit=2)

        assert [role.role_id for role in near] == [5, 4]

    async def test_without_roles_there_is_nothing_near(self) -> None:
        none = NamedRoles([], np.zeros((0, 256), np.float32), [])
        assert nearest_role(await titles_of("Welder"), none) == []
        assert near_roles(await titles_of("Welder"), none, limit=3) == [[]]

    @given(st.lists(NAMES, min_size=1, max_size=5, unique_by=words_of))
    async def test_every_role_is_nearest_to_its_own_name(self, names: list[str]) -> None:
        roles = await roles_of({number: [name] for number, name in enumerate(names)})
        found = nearest_role(await titles_of(*names), roles)
        assert [role.role_id for role in found] == list(range(len(names)))


@given(st.lists(NAMES, min_size=1, max_size=5), st.lists(NAMES, min_size=1, max_size=5))
async def test_similarities_lie_between_0_and_1(titles: list[str], names: list[str]) -> None:
    roles = await roles_of({number: [name] for number, name in enumerate(names)})
    similarity = role_similarities(await titles_of(*titles), roles)
    assert similarity.shape == (len(titles), len(names))
    assert similarity.min() >= 0
    assert similarity.max() <= 1.0001


def test_people_are_guessed_for_with_more_care_than_postings() -> None:
    assert TITLE_THRESHOLD == 0.75
    assert PREFERRED_ROLE_THRESHOLD == 0.85
