"""Which kinds belong to which API groups, and where a workload kind keeps its pod template.

A kind counts only together with its group: ``Service`` of ``serving.knative.dev`` is not a Service. The tables follow
the API reference of Kubernetes 1.34 plus the kinds and groups that were removed since 1.0.
"""

from __future__ import annotations

import re

TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("", "ReplicationController"): ("spec", "template"),
    **{
        (group, kind): ("spec", "template")
        for group in ("apps", "extensions")
        for kind in ("Deployment", "DaemonSet", "ReplicaSet")
    },
    ("apps", "StatefulSet"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("extensions", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "ScheduledJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "JobTemplate"): ("template", "spec", "template"),
}
"""The way from a workload object to the template of its pods (metadata and spec)."""

BUILT_IN: dict[str, frozenset[str]] = {
    group: frozenset(kinds.split())
    for group, kinds in {
        "": "Binding ComponentStatus ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume"
        " PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
        "admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
        " MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
        " ValidatingWebhookConfiguration ExternalAdmissionHookConfiguration InitializerConfiguration",
        "apiextensions.k8s.io": "CustomResourceDefinition",
        "apiregistration.k8s.io": "APIService",
        "apps": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet PetSet",
        "authentication.k8s.io": "SelfSubjectReview TokenRequest TokenReview",
        "authorization.k8s.io": "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview"
        " SubjectAccessReview",
        "autoscaling": "HorizontalPodAutoscaler Scale",
        "batch": "CronJob Job JobTemplate ScheduledJob",
        "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle PodCertificateRequest",
        "coordination.k8s.io": "Lease LeaseCandidate",
        "discovery.k8s.io": "EndpointSlice",
        "events.k8s.io": "Event",
        "extensions": "DaemonSet Deployment Ingress Job NetworkPolicy PodSecurityPolicy ReplicaSet Scale"
        " HorizontalPodAutoscaler ThirdPartyResource",
        "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
        "networking.k8s.io": "Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR",
        "node.k8s.io": "RuntimeClass",
        "policy": "Eviction PodDisruptionBudget PodSecurityPolicy",
        "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
        "resource.k8s.io": "DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate ResourceSlice",
        "scheduling.k8s.io": "PriorityClass",
        "settings.k8s.io": "PodPreset",
        "storage.k8s.io": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
        "storagemigration.k8s.io": "StorageVersionMigration",
    }.items()
}
"""The kinds of Kubernetes' own groups."""

_VERSION = re.compile(r"v[1-9][0-9]*(?:(?:alpha|beta)[1-9][0-9]*)?")


def split_version(api_version: str) -> tuple[str, str] | None:
    """Group and version of an ``apiVersion``; None where it is no such thing.

    The core group is empty. ``rbac.authorization.k8s.io/v1beta1`` is (``rbac.authorization.k8s.io``, ``v1beta1``).
    """
    group, _, version = api_version.rpartition("/")
    return (group, version) if _VERSION.fullmatch(version) else None


GUARDS: dict[tuple[str, str], str] = {
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): "admission",
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): "admission",
    ("policy.sigstore.dev", "ClusterImagePolicy"): "image",
    ("connaisseur.policy", "ImagePolicy"): "image",
    ("policies.kyverno.io", "ImageValidatingPolicy"): "image",
    ("policies.kyverno.io", "NamespacedImageValidatingPolicy"): "image",
    ("policies.kyverno.io", "ValidatingPolicy"): "admission",
    ("kyverno.io", "ClusterPolicy"): "admission",
    ("kyverno.io", "Policy"): "admission",
    ("policies.kubewarden.io", "ClusterAdmissionPolicy"): "admission",
    ("policies.kubewarden.io", "AdmissionPolicy"): "admission",
    ("templates.gatekeeper.sh", "ConstraintTemplate"): "admission",
    ("cilium.io", "CiliumNetworkPolicy"): "network",
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): "network",
    ("crd.projectcalico.org", "NetworkPolicy"): "network",
    ("crd.projectcalico.org", "GlobalNetworkPolicy"): "network",
    ("projectcalico.org", "NetworkPolicy"): "network",
    ("projectcalico.org", "GlobalNetworkPolicy"): "network",
    ("crd.antrea.io", "NetworkPolicy"): "network",
    ("crd.antrea.io", "ClusterNetworkPolicy"): "network",
    ("policy.networking.k8s.io", "AdminNetworkPolicy"): "network",
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"): "network",
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"): "network",
}
"""What policies of other controllers are about; Gatekeeper's constraints have kinds of the team's own choice."""
CONSTRAINTS = "constraints.gatekeeper.sh"

OTHER_TOOLS = {
    "kustomize.config.k8s.io": (
        "a kustomization changes other manifests before they are applied",
        "render it with `kubectl kustomize FOLDER` and pipe the output to `hardhull scan -`",
    ),
    "helm.toolkit.fluxcd.io": (
        "its controller renders a Helm chart",
        "render the chart with `helm template` and pipe the output to `hardhull scan -`",
    ),
    "helm.cattle.io": (
        "its controller renders a Helm chart",
        "render the chart with `helm template` and pipe the output to `hardhull scan -`",
    ),
}
"""Groups whose objects stand for manifests that another program makes: why they are not judged, and what to do."""

NO_READER = (
    "custom resources, whose meaning only their controller knows",
    "if a controller makes pods of them, scan those: `kubectl get pods -A -o yaml | hardhull scan -`",
)
