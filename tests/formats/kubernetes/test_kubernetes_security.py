from __future__ import annotations

import pytest
from kubernetes_texts import hollow, workload

from hardhull.model.field import NotKnownError


def test_a_container_s_security_context_in_the_words_of_a_workload() -> None:
    found = workload("""
        securityContext:
          privileged: true
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          runAsNonRoot: true
          procMount: Unmasked
          capabilities: {drop: [ALL], add: [net_admin]}
    """)
    assert (found.privileged.value, found.no_new_privileges.value, found.read_only.value) == (True, True, True)
    assert (found.run_as_non_root.value, found.unmasked_paths.value) == (True, True)
    assert [item.value for item in found.cap_drop.value] == ["ALL"]
    assert [item.value for item in found.cap_add.value] == ["NET_ADMIN"]
    assert found.privileged.place.text == "true"
    assert found.cap_drop.place.text == "drop"


def test_allowed_privilege_escalation_is_not_the_same_as_none_written() -> None:
    assert workload("securityContext: {allowPrivilegeEscalation: true}").no_new_privileges.value is False
    assert workload().no_new_privileges.value is None
    assert not workload().no_new_privileges.written


@pytest.mark.parametrize(
    ("container", "spec", "user"),
    [
        ("securityContext: {runAsUser: 7}", "", "7"),
        ("securityContext: {runAsUser: 7, runAsGroup: 8}", "", "7:8"),
        ("", "securityContext: {runAsUser: 7, runAsGroup: 8}", "7:8"),
        ("securityContext: {runAsGroup: 9}", "securityContext: {runAsUser: 7, runAsGroup: 8}", "7:9"),
        ("securityContext: {runAsUser: 0}", "securityContext: {runAsUser: 7}", "0"),
        ("securityContext: {runAsGroup: 9}", "", None),
        ("securityContext: {windowsOptions: {runAsUserName: ContainerUser}}", "", "ContainerUser"),
    ],
)
def test_user_is_made_of_uid_and_gid_from_either_level(container: str, spec: str, user: str | None) -> None:
    assert workload(container, spec).user.value == user


def test_a_group_counts_without_a_user() -> None:
    found = workload("securityContext: {runAsGroup: 9}")
    assert found.group.value == "9"
    assert not found.user.written


def test_an_inherited_field_stands_at_the_pod() -> None:
    found = workload("", "securityContext: {runAsNonRoot: true}")
    assert found.run_as_non_root.value
    assert found.run_as_non_root.place.start.line == 9
    assert found.run_as_non_root.origin == "the pod"


@pytest.mark.parametrize(
    ("profile", "value"),
    [
        ("{type: RuntimeDefault}", "default"),
        ("{type: Unconfined}", "unconfined"),
        ("{type: Localhost, localhostProfile: my/profile.json}", "my/profile.json"),
    ],
)
@pytest.mark.parametrize(("key", "slot"), [("seccompProfile", "seccomp"), ("appArmorProfile", "apparmor")])
def test_profiles(key: str, slot: str, profile: str, value: str) -> None:
    for found in (
        workload(f"securityContext: {{{key}: {profile}}}"),
        workload("", f"securityContext: {{{key}: {profile}}}"),
    ):
        assert getattr(found, slot).value == value


@pytest.mark.parametrize(
    "profile", ["{type: Localhost}", "{}", "{type: runtimeDefault}", "RuntimeDefault", "{type: '${P}'}"]
)
def test_a_profile_that_cannot_be_read_is_unknown_not_default(profile: str) -> None:
    with pytest.raises(NotKnownError):
        _ = workload(f"securityContext: {{seccompProfile: {profile}}}").seccomp.value


SECCOMP = "annotations: {{seccomp.security.alpha.kubernetes.io/pod: {0}}}\n"
APPARMOR = "annotations: {{container.apparmor.security.beta.kubernetes.io/{0}: {1}}}\n"


def test_old_seccomp_annotations_are_read_and_named_as_dead() -> None:
    found = workload(metadata=SECCOMP.format("runtime/default"))
    assert found.seccomp.value == "default"
    assert "no effect since Kubernetes 1.27" in hollow(found)[0]
    assert workload(metadata=SECCOMP.format("localhost/x.json")).seccomp.value == "x.json"


def test_a_field_wins_over_an_annotation() -> None:
    note = SECCOMP.format("unconfined")
    assert workload("", "securityContext: {seccompProfile: {type: RuntimeDefault}}", note).seccomp.value == "default"


def test_a_container_s_apparmor_annotation_wins_over_the_pod_s_field() -> None:
    spec = "securityContext: {appArmorProfile: {type: RuntimeDefault}}"
    assert workload("", spec, APPARMOR.format("app", "unconfined")).apparmor.value == "unconfined"
    assert workload("", spec, APPARMOR.format("other", "unconfined")).apparmor.value == "default"
    own = "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: mine}}"
    assert workload(own, spec, APPARMOR.format("app", "unconfined")).apparmor.value == "mine"


def test_selinux_groups_and_sysctls() -> None:
    found = workload(
        "",
        "securityContext: {seLinuxOptions: {type: spc_t, level: 's0'}, supplementalGroups: [5], fsGroup: 6,"
        " sysctls: [{name: net.core.somaxconn, value: '1024'}]}",
    )
    assert [item.value for item in found.selinux.value] == ["type:spc_t", "level:s0"]
    assert [item.value for item in found.group_add.value] == ["5", "6"]
    assert [item.value for item in found.sysctls.value] == [("net.core.somaxconn", "1024")]


def test_a_container_s_selinux_options_replace_the_pod_s() -> None:
    found = workload("securityContext: {seLinuxOptions: {role: r}}", "securityContext: {seLinuxOptions: {type: spc_t}}")
    assert [item.value for item in found.selinux.value] == ["role:r"]


@pytest.mark.parametrize(
    ("container", "spec", "message"),
    [
        (
            "",
            "securityContext: {readOnlyRootFilesystem: true}",
            "readOnlyRootFilesystem has no effect in the pod's securityContext",
        ),
        ("", "privileged: true", "privileged has no effect in the pod's spec"),
        ("securityContext: {fsGroup: 1}", "", "the pod's securityContext has it"),
        ("securityContext: {priviliged: true}", "", "no securityContext has it"),
        ("privileged: true", "", "beside securityContext instead of in it"),
        ("hostNetwork: true", "", "in the pod's spec only"),
        (
            "securityContext: {capabilities: {drop: [CAP_NET_RAW]}}",
            "",
            "CAP_NET_RAW has no effect in capabilities.drop",
        ),
    ],
)
def test_a_setting_in_the_wrong_place_is_hollow_and_sets_nothing(container: str, spec: str, message: str) -> None:
    found = workload(container, spec)
    assert [message in text for text in hollow(found)] == [True]
    assert not found.privileged.written
    assert not found.read_only.written
    assert found.network_mode.value is None


def test_good_settings_are_not_hollow() -> None:
    found = workload(
        "securityContext: {privileged: false, capabilities: {drop: [ALL]}}", "securityContext: {fsGroup: 1}"
    )
    assert hollow(found) == []
    assert found.unread == []


def test_host_process() -> None:
    assert workload("", "securityContext: {windowsOptions: {hostProcess: true}}").host_process.value
    inner = "securityContext: {windowsOptions: {hostProcess: false}}"
    assert not workload(inner, "securityContext: {windowsOptions: {hostProcess: true}}").host_process.value
