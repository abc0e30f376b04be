"""What can be examined, and with which checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.checks import (
    clock,
    debug_server,
    local,
    log_rules,
    ports,
    proxy,
    push,
    services,
    storage,
    storage_writable,
    token_local,
    token_pair,
    token_proxy,
)

if TYPE_CHECKING:
    from glctl.doctor.check import Check

# In the order in which they are reported.
TARGETS: dict[str, tuple[Check, ...]] = {
    "registry": (
        clock.CHECK,
        services.CHECK,
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
