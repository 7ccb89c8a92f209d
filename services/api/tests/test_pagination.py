from __future__ import annotations

import base64

import pytest
from blacklight_api.matches.queries import ScoreKey
from blacklight_api.pagination import MAX_PAGE_SIZE, IdKey, PageRequest, SortKey
from blacklight_api.problems import Unprocessable
from blacklight_api.schemas import MAX_ROW_ID
from hypothesis import given
from hypothesis import strategies as st

from services.api.tests.conftest import Tenant

CANDIDATES = "/api/v1/candidates"

keys = st.one_of(
    st.builds(IdKey, id=st.integers(1, MAX_ROW_ID)),
    st.builds(ScoreKey, score=st.floats(0, 100), id=st.integers(1, MAX_ROW_ID)),
)


def cursor_for(key: SortKey) -> str:
    page = PageRequest(1, None).page([key, key], item=lambda _: 0, key=lambda row: row)
    assert page.next_cursor is not None
    return page.next_cursor


@given(key=keys)
def test_a_cursor_gives_its_key_back(key: SortKey) -> None:
    assert PageRequest(1, cursor_for(key)).after(type(key)) == key


@given(text=st.text())
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        PageRequest(1, text).after(IdKey)
    assert refused.value.errors[0].field == "cursor"


@pytest.mark.parametrize(
    "forged",
    [b'{"id":0}', b'{"id":9223372036854775808}', b'{"id":"1; DROP"}', b'{"id":1,"x":2}', b"[]"],
)
async def test_a_forged_cursor_is_422(tenant: Tenant, forged: bytes) -> None:
    cursor = base64.urlsafe_b64encode(forged).decode()
    response = await tenant.http.get(CANDIDATES, params={"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "-1", str(MAX_PAGE_SIZE + 1), "many"])
async def test_a_limit_out_of_range_is_422(tenant: Tenant, limit: str) -> None:
    response = await tenant.http.get(CANDIDATES, params={"limit": limit})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "limit"


async def test_pages_hold_every_row_once_while_rows_come_and_go(tenant: Tenant) -> None:
    made = [(await tenant.make(CANDIDATES, first_name=f"C{n}"))["id"] for n in range(5)]
    first = await tenant.get(CANDIDATES, limit=2)
    await tenant.make(CANDIDATES, first_name="Newcomer")
    await tenant.http.delete(f"{CANDIDATES}/{made[0]}")
    second = await tenant.get(CANDIDATES, limit=2, cursor=first["next_cursor"])
    seen = [item["id"] for page in (first, second) for item in page["items"]]
    assert seen == list(reversed(made[1:]))
    assert second["next_cursor"] is None
