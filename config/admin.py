"""The admin site, open to all who manage feeds or names of actors; what each may do, their permissions say."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class DyadAdminSite(AdminSite):
    site_header = "Dyad: under the hood"
    site_title = "Dyad"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and (
            user.is_staff or user.has_perm("relations.change_feed") or user.has_perm("relations.change_actorname")
        )
