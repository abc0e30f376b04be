"""What can be examined, and with which checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.checks import (
    clock,
    configuration,
    debug_server,
    local,
    log_rules,
    ports,
    proxy,
    push,
    service_running,
    storage,
    storage_writable,
    supervisor,
    token_local,
    token_pair,
    token_proxy,
    virtual_host,
)

if TYPE_CHECKING:
    from glctl.doctor.check import Check

# In the order in which they are reported: each stands behind those that it requires.
TARGETS: dict[str, tuple[Check, ...]] = {
    "registry": (
        clock.CHECK,
        configuration.CHECK,
        virtual_host.CHECK,
        supervisor.CHECK,
        service_running.REGISTRY,
        service_running.NGINX,
        ports.CHECK,
        storage.CHECK,
        storage_writable.CHECK,
        local.CHECK,
        debug_server.CHECK,
        proxy.CHECK,
        token_pair.CHECK,
        token_local.CHECK,
        token_proxy.CHECK,
        push.CHECK,
        log_rules.CHECK,
    ),
}
