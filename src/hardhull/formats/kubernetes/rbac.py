"""Roles, bindings and service accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import Binding, RbacRule, Role, ServiceAccount, Subject
from hardhull.formats.kubernetes.selectors import located, words
from hardhull.formats.kubernetes.values import boolean, text
from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.block import Block
    from hardhull.formats.kubernetes.manifest import Manifest


def role(manifest: Manifest) -> Role:
    """A Role or ClusterRole."""
    block = manifest.block
    wide = manifest.kind == "ClusterRole"
    rules = located(block, "rules", _rule)
    aggregates = wide and "aggregationRule" in block
    return Role(wide, None if wide else manifest.namespace_name, manifest.name, rules, aggregates)


def _rule(block: Block) -> RbacRule:
    if block.why is not None:
        raise NotKnownError("rules", block.why)
    keys = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
    return RbacRule(*(words(block, key) for key in keys))


def binding(manifest: Manifest) -> Binding:
    """A RoleBinding or ClusterRoleBinding. A reference that cannot be read is unknown at its place."""
    block = manifest.block
    wide = manifest.kind == "ClusterRoleBinding"
    reference = block.block("roleRef")
    name = reference.field("name", "role", text) if reference is not None else None
    if name is None:
        name = Field.unknown("role", block.key_place("roleRef"), "the binding names no role")
    kind = reference.text("kind") if reference is not None else None
    subjects = located(block, "subjects", _subject)
    return Binding(wide, None if wide else manifest.namespace_name, manifest.name, kind or "", name, subjects)


def _subject(block: Block) -> Subject:
    return Subject(block.get("kind", text) or "", block.get("name", text) or "", block.get("namespace", text))


def service_account(manifest: Manifest) -> ServiceAccount:
    """A ServiceAccount."""
    automount = manifest.block.field("automountServiceAccountToken", "automount", boolean)
    return ServiceAccount(manifest.namespace_name, manifest.name, automount)
