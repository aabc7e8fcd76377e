"""The keys of the Compose Specification (schema of compose-go 2.16), to name those that Compose refuses."""

from __future__ import annotations


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP = _keys("configs include jobs models name networks secrets services version volumes")
SERVICE = _keys(
    "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name"
    " cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec"
    " depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file"
    " environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc"
    " isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit"
    " models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_start"
    " pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets"
    " security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits umask"
    " use_api_socket user userns_mode uts volumes volumes_from working_dir"
)
JOB = SERVICE | {"triggers"}
DEPLOY = _keys("endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config")
RESOURCES = _keys("limits reservations")
LIMITS = _keys("cpus memory pids")
RESERVATIONS = _keys("cpus devices generic_resources memory")
HEALTHCHECK = _keys("disable interval retries start_interval start_period test timeout")
LOGGING = _keys("driver options")
BUILD = _keys(
    "additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts"
    " isolation labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh"
    " tags target ulimits"
)
NETWORK = _keys("attachable driver driver_opts enable_ipv4 enable_ipv6 external internal ipam labels name")
VOLUME = _keys("driver driver_opts external labels name")
SECRET = _keys("driver driver_opts environment external file labels name template_driver")
CONFIG = _keys("content environment external file labels name template_driver")

NULLABLE = _keys("command deploy develop entrypoint pid umask")
"""Keys of a service that may stand without a value."""


def is_extension(key: str) -> bool:
    """Whether a key is the writer's own (``x-...``), which Compose leaves alone."""
    return key.startswith("x-")
