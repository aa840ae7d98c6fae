"""Addresses of feeds, fit to be shown."""

from __future__ import annotations

from django import template

from relations import pipeline

register = template.Library()


@register.filter
def without_secrets(url: str) -> str:
    """Without a user name and password in it."""
    return pipeline.without_secrets(url)
