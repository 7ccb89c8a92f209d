import pytest
from blacklight_devstack.ports import free_port
from blacklight_devstack.processes import ProcessError
from blacklight_devstack.services import GATEWAY, WORKERS, Service, register


def test_the_services_of_the_table_are_installed() -> None:
    assert [service.name for service in (GATEWAY, *WORKERS) if not service.is_installed] == []


@pytest.mark.parametrize("module", ["no_such_package.app", "blacklight_devstack.no_such_module"])
def test_a_service_that_is_not_there_is_not_installed(module: str) -> None:
    assert not Service("mail", module).is_installed


def test_copies_have_names_of_their_own_and_one_port() -> None:
    specs = Service("mail", "mail.app").copies(3, 8001, {})
    assert [spec.name for spec in specs] == ["mail", "mail-2", "mail-3"]
    assert {spec.port for spec in specs} == {8001}


def test_no_copies_are_refused() -> None:
    with pytest.raises(ValueError, match="mail: 0 copies; at least 1 is needed"):
        Service("mail", "mail.app").copies(0, 8001, {})


async def test_a_worker_that_does_not_answer_is_not_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("blacklight_devstack.services._REGISTRATION_ATTEMPTS", 1)
    with pytest.raises(ProcessError, match=r"does not register .*: ConnectError"):
        await register(free_port())
