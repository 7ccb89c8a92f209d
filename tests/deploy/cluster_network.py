"""Who may talk to whom, as the NetworkPolicies of a namespace say.

A small reading of the API's rules: a pod that a policy of a direction selects may only do what one
of these policies allows, and a connection needs the leave of both its ends.
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any, Literal

from tests.deploy.manifests import Manifest, container, of_kind, pod_labels, workloads

Direction = Literal["Ingress", "Egress"]


@dataclass(frozen=True)
class Pod:
    """A pod somewhere in the cluster.

    Attributes:
        namespace: Where it is.
        labels: Of the pod.
        ports: Its numbers by their names.
    """

    namespace: str
    labels: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=dict)


Address = IPv4Address | IPv6Address
End = Pod | Address


class ClusterNetwork:
    """The policies of one namespace, and its pods.

    Args:
        manifests: All of one namespace.
    """

    def __init__(self, manifests: list[Manifest]) -> None:
        self._policies = of_kind(manifests, "NetworkPolicy")
        [self._namespace] = {policy["metadata"]["namespace"] for policy in self._policies}
        self._workloads = workloads(manifests)

    def pod(self, name: str) -> Pod:
        """A pod of the workload whose `app.kubernetes.io/name` this is."""
        [found] = [
            one for one in self._workloads if pod_labels(one)["app.kubernetes.io/name"] == name
        ]
        ports = {port["name"]: port["containerPort"] for port in container(found).get("ports", [])}
        return Pod(self._namespace, pod_labels(found), ports)

    def allows(self, source: End, target: End, port: int, protocol: str = "TCP") -> bool:
        """Whether `source` may open a connection."""
        leaves = self._is_allowed("Egress", source, target, target, port, protocol)
        return leaves and self._is_allowed("Ingress", target, source, target, port, protocol)

    def _is_allowed(
        self, direction: Direction, of: End, other: End, target: End, port: int, protocol: str
    ) -> bool:
        if not isinstance(of, Pod) or of.namespace != self._namespace:
            return True
        selecting = [
            policy["spec"]
            for policy in self._policies
            if direction in policy["spec"]["policyTypes"]
            and _selects(policy["spec"]["podSelector"], of.labels)
        ]
        key, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
        return not selecting or any(
            any(self._is_peer(peer, other) for peer in rule[peers])
            and any(_is_port(one, target, port, protocol) for one in rule["ports"])
            for spec in selecting
            for rule in spec.get(key, [])
        )

    def _is_peer(self, peer: Mapping[str, Any], other: End) -> bool:
        if "ipBlock" in peer:
            return not isinstance(other, Pod) and _is_within(peer["ipBlock"], other)
        if not isinstance(other, Pod):
            return False
        if "namespaceSelector" in peer:
            labels = {"kubernetes.io/metadata.name": other.namespace}
            if not _selects(peer["namespaceSelector"], labels):
                return False
        elif other.namespace != self._namespace:
            return False
        return _selects(peer.get("podSelector", {}), other.labels)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    unknown = selector.keys() - {"matchLabels", "matchExpressions"}
    assert not unknown, f"a selector of an unknown form: {unknown}"
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In", expression
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def _is_port(rule: Mapping[str, Any], target: End, port: int, protocol: str) -> bool:
    number: int | str | None = rule["port"]
    if isinstance(number, str):
        number = target.ports.get(number) if isinstance(target, Pod) else None
    return number == port and bool(rule["protocol"] == protocol)


def _is_within(block: Mapping[str, Any], address: Address) -> bool:
    inside = address in ip_network(block["cidr"])
    return inside and not any(address in ip_network(hole) for hole in block.get("except", []))
