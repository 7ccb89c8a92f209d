"""Titles and roles as the embedded model sees them."""

import pytest
from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_matching.embeddings.text import role_text
from blacklight_matching.roles.nearest import TITLE_THRESHOLD, nearest_role
from blacklight_matching.roles.similarity import NamedRoles, RoleName, Titles
from blacklight_shared.roles import normalise_title

ROLES = {
    "Data Analyst": ["Data Analytics Analyst"],
    "Data Scientist": [],
    "Frontend Developer": ["Frontend Engineer"],
    "Software Engineer": ["Software Developer"],
    "Project Manager": [],
}


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Customer Experience Data Analyst", "Data Analyst"),
        ("Digital Strategy Data Scientist", "Data Scientist"),
        ("Clinical Project Manager", "Project Manager"),
        ("Frontend Software Engineer", "Frontend Developer"),
    ],
)
async def test_a_title_that_ends_in_a_role_is_one_of_its_kind(title: str, role: str) -> None:
    provider = MiniLmProvider()
    form = normalise_title(title)
    titles = Titles([form], await provider.embed([role_text(form)], kind="query"))
    roles = NamedRoles(
        range(len(ROLES)),
        await provider.embed([role_text(name) for name in ROLES], kind="document"),
        [
            RoleName(number, normalise_title(name))
            for number, (main, others) in enumerate(ROLES.items())
            for name in (main, *others)
        ],
    )

    [nearest] = nearest_role(titles, roles)

    assert list(ROLES)[nearest.role_id] == role
    assert nearest.similarity >= TITLE_THRESHOLD
