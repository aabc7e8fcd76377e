"""Rules about clusters: what is reported, how bad, and what is left out."""

from __future__ import annotations

import pytest
from named import found_in, manifests, words
from texts import scan_texts

ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r, namespace: shop}}\nrules:\n  - {rule}\n"
BINDING = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b, namespace: shop}}\n"
    "roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects:\n  - {{kind: {subject}, name: '{name}'}}\n"
)


def rbac(groups: str, resources: str, verbs: str, names: str = "") -> str:
    more = f", resourceNames: [{names}]" if names else ""
    return f"{{apiGroups: [{groups}], resources: [{resources}], verbs: [{verbs}]{more}}}"


ALL = rbac("'*'", "'*'", "'*'")


@pytest.mark.parametrize(
    ("kind", "rule", "expected"),
    [
        ("ClusterRole", ALL, ["critical"]),
        ("Role", ALL, ["high"]),
        ("ClusterRole", rbac("''", "'*'", "get, list"), ["high"]),
        ("Role", rbac("''", "'*'", "get, list"), ["medium"]),
        ("ClusterRole", rbac("apps", "deployments", "'*'"), ["medium"]),
        ("ClusterRole", rbac("example.com", "'*'", "'*'"), []),
        ("ClusterRole", rbac("metrics.k8s.io", "'*'", "'*'"), []),
        ("ClusterRole", rbac("apps", "deployments", "get, list"), []),
        ("ClusterRole", "{nonResourceURLs: ['*'], verbs: ['*']}", []),
    ],
)
def test_wildcards(kind: str, rule: str, expected: list[str]) -> None:
    assert words(manifests(ROLE.format(kind=kind, rule=rule), "rbac-wildcard")) == expected


@pytest.mark.parametrize(
    ("name", "rule", "expected"),
    [
        ("secrets-readable", rbac("''", "pods, secrets", "get"), ["high"]),
        ("secrets-readable", rbac("''", "secrets", "list", "one"), []),
        ("secrets-readable", rbac("''", "secrets", "create"), []),
        ("secrets-readable", rbac("example.com", "secrets", "get"), []),
        ("secrets-readable", ALL, []),
        ("exec-into-pods", rbac("''", "pods/exec", "create"), ["high"]),
        ("exec-into-pods", rbac("''", "pods", "create"), []),
        ("rbac-escalation", rbac("rbac.authorization.k8s.io", "roles", "escalate"), ["high"]),
        ("rbac-escalation", rbac("rbac.authorization.k8s.io", "roles", "bind", "one"), []),
        ("rbac-escalation", rbac("''", "users", "impersonate"), ["high"]),
        ("rbac-escalation", rbac("''", "nodes/proxy", "get"), ["high"]),
        ("rbac-escalation", rbac("''", "nodes", "get"), []),
    ],
)
def test_what_roles_grant(name: str, rule: str, expected: list[str]) -> None:
    assert words(manifests(ROLE.format(kind="ClusterRole", rule=rule), name)) == expected


@pytest.mark.parametrize(
    ("kind", "role", "subject", "name", "rule", "expected"),
    [
        ("ClusterRoleBinding", "cluster-admin", "ServiceAccount", "default", "cluster-admin-bound", ["critical"]),
        ("ClusterRoleBinding", "cluster-admin", "ServiceAccount", "ci", "cluster-admin-bound", ["high"]),
        ("ClusterRoleBinding", "cluster-admin", "Group", "ops", "cluster-admin-bound", ["medium"]),
        ("ClusterRoleBinding", "cluster-admin", "Group", "system:masters", "cluster-admin-bound", []),
        ("RoleBinding", "cluster-admin", "ServiceAccount", "ci", "cluster-admin-bound", ["medium"]),
        ("ClusterRoleBinding", "view", "ServiceAccount", "ci", "cluster-admin-bound", []),
        ("ClusterRoleBinding", "view", "User", "system:anonymous", "everybody-bound", ["critical"]),
        ("ClusterRoleBinding", "view", "Group", "system:authenticated", "everybody-bound", ["high"]),
        ("RoleBinding", "view", "Group", "system:serviceaccounts", "everybody-bound", ["medium"]),
        ("ClusterRoleBinding", "system:discovery", "Group", "system:unauthenticated", "everybody-bound", []),
        ("ClusterRoleBinding", "view", "Group", "system:serviceaccounts:shop", "everybody-bound", []),
    ],
)
def test_bindings(kind: str, role: str, subject: str, name: str, rule: str, expected: list[str]) -> None:
    assert words(manifests(BINDING.format(kind=kind, role=role, subject=subject, name=name), rule)) == expected


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: web, image: nginx:1.27}]}\n"
POLICY = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: %s}\nspec: {podSelector: %s, policyTypes: [%s]}\n"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", 1),
        (POLICY % ("shop", "{}", "Ingress"), 0),
        (POLICY % ("shop", "{matchLabels: {app: web}}", "Ingress"), 0),
        (POLICY % ("shop", "{matchLabels: {app: db}}", "Ingress"), 1),
        (POLICY % ("other", "{}", "Ingress"), 1),
        (POLICY % ("shop", "{}", "Egress"), 1),
        (
            "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {}\n",
            0,
        ),
    ],
)
def test_pods_that_no_policy_selects(policy: str, expected: int) -> None:
    assert len(manifests(POD + policy, "network-policy-missing")) == expected


def test_a_pod_in_the_network_of_its_node_needs_no_policy() -> None:
    assert not manifests(POD.replace("spec: {", "spec: {hostNetwork: true, "), "network-policy-missing")


SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: s, annotations: {%s}}\nspec: {type: %s, ports: [{port: %s}]%s}\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SERVICE % ("", "NodePort", "5432", ""), ["medium"]),
        (SERVICE % ("", "NodePort", "8080", ""), ["low"]),
        (SERVICE % ("", "LoadBalancer", "443", ""), ["low"]),
        (SERVICE % ("", "LoadBalancer", "443", ", loadBalancerSourceRanges: [192.0.2.0/24]"), []),
        (SERVICE % ("networking.gke.io/load-balancer-type: Internal", "LoadBalancer", "443", ""), []),
        (SERVICE % ("", "ClusterIP", "5432", ""), []),
    ],
)
def test_services_that_are_open(text: str, expected: list[str]) -> None:
    assert words(manifests(text, "service-exposed")) == expected


def test_what_cannot_be_read_is_said_and_hides_nothing_else() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: [1]}\n---\n" + SERVICE % (
        "",
        "NodePort",
        "80",
        "",
    )
    result = scan_texts({"manifests.yaml": text})
    assert len(found_in(result, "service-exposed")) == 1
    assert result.not_checked


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("stringData: {password: vK3nq8Zr0pLw}", 1),
        ("data: {password: dkszbnE4WnIwcEx3}", 1),
        ("data: {password: Y2hhbmdlbWU=}", 1),
        ("stringData: {password: '<your-password>'}", 0),
        ("stringData: {password: ''}", 0),
        ("stringData: {username: admin, host: db}", 0),
        ("data: {ca.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t}", 0),
    ],
)
def test_secret_objects_with_real_values(data: str, expected: int) -> None:
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{data}\n"
    assert len(manifests(text, "secret-in-manifest")) == expected
