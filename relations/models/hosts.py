"""Whose servers are asked: what feeds and pages of one registrable domain share, and what its robots.txt says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.db import models
from tld import get_fld


def registrable_domain(url: str) -> str:
    """Whom an address belongs to: ``bbc.co.uk`` for ``https://feeds.bbc.co.uk/x``; a host without a public suffix, such
    as an IP address, belongs to itself. Empty for what is no address."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")[:253]
    except ValueError:
        return ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        # Sites of a hoster (one.blogspot.com, other.blogspot.com) share its servers, so private suffixes don't count.
        return get_fld(f"https://{host}/", fail_silently=True, search_private=False) or host


class Hosts(models.QuerySet["Host"]):
    def hold(self, domains: Iterable[str]) -> dict[str, Host]:
        """The hosts, made where they are new and locked for this transaction, always in one order."""
        wanted = sorted(set(domains))
        Host.objects.bulk_create((Host(domain=domain) for domain in wanted), ignore_conflicts=True)
        found = self.filter(domain__in=wanted).order_by("domain").select_for_update(no_key=True)
        return {host.domain: host for host in found}


class Host(models.Model):
    """A registrable domain: how gently it is to be asked."""

    domain = models.CharField(max_length=253, primary_key=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="it answered 429: nothing is asked until then")
    next_start_at = models.DateTimeField(null=True, blank=True, help_text="no request is begun earlier")

    objects = Hosts.as_manager()

    def __str__(self) -> str:
        return self.domain


class OpenRequest(models.Model):
    """One of the few requests to a host that may be under way at once. It counts until it is deleted or overdue."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="requests")
    until = models.DateTimeField(help_text="whoever made it is dead by then")

    def __str__(self) -> str:
        return f"{self.host_id} until {self.until:%H:%M:%S}"


class RobotsFile(models.Model):
    """What a site's robots.txt said when it was last fetched."""

    origin = models.CharField(max_length=300, primary_key=True, help_text="scheme, host and port")
    fetched_at = models.DateTimeField()
    rules = models.TextField(blank=True)
    closed = models.BooleanField(default=False, help_text="it could not be read, so nothing is asked")

    def __str__(self) -> str:
        return self.origin
