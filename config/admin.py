"""The admin site, open to all who manage feeds; what each may do there, their permissions say."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class DyadAdminSite(AdminSite):
    site_header = "Dyad: under the hood"
    site_title = "Dyad"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and (request.user.is_staff or request.user.has_perm("relations.change_feed"))
