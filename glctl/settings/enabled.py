"""Which services gitlab.rb enables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.settings.effective import Effective


def enabled_services(effective: Effective) -> tuple[str, ...]:
    """The services that are to run here."""
    return tuple(name for name in ("registry", "nginx") if effective[f"{name}.enable"])
