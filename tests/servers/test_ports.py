"""Ports: one that is taken names its part and its option."""

import ipaddress
import socket
import sys

import pytest

from servers.ports import PortBusy, claim, hidden_address


def test_a_busy_port_names_port_part_and_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortBusy) as busy:
            claim("the Temporal UI", port, "--ui-port")
    assert str(busy.value) == (
        f"port {port}, wanted by the Temporal UI, is in use by another program; "
        "choose another with --ui-port, or 0 for any free one"
    )
    assert claim("the Temporal UI", port, "--ui-port") == port
    # Not one that the system may hand out to somebody else before the server has bound it.
    assert 15_000 <= claim("the Temporal UI", 0, "--ui-port") < 32_000
    with pytest.raises(PortBusy, match="between 0 and 65535"):
        claim("the Temporal UI", 70000, "--ui-port")


def test_a_hidden_address_is_of_this_machine_and_another_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform.startswith("linux"):
        found = [hidden_address("the Temporal UI") for _ in range(20)]
        hosts = {each.host for each in found if each}
        assert len(hosts) == 20 and all(ipaddress.ip_address(host).is_loopback for host in hosts)
        assert "127.0.0.1" not in hosts
        for each in found:
            assert each is not None
            with socket.create_server(each):
                pass
    monkeypatch.setattr(sys, "platform", "darwin")
    assert hidden_address("the Temporal UI") is None
