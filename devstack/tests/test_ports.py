import socket

import pytest
from blacklight_devstack import ports
from blacklight_devstack.ports import LOOPBACK, free_port, is_free


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server((LOOPBACK, free_port())) as server:
        assert not is_free(server.getsockname()[1])


def test_the_wanted_port_is_chosen_unless_it_is_taken() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted
    with socket.create_server((LOOPBACK, wanted)):
        assert free_port(wanted) != wanted


def test_none_left_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, free_port())) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(ports, "_SERVER_PORTS", range(port, port + 1))
        with pytest.raises(OSError, match=f"no free TCP port on {LOOPBACK}"):
            free_port()
