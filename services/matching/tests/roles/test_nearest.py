import numpy as np
from blacklight_matching.embeddings.text import role_text
from blacklight_matching.roles.nearest import (
    PREFERRED_ROLE_THRESHOLD,
    TITLE_THRESHOLD,
    RoleIndex,
    RoleName,
)
from blacklight_shared.roles import builtin_roles, normalise_title
from hypothesis import given
from hypothesis import strategies as st

from services.matching.tests.world import HashedEmbeddings

NAMES = st.sampled_from([name for role in builtin_roles() for name in (role.name, *role.aliases)])


def words_of(name: str) -> tuple[str, ...]:
    return tuple(sorted(normalise_title(name).split()))


async def index_of(names: dict[int, list[str]]) -> RoleIndex:
    first = [role_text(own[0]) for own in names.values()]
    return RoleIndex(
        list(names),
        await HashedEmbeddings().embed(first, kind="document"),
        [
            RoleName(role_id, normalise_title(name))
            for role_id, own in names.items()
            for name in own
        ],
    )


class TestRoleIndex:
    async def test_finds_by_name_and_by_alias(self) -> None:
        index = await index_of({7: ["Data Engineer", "ETL Developer"], 9: ["Welder"]})
        forms = ["data engineer", "senior etl developer x", "pipe welder"]
        vectors = await HashedEmbeddings().embed([role_text(form) for form in forms], kind="query")

        found = index.nearest(forms, vectors)

        assert [role.role_id for role in found] == [7, 7, 9]
        assert found[0].similarity > 0.999
        assert all(0 <= role.similarity <= 1.001 for role in found)

    async def test_without_roles_there_is_nothing_near(self) -> None:
        index = RoleIndex([], np.zeros((0, 256), np.float32), [])
        assert index.nearest(["welder"], np.zeros((1, 256), np.float32)) == []

    @given(st.lists(NAMES, min_size=1, max_size=5, unique_by=words_of))
    async def test_every_role_is_nearest_to_its_own_name(self, names: list[str]) -> None:
        forms = [normalise_title(name) for name in names]
        index = RoleIndex(
            range(len(forms)),
            await HashedEmbeddings().embed([role_text(form) for form in forms], kind="document"),
            [RoleName(number, form) for number, form in enumerate(forms)],
        )
        found = index.nearest(forms, index.vectors)
        assert [role.role_id for role in found] == list(range(len(forms)))


def test_people_are_guessed_for_with_more_care_than_postings() -> None:
    assert TITLE_THRESHOLD == 0.75
    assert PREFERRED_ROLE_THRESHOLD == 0.85
