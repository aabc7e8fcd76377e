"""What the manifests of one scan declare together, beside their workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardhull.facts.fact import Fact, Slot
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardhull.facts.cluster_parts import (
        Binding,
        DataObject,
        GuardPolicy,
        Ingress,
        KubeObject,
        LimitRange,
        Namespace,
        NetworkPolicy,
        Part,
        PodSet,
        ResourceQuota,
        Role,
        Service,
        ServiceAccount,
    )
    from hardhull.facts.fact import Items
    from hardhull.model.source import Place


class Cluster(Fact):
    """All that Kubernetes manifests declare, as one fact for one scanned tree or stream.

    One for a whole scan and not one for each folder or file: policies, accounts and roles usually stand in other files
    and folders than the workloads they are about, so that a smaller unit would call a protected workload unprotected.
    The price is that two deployments of one repository can seem to share objects; they meet only where namespace and
    labels agree.

    Namespaces: one that is not written is chosen by whoever applies the manifest, so it may be any. Look-ups therefore
    take an unwritten namespace, on either side, as a possible match.
    """

    __slots__ = ()
    kind: ClassVar[str] = "cluster"

    objects: Slot[Items[KubeObject]] = Slot(())
    """Every object that was read, workloads and unknown kinds included."""
    pods: Slot[Items[PodSet]] = Slot(())
    namespaces: Slot[Items[Namespace]] = Slot(())
    network_policies: Slot[Items[NetworkPolicy]] = Slot(())
    service_accounts: Slot[Items[ServiceAccount]] = Slot(())
    roles: Slot[Items[Role]] = Slot(())
    bindings: Slot[Items[Binding]] = Slot(())
    services: Slot[Items[Service]] = Slot(())
    ingresses: Slot[Items[Ingress]] = Slot(())
    secrets: Slot[Items[DataObject]] = Slot(())
    config_maps: Slot[Items[DataObject]] = Slot(())
    limit_ranges: Slot[Items[LimitRange]] = Slot(())
    resource_quotas: Slot[Items[ResourceQuota]] = Slot(())
    pod_security_policies: Slot[Items[KubeObject]] = Slot(())
    """Objects of a kind that Kubernetes 1.25 removed."""
    guards: Slot[Items[GuardPolicy]] = Slot(())
    """Image, admission and network policies of other controllers."""

    def policies_selecting(
        self, namespace: str | None, labels: Mapping[str, str], direction: str | None = None
    ) -> tuple[Field[NetworkPolicy], ...]:
        """The NetworkPolicies that are about pods with these labels.

        Args:
            namespace: of the pods; None where not written.
            labels: of the pods.
            direction: ``Ingress`` or ``Egress``; None for either.
        """
        return tuple(
            field
            for field in self.network_policies.value
            if field.known
            and may_be_same(namespace, field.value.namespace)
            and field.value.selector.matches(labels)
            and (direction is None or direction in field.value.types)
        )

    def pods_selected(self, policy: NetworkPolicy) -> tuple[Field[PodSet], ...]:
        """The pods of these manifests that a NetworkPolicy is about."""
        return tuple(
            field
            for field in self.pods.value
            if may_be_same(policy.namespace, field.value.namespace)
            and policy.selector.matches(dict(field.value.labels))
        )

    def services_of(self, namespace: str | None, labels: Mapping[str, str]) -> tuple[Field[Service], ...]:
        """The Services that send to pods with these labels."""
        return tuple(
            field
            for field in self.services.value
            if may_be_same(namespace, field.value.namespace) and field.value.selects(labels)
        )

    def namespace(self, name: str) -> Field[Namespace] | None:
        """The Namespace object of this name, if these manifests have it."""
        return next((field for field in self.namespaces.value if field.value.name == name), None)

    def service_account(self, namespace: str | None, name: str | None) -> Field[ServiceAccount] | None:
        """The ServiceAccount of this name (None: ``default``); one with the very namespace before a possible one."""
        found = [
            field
            for field in self.service_accounts.value
            if field.value.name == (name or "default") and may_be_same(namespace, field.value.namespace)
        ]
        return min(found, key=lambda field: field.value.namespace != namespace, default=None)

    def role(self, binding: Binding) -> Field[Role] | None:
        """The role that a binding gives, if these manifests have it and its name is known."""
        wide = binding.role_kind == "ClusterRole"
        return next(
            (
                field
                for field in self.roles.value
                if field.value.cluster_wide == wide
                and field.value.name == binding.role.get("")
                and (wide or may_be_same(binding.namespace, field.value.namespace))
            ),
            None,
        )

    def bindings_of(self, namespace: str | None, account: str | None) -> tuple[Field[Binding], ...]:
        """The bindings whose subject is this ServiceAccount (None: ``default``)."""
        name = account or "default"
        return tuple(
            field
            for field in self.bindings.value
            if any(
                subject.known
                and subject.value.kind == "ServiceAccount"
                and subject.value.name == name
                and may_be_same(namespace, subject.value.namespace or field.value.namespace)
                for subject in field.value.subjects
            )
        )

    def default_limits(self, namespace: str | None) -> tuple[Field[LimitRange], ...]:
        """The LimitRanges that give limits to containers of a namespace which write none."""
        return tuple(
            field
            for field in self.limit_ranges.value
            if may_be_same(namespace, field.value.namespace)
            and (field.value.memory is not None or field.value.cpu is not None)
        )

    def guarded(self, about: str) -> bool:
        """Whether there is a policy of another controller about ``image``, ``admission`` or ``network``."""
        return any(field.value.about == about for field in self.guards.value)


def may_be_same(one: str | None, other: str | None) -> bool:
    """Whether two namespaces can be the same; one that is not written can be any."""
    return one is None or other is None or one == other


def cluster_of(parts: Iterable[Part]) -> Cluster | None:
    """The Cluster that the parts of all files make.

    Args:
        parts: in the order of the files.

    Returns:
        The fact, at the place of the first part; None where there is no part.
    """
    lists: dict[str, list[Field[object]]] = {}
    first: Place | None = None
    for part in parts:
        first = first or part.place
        lists.setdefault(part.slot, []).append(Field(part.slot, part.record, part.place))
    if first is None:
        return None
    cluster = Cluster("cluster", "kubernetes", first)
    for slot, fields in lists.items():
        cluster.fields[slot] = Field(slot, tuple(fields), fields[0].place)
    return cluster
