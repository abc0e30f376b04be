"""What follows from ``roles``: what an Omnibus host runs. The registry is in no role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.settings.enabled import chosen_roles

if TYPE_CHECKING:
    from glctl.settings.draft import Draft

# Of each service: the roles that bring it. Without any role everything runs.
_BROUGHT_BY = {
    "gitlab_rails.enable": {"application_role", "sidekiq_role", "postgres_role", "patroni_role"},
    "nginx.enable": {"application_role", "pages_role"},
    "postgresql.enable": {"postgres_role", "patroni_role"},
}
# These add to what runs and choose nothing.
_ADDITIONS = {"backup_role", "geo_primary_role", "geo_secondary_role"}


def services(draft: Draft) -> None:
    """A host with roles runs what they bring, and nothing else."""
    chosen = chosen_roles(draft.settings) - _ADDITIONS
    if not chosen or not draft.host.platform.rails:
        return
    for key, roles in _BROUGHT_BY.items():
        draft.fill(key, bool(chosen & roles), "roles")


RULES = (services,)
