from __future__ import annotations

import pytest
from kubernetes_texts import cluster, read_text

from hardhull.facts.cluster_parts import IngressTls, Peers, ServicePort, Subject
from hardhull.formats.kubernetes.read import gather
from hardhull.model.field import NotKnownError

RBAC = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: admin}
rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
  - {apiGroups: [""], resources: [pods, secrets], verbs: [get], resourceNames: [a]}
  - {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects:
  - {kind: ServiceAccount, name: web, namespace: shop}
  - {kind: Group, name: "system:authenticated"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
automountServiceAccountToken: false
"""


def test_roles_bindings_and_accounts() -> None:
    found = cluster(RBAC)
    (role,), (binding,) = found.roles.value, found.bindings.value
    star, named, url = role.value.rules
    assert (str(role.value), role.place.text, role.value.cluster_wide) == ("ClusterRole admin", "admin", True)
    assert star.value.verbs[0].place.text == '"*"'
    assert star.value.allows("create", "pods/exec", "apps")
    assert named.value.allows("get", "secrets")
    assert not named.value.allows("list", "secrets")
    assert not named.value.allows("get", "secrets", "apps")
    assert [item.value for item in named.value.names] == ["a"]
    assert [item.value for item in url.value.urls] == ["/metrics"]
    assert (binding.value.role.value, binding.value.role_kind) == ("admin", "ClusterRole")
    assert [item.value for item in binding.value.subjects] == [
        Subject("ServiceAccount", "web", "shop"),
        Subject("Group", "system:authenticated"),
    ]
    assert found.role(binding.value) is role
    assert found.bindings_of("shop", "web") == (binding,)
    assert found.bindings_of("other", "web") == ()
    account = found.service_account("shop", "web")
    assert account is not None
    assert account.value.automount is not None
    assert account.value.automount.value is False


POLICIES = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: NotIn, values: [test]}]}
  ingress:
    - from: [{podSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}]
      ports: [{port: 80}]
    - {}
"""


def test_network_policies() -> None:
    found = cluster(POLICIES)
    deny, web = (item.value for item in found.network_policies.value)
    assert deny.default_deny()
    assert deny.default_deny("Egress")
    assert not web.default_deny()
    assert web.types == {"Ingress"}
    assert [item.value for item in web.ingress] == [Peers(False, False, ("0.0.0.0/0",), 1), Peers(True, True)]
    assert web.open_rule() is web.ingress[1]
    assert web.open_rule("Egress") is None


def names(found: tuple[object, ...]) -> list[str]:
    return [str(getattr(item, "value", "")) for item in found]


def test_policies_that_select_a_pod() -> None:
    found = cluster(POLICIES)
    both = ["NetworkPolicy shop/deny", "NetworkPolicy shop/web"]
    assert names(found.policies_selecting("shop", {"app": "web"})) == both
    assert names(found.policies_selecting("shop", {"app": "web", "tier": "test"})) == both[:1]
    assert names(found.policies_selecting("shop", {"app": "web"}, "Egress")) == both[:1]
    assert names(found.policies_selecting("other", {"app": "web"})) == []
    assert names(found.policies_selecting(None, {"app": "web"})) == both  # whoever applies it may choose shop


def test_egress_rules_make_an_egress_policy() -> None:
    found = cluster(POLICIES.replace("  ingress:", "  egress:").replace("from:", "to:"))
    assert found.network_policies.value[1].value.types == {"Ingress", "Egress"}


def test_a_selector_that_cannot_be_read_selects_neither_all_nor_nothing() -> None:
    found = cluster(POLICIES.replace("{app: web}", "[app]"))
    with pytest.raises(NotKnownError):
        found.policies_selecting("shop", {"app": "web"})


@pytest.mark.parametrize(
    ("expression", "labels", "matches"),
    [
        ("{key: a, operator: In, values: [x]}", {"a": "x"}, True),
        ("{key: a, operator: In, values: [x]}", {}, False),
        ("{key: a, operator: NotIn, values: [x]}", {}, True),
        ("{key: a, operator: Exists}", {"a": ""}, True),
        ("{key: a, operator: DoesNotExist}", {"a": ""}, False),
    ],
)
def test_expressions(expression: str, labels: dict[str, str], *, matches: bool) -> None:
    text = POLICIES.partition("---")[0].replace("podSelector: {}", f"podSelector: {{matchExpressions: [{expression}]}}")
    assert bool(cluster(text).policies_selecting("shop", labels)) == matches


def test_services() -> None:
    found = cluster("""
    apiVersion: v1
    kind: Service
    metadata: {name: web, annotations: {internal: "true"}}
    spec:
      type: LoadBalancer
      selector: {app: web}
      externalIPs: [192.0.2.1]
      loadBalancerSourceRanges: [10.0.0.0/8]
      ports: [{port: 80, targetPort: http, nodePort: 30080}, {port: 53, protocol: UDP}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: plain}
    """)
    web, plain = (item.value for item in found.services.value)
    assert (web.type.value, web.type.place.text) == ("LoadBalancer", "LoadBalancer")
    assert [item.value for item in web.ports] == [ServicePort("80", "http", "30080"), ServicePort("53", protocol="udp")]
    assert [item.value for item in (*web.external_ips, *web.source_ranges)] == ["192.0.2.1", "10.0.0.0/8"]
    assert (plain.type.value, plain.type.written) == ("ClusterIP", False)
    assert names(found.services_of("shop", {"app": "web", "x": "y"})) == ["Service web"]
    assert not plain.selects({})


@pytest.mark.parametrize("version", ["networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"])
def test_ingresses(version: str) -> None:
    found = cluster(f"""
    apiVersion: {version}
    kind: Ingress
    metadata: {{name: web}}
    spec:
      ingressClassName: nginx
      rules: [{{host: a.example.com}}, {{host: b.example.org}}, {{}}]
      tls: [{{hosts: ["*.example.com"], secretName: tls}}]
    """)
    web = found.ingresses.value[0].value
    assert [item.value for item in web.hosts] == ["a.example.com", "b.example.org", ""]
    assert [item.value for item in web.tls] == [IngressTls(("*.example.com",), "tls")]
    assert [item.value for item in web.plain_hosts] == ["b.example.org", ""]


SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: db}
data:
  password: aHVudGVyMg==
  empty: ""
  todo: JHtEQl9QQVNTfQ==
stringData: {user: admin, token: "<your token>", key: 'ENC[AES256]', other: "{{ .x }}", pem: REPLACE_ME}
"""


def test_secrets_keep_keys_and_never_values() -> None:
    found = cluster(SECRET).secrets.value[0].value
    literal = {item.value.key: item.value.literal for item in found.keys}
    assert [key for key, value in literal.items() if value] == ["password", "user"]
    assert len(literal) == 8
    assert [item.place.text for item in found.keys][:2] == ["password", "empty"]
    assert found.type == "Opaque"
    for value in ("hunter2", "aHVudGVyMg", "admin"):
        assert value not in repr(found) + repr(found.keys)


@pytest.mark.parametrize("value", ["not base64!", "\u00e9t\u00e9", "====", "a"])
def test_data_that_is_no_base64_is_a_value_all_the_same(value: str) -> None:
    found = cluster(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata: {{k: '{value}'}}\n")
    assert [item.value.key for item in found.secrets.value[0].value.keys] == ["k"]


def test_an_encrypted_secret_has_no_literal_value() -> None:
    found = cluster(SECRET + "sops: {version: 3}\n").secrets.value[0].value
    assert not any(item.value.literal for item in found.keys)


def test_config_maps() -> None:
    found = cluster(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nimmutable: true\ndata: {k: v}\nbinaryData: {b: AA==}\n"
    )
    data = found.config_maps.value[0].value
    assert (str(data), data.immutable, [item.value.key for item in data.keys]) == ("ConfigMap a", True, ["k", "b"])


def test_namespaces_and_pod_security_levels() -> None:
    found = cluster(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline, a: b}}\n"
    )
    shop = found.namespace("shop")
    assert shop is not None
    level = shop.value.level()
    assert level is not None
    assert (level.value[1], level.place.text) == ("baseline", "baseline")
    assert shop.value.level("audit") is None
    assert found.namespace("other") is None


def test_limit_ranges_and_quotas() -> None:
    found = cluster("""
    apiVersion: v1
    kind: LimitRange
    metadata: {name: defaults, namespace: shop}
    spec: {limits: [{type: Pod, max: {cpu: 4}}, {type: Container, default: {memory: 1Gi}}]}
    ---
    apiVersion: v1
    kind: ResourceQuota
    metadata: {name: all, namespace: shop}
    spec: {hard: {limits.memory: 8Gi, pods: 10}}
    """)
    assert [item.value.memory for item in found.default_limits("shop")] == [2**30]
    assert found.default_limits("other") == ()
    assert found.resource_quotas.value[0].value.hard == ("limits.memory", "pods")


@pytest.mark.parametrize(
    ("kind", "version", "about"),
    [
        ("ClusterImagePolicy", "policy.sigstore.dev/v1beta1", "image"),
        ("ValidatingAdmissionPolicy", "admissionregistration.k8s.io/v1", "admission"),
        ("K8sAllowedRepos", "constraints.gatekeeper.sh/v1beta1", "admission"),
        ("CiliumNetworkPolicy", "cilium.io/v2", "network"),
    ],
)
def test_policies_of_other_controllers(kind: str, version: str, about: str) -> None:
    found = cluster(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n")
    assert found.guarded(about)
    assert names(found.guards.value) == [f"{kind} x"]


def test_a_kyverno_policy_that_verifies_images_is_about_images() -> None:
    text = (
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: x}\nspec: {rules: [{verifyImages: [{}]}]}\n"
    )
    assert cluster(text).guarded("image")


def test_pod_security_policies_are_kept_with_their_api_version() -> None:
    found = cluster("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: x}\n")
    assert found.pod_security_policies.value[0].value.api_version.place.text == "policy/v1beta1"


def test_nothing_makes_no_cluster() -> None:
    assert gather([]) is None


def test_an_object_without_a_name_is_listed() -> None:
    (note,) = read_text("apiVersion: v1\nkind: Secret\nmetadata: {}\n").not_checked
    assert "no name" in note.why


@pytest.mark.parametrize("spec", ["rules: x", "rules: [x]", "rules: [{verbs: x}]", "rules: [{verbs: [1]}]"])
def test_rules_of_a_role_that_cannot_be_read_are_unknown_items(spec: str) -> None:
    role = (
        cluster(f"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: a}}\n{spec}\n")
        .roles.value[0]
        .value
    )
    with pytest.raises(NotKnownError):
        _ = [word.value for rule in role.rules for word in rule.value.verbs]
