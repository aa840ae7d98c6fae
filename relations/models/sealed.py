"""Secrets of feeds as they stand in the database: encrypted with a key that only the application has."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from relations.errors import RelationsError


def seal(values: dict[str, Any]) -> str:
    """Values as a text that says nothing without SECRET_KEY; empty for none."""
    return _keys().encrypt(json.dumps(values).encode()).decode() if values else ""


def unseal(token: str) -> dict[str, Any]:
    """What was sealed. Raises RelationsError where neither SECRET_KEY nor SECRET_KEY_FALLBACKS is the one of then."""
    if not token:
        return {}
    try:
        values: dict[str, Any] = json.loads(_keys().decrypt(token.encode()))
    except InvalidToken:
        raise RelationsError(
            "The headers and the password kept for this feed can't be read: SECRET_KEY has changed since. "
            "Enter them again, or add the old key to SECRET_KEY_FALLBACKS."
        ) from None
    return values


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dyad: secrets of feeds").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
