"""The records that a Cluster's lists are made of: what a manifest declares beside workloads.

Every record stands in a ``Field`` whose place is the object's name; parts that a rule points at are Fields again.
``str()`` of a record is its kind and name and never changes with its place, so it is fit for a finding's id.
A namespace of None is one that the manifest does not write: whoever applies it chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.facts.fact import Items
    from hardhull.model.source import Place

Pairs: TypeAlias = tuple[tuple[str, str], ...]


def titled(kind: str, namespace: str | None, name: str) -> str:
    """How an object is called in messages: ``Deployment shop/web``, without a namespace that is not written."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


class KubeObject(NamedTuple):
    """Any object of a manifest, also one that nothing else is known of.

    Attributes:
        kind: as written.
        group: API group, empty for the core group.
        version: ``v1``, ``v1beta1`` ...
        namespace: None where not written.
        name: its name, or its ``generateName``.
        api_version: the whole ``apiVersion`` at its place, for rules about removed versions.
    """

    kind: str
    group: str
    version: str
    namespace: str | None
    name: str
    api_version: Field[str]

    def __repr__(self) -> str:
        return titled(self.kind, self.namespace, self.name)


class Expression(NamedTuple):
    """One of a selector's ``matchExpressions``: ``In``, ``NotIn``, ``Exists`` or ``DoesNotExist``."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it; as in Kubernetes ``NotIn`` is also met by an absent key."""
        value = labels.get(self.key)
        if self.operator == "In":
            return value in self.values
        if self.operator == "NotIn":
            return value not in self.values
        return (value is not None) == (self.operator == "Exists")


class Selector(NamedTuple):
    """A label selector.

    Attributes:
        labels: what ``matchLabels`` demands.
        expressions: what ``matchExpressions`` demands.
        why: why it cannot be known, else empty. Whoever asks what such a selector selects gets a NotKnownError.
    """

    labels: Pairs = ()
    expressions: tuple[Expression, ...] = ()
    why: str = ""

    @property
    def empty(self) -> bool:
        """Whether it selects everything.

        Raises:
            NotKnownError: it could not be read.
        """
        if self.why:
            raise NotKnownError("selector", self.why)
        return not (self.labels or self.expressions)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects something with these labels.

        Raises:
            NotKnownError: it could not be read.
        """
        return self.empty or (
            all(labels.get(key) == value for key, value in self.labels)
            and all(expression.matches(labels) for expression in self.expressions)
        )


class Namespace(NamedTuple):
    """A Namespace.

    Attributes:
        name: its name.
        labels: each at its place.
    """

    name: str
    labels: Items[tuple[str, str]] = ()

    def level(self, mode: str = "enforce") -> Field[tuple[str, str]] | None:
        """The Pod Security label of a mode (``enforce``, ``audit``, ``warn``): its value is (key, level)."""
        key = f"pod-security.kubernetes.io/{mode}"
        return next((label for label in self.labels if label.get(("", ""))[0] == key), None)

    def __repr__(self) -> str:
        return f"Namespace {self.name}"


class PodSet(NamedTuple):
    """The pods that one workload object makes: what selectors and bindings meet.

    Attributes:
        kind: of the object (``Deployment``).
        namespace: None where not written.
        name: of the object.
        labels: of the pods.
        service_account: None where not written (then ``default``).
        automount: the pod's own ``automountServiceAccountToken``.
        host_network: whether the pods are in the node's network, where a NetworkPolicy does not reach them.
        level: the strictest Pod Security level that admits them; None where that cannot be known.
    """

    kind: str
    namespace: str | None
    name: str
    labels: Pairs = ()
    service_account: str | None = None
    automount: bool | None = None
    host_network: bool = False
    level: str | None = None

    def __repr__(self) -> str:
        return titled(self.kind, self.namespace, self.name)


class Peers(NamedTuple):
    """One ingress or egress rule of a NetworkPolicy.

    Attributes:
        anyone: no ``from``/``to``: every address.
        anywhere: no ``ports``: every port.
        blocks: CIDRs of its ipBlocks.
        selectors: how many of its peers are pod or namespace selectors.
    """

    anyone: bool
    anywhere: bool
    blocks: tuple[str, ...] = ()
    selectors: int = 0


class NetworkPolicy(NamedTuple):
    """A NetworkPolicy.

    Attributes:
        namespace: None where not written.
        name: its name.
        selector: of the pods it is about.
        types: ``Ingress`` and ``Egress``, written or by Kubernetes' default (Egress only where egress rules stand).
        ingress: its rules; none together with ``Ingress`` in ``types`` denies all. The same for ``egress``.
    """

    namespace: str | None
    name: str
    selector: Selector
    types: frozenset[str]
    ingress: Items[Peers] = ()
    egress: Items[Peers] = ()

    def rules(self, direction: str) -> Items[Peers]:
        """The rules of a direction, ``Ingress`` or ``Egress``."""
        return self.ingress if direction == "Ingress" else self.egress

    def default_deny(self, direction: str = "Ingress") -> bool:
        """Whether it closes a direction for every pod of its namespace."""
        return self.selector.empty and direction in self.types and not self.rules(direction)

    def open_rule(self, direction: str = "Ingress") -> Field[Peers] | None:
        """A rule that lets everyone through to every port."""
        nothing = Peers(anyone=False, anywhere=False)
        return next((rule for rule in self.rules(direction) if rule.get(nothing)[:2] == (True, True)), None)

    def __repr__(self) -> str:
        return titled("NetworkPolicy", self.namespace, self.name)


class ServiceAccount(NamedTuple):
    """A ServiceAccount; ``automount`` is None where ``automountServiceAccountToken`` is not written (then true)."""

    namespace: str | None
    name: str
    automount: Field[bool] | None = None

    def __repr__(self) -> str:
        return titled("ServiceAccount", self.namespace, self.name)


class RbacRule(NamedTuple):
    """One rule of a Role; every word at its place. ``urls`` are nonResourceURLs."""

    verbs: Items[str] = ()
    groups: Items[str] = ()
    resources: Items[str] = ()
    names: Items[str] = ()
    urls: Items[str] = ()

    def allows(self, verb: str, resource: str, group: str = "") -> bool:
        """Whether it lets do ``verb`` on a resource (``pods``, ``pods/exec``), wildcards included.

        What cannot be known counts as not granted; rules that must be sure read the fields themselves.
        """
        parts = resource.split("/", 1)
        wanted = {resource, "*", *({f"*/{parts[1]}"} if len(parts) > 1 else ())}
        return (
            not {verb, "*"}.isdisjoint(words(self.verbs))
            and not {group, "*"}.isdisjoint(words(self.groups))
            and not wanted.isdisjoint(words(self.resources))
        )

    def __repr__(self) -> str:
        parts = (self.verbs, self.resources or self.urls, self.groups)
        return " of ".join(",".join(sorted(words(part))) for part in parts)


def words(items: Items[str]) -> set[str]:
    """The known values of a list of words."""
    return {item.value for item in items if item.known}


class Role(NamedTuple):
    """A Role, or a ClusterRole where ``cluster_wide``; ``aggregates`` says whether other roles are added to it."""

    cluster_wide: bool
    namespace: str | None
    name: str
    rules: Items[RbacRule] = ()
    aggregates: bool = False

    def __repr__(self) -> str:
        return titled("ClusterRole" if self.cluster_wide else "Role", self.namespace, self.name)


class Subject(NamedTuple):
    """Whom a role is bound to: ``ServiceAccount``, ``User`` or ``Group``."""

    kind: str
    name: str
    namespace: str | None = None


class Binding(NamedTuple):
    """A RoleBinding, or a ClusterRoleBinding where ``cluster_wide``.

    Attributes:
        cluster_wide: whether it holds in every namespace.
        namespace: None where not written.
        name: its name.
        role_kind: ``ClusterRole`` or ``Role``.
        role: the role's name at its place.
        subjects: each at its place.
    """

    cluster_wide: bool
    namespace: str | None
    name: str
    role_kind: str
    role: Field[str]
    subjects: Items[Subject] = ()

    def __repr__(self) -> str:
        return titled("ClusterRoleBinding" if self.cluster_wide else "RoleBinding", self.namespace, self.name)


class ServicePort(NamedTuple):
    """A port of a Service; ``target`` and ``node_port`` are empty where not written."""

    port: str
    target: str = ""
    node_port: str = ""
    protocol: str = "tcp"


class Service(NamedTuple):
    """A Service.

    Attributes:
        namespace: None where not written.
        name: its name.
        type: ``ClusterIP`` where not written (then its place is the name), ``NodePort``, ``LoadBalancer`` ...
        selector: labels of the pods behind it; empty for one without a selector.
        ports: each at its place.
        external_ips: each at its place.
        source_ranges: who may reach its load balancer; empty is everyone.
        annotations: what the cloud makes of it (internal load balancers).
    """

    namespace: str | None
    name: str
    type: Field[str]
    selector: Pairs = ()
    ports: Items[ServicePort] = ()
    external_ips: Items[str] = ()
    source_ranges: Items[str] = ()
    annotations: Items[tuple[str, str]] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Whether pods with these labels are behind it."""
        return bool(self.selector) and all(labels.get(key) == value for key, value in self.selector)

    def __repr__(self) -> str:
        return titled("Service", self.namespace, self.name)


class IngressTls(NamedTuple):
    """One TLS entry of an Ingress: host names (none: the controller's default) and the Secret."""

    hosts: tuple[str, ...] = ()
    secret: str = ""


class Ingress(NamedTuple):
    """An Ingress; ``hosts`` are those of its rules, an empty text for a rule of every host."""

    namespace: str | None
    name: str
    hosts: Items[str] = ()
    tls: Items[IngressTls] = ()
    ingress_class: str | None = None
    annotations: Items[tuple[str, str]] = ()

    @property
    def plain_hosts(self) -> Items[str]:
        """The hosts of its rules that no TLS entry covers; a wildcard entry covers one label, as in a certificate."""
        covered = {host for entry in self.tls if entry.known for host in entry.value.hosts}
        if any(entry.known and not entry.value.hosts for entry in self.tls):
            return ()
        return tuple(
            host
            for host in self.hosts
            if host.known and host.value not in covered and f"*.{host.value.partition('.')[2]}" not in covered
        )

    def __repr__(self) -> str:
        return titled("Ingress", self.namespace, self.name)


class DataKey(NamedTuple):
    """One key of a Secret or ConfigMap. The value is not kept.

    Attributes:
        key: its name.
        literal: whether a real value stands there: not empty, no placeholder, not encrypted (SOPS).
        secret: what kind of secret the value is ("a password"); empty where none was recognised.
    """

    key: str
    literal: bool
    secret: str = ""


class DataObject(NamedTuple):
    """A Secret or a ConfigMap.

    Attributes:
        kind: ``Secret`` or ``ConfigMap``.
        namespace: None where not written.
        name: its name.
        type: of a Secret (``Opaque`` where not written), empty for a ConfigMap.
        keys: of ``data``, ``stringData`` and ``binaryData``; each Field's place is the key, never the value.
        immutable: whether it is marked so.
    """

    kind: str
    namespace: str | None
    name: str
    type: str = ""
    keys: Items[DataKey] = ()
    immutable: bool = False

    def __repr__(self) -> str:
        return titled(self.kind, self.namespace, self.name)


class LimitRange(NamedTuple):
    """A LimitRange: the limits it gives to containers that write none. Bytes and cores; None where it gives none."""

    namespace: str | None
    name: str
    memory: int | None = None
    cpu: float | None = None

    def __repr__(self) -> str:
        return titled("LimitRange", self.namespace, self.name)


class ResourceQuota(NamedTuple):
    """A ResourceQuota and the names of what it bounds (``limits.memory``, ``pods``)."""

    namespace: str | None
    name: str
    hard: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return titled("ResourceQuota", self.namespace, self.name)


class GuardPolicy(NamedTuple):
    """An object that watches over others in a way that only its own controller understands.

    Attributes:
        kind: as written.
        group: its API group.
        namespace: None where not written or not namespaced.
        name: its name.
        about: ``image`` (checks signatures or registries), ``admission`` (judges objects) or ``network`` (Cilium,
            Calico, AdminNetworkPolicy): where there is one, the absence of Kubernetes' own means less.
    """

    kind: str
    group: str
    namespace: str | None
    name: str
    about: str

    def __repr__(self) -> str:
        return titled(self.kind, self.namespace, self.name)


class Part(NamedTuple):
    """One record, the list of a Cluster it belongs to, and the place of the object's name."""

    slot: str
    record: NamedTuple
    place: Place
