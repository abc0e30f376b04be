"""Which services gitlab.rb enables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.settings.effective import Effective


def enabled_services(effective: Effective) -> tuple[str, ...]:
    """The services that gitlab.rb enables. nginx has nothing to serve here without the registry."""
    if not effective["registry.enable"]:
        return ()
    return ("registry", "nginx") if effective["nginx.enable"] else ("registry",)
