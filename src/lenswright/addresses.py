"""Addresses to listen on: which of them nobody but this machine can reach."""

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach what listens on `host`, a name or an address.

    False for a name that is not known here, so that a slip of the pen opens nothing.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(entry[4][0]).is_loopback for entry in found)
