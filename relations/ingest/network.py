"""Connections to public addresses only, and only until a deadline.

The check is made on the addresses that the connection is then made to. A check before the request would look the name
up twice, and a name may resolve differently the second time.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable
from typing import Any

import httpcore2
from httpcore2 import SOCKET_OPTION

from relations.ingest.trouble import NoSuchHost, RefusedAddress

# All that IPv6 gives to the public. Loopback, link-local, site-local, multicast, NAT64 (64:ff9b::/96) and IPv4-mapped
# addresses are all outside of it.
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# Tunnels whose addresses hide an IPv4 address: 6to4 and Teredo.
_TUNNELS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))


def is_public(address: str) -> bool:
    """Whether an IP address (no name) belongs to the public internet. Raises ValueError where it is no address."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _PUBLIC_IPV6 and ip.is_global and not any(ip in tunnel for tunnel in _TUNNELS)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to public addresses and to those of ``allowed_hosts`` (``host`` or ``host:port``).

    ``deadline``, on the monotonic clock, is set before each fetch; it holds for every byte on every connection, so one
    network serves one thread. ``connections``: how many were opened so far.
    Raises NoSuchHost and RefusedAddress, and httpcore2's errors for all else.
    """

    def __init__(self, allowed_hosts: Collection[str]) -> None:
        self._allowed = {host.lower() for host in allowed_hosts}
        self.deadline = 0.0
        self.connections = 0
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._addresses(host, port)
        give_up = _earlier(self.deadline, timeout)
        for untried in range(len(addresses), 0, -1):
            # One address that never answers must not use up the time of those after it.
            patience = _until(give_up, httpcore2.ConnectTimeout) / untried
            try:
                stream = self._sockets.connect_tcp(addresses[-untried], port, patience, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if untried == 1:
                    raise
            else:
                self.connections += 1
                return _StreamUntil(stream, self)
        raise NoSuchHost(f"{host} has no address.")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NoSuchHost(f"The name {host} could not be found. Check the address of the feed.") from error
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        if self._allows(host, port):
            return addresses
        public = [address for address in addresses if is_public(address)]
        if not public:
            raise RefusedAddress(
                f"{host} is inside a private network or reserved, so it is not fetched. "
                "If it is meant, add it to FETCH_ALLOWED_HOSTS."
            )
        return public

    def _allows(self, host: str, port: int) -> bool:
        host = host.lower()
        names = (host, f"[{host}]")
        return not self._allowed.isdisjoint({*names, *(f"{name}:{port}" for name in names)})


class _StreamUntil(httpcore2.NetworkStream):
    """A stream whose every wait ends at the deadline, so that a server can't hold us by sending a byte now and then."""

    def __init__(self, stream: httpcore2.NetworkStream, network: CheckedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout, httpcore2.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = self._left(timeout, httpcore2.ConnectTimeout)
        return _StreamUntil(self._stream.start_tls(ssl_context, server_hostname, left), self._network)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None, too_late: type[Exception]) -> float:
        return _until(_earlier(self._network.deadline, timeout), too_late)


def _earlier(deadline: float, timeout: float | None) -> float:
    return deadline if timeout is None else min(deadline, time.monotonic() + timeout)


def _until(deadline: float, too_late: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise too_late("The deadline has passed.")
    return left
