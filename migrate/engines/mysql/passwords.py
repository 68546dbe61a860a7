"""What a server stores of a password, made on the client: the password itself never reaches a log or the binary log."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

NATIVE, SHA2 = "mysql_native_password", "caching_sha2_password"
KNOWN = (NATIVE, SHA2)
_SHA2_ROUNDS = 5000
_SHA2_FORM = re.compile(rb"\$A\$([0-9A-Fa-f]{3})\$(.{20})(.{43})", re.DOTALL)
"""`A` for SHA-256, then the rounds in thousands, hexadecimal; the salt, the digest."""
_SALT_BYTES = 20
_SALT_ALPHABET = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CRYPT_ALPHABET = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def stored(plugin: str, password: str) -> bytes:
    """The authentication string of `plugin` for `password`. Raises ValueError for a plugin that is not KNOWN."""
    secret = password.encode()
    if plugin == NATIVE:
        return _native(secret)
    if plugin == SHA2:
        salt = bytes(secrets.choice(_SALT_ALPHABET) for _ in range(_SALT_BYTES))
        return b"$A$%03X$" % (_SHA2_ROUNDS // 1000) + salt + _crypt(secret, salt, _SHA2_ROUNDS)
    raise ValueError(f"cannot make a password for plugin {plugin}")


def fits(plugin: str, password: str, kept: bytes) -> bool:
    """Whether `kept`, as the server stores it, was made of `password`. False where that cannot be told."""
    secret = password.encode()
    if plugin == NATIVE:
        return hmac.compare_digest(kept.upper(), _native(secret))
    found = _SHA2_FORM.fullmatch(kept) if plugin == SHA2 else None
    if found is None:
        return False
    rounds, salt, digest = found.groups()
    return hmac.compare_digest(digest, _crypt(secret, salt, int(rounds, 16) * 1000))


def _native(secret: bytes) -> bytes:
    return b"*" + hashlib.sha1(hashlib.sha1(secret).digest()).hexdigest().upper().encode()


def _crypt(secret: bytes, salt: bytes, rounds: int) -> bytes:
    """Digest of SHA-crypt with SHA-256 (Drepper's specification), with a salt longer than crypt(3) takes."""
    inner = hashlib.sha256(secret + salt + secret).digest()
    first = hashlib.sha256(secret + salt + _repeated(inner, len(secret)))
    bits = len(secret)
    while bits:
        first.update(inner if bits & 1 else secret)
        bits >>= 1
    digest = first.digest()
    p = _repeated(hashlib.sha256(secret * len(secret)).digest(), len(secret))
    s = _repeated(hashlib.sha256(salt * (16 + digest[0])).digest(), len(salt))
    for number in range(rounds):
        odd = number & 1
        text = p if odd else digest
        if number % 3:
            text += s
        if number % 7:
            text += p
        digest = hashlib.sha256(text + (digest if odd else p)).digest()
    return _encoded(digest)


def _repeated(text: bytes, length: int) -> bytes:
    return (text * (length // len(text) + 1))[:length] if length else b""


def _encoded(digest: bytes) -> bytes:
    """crypt's own base 64: three bytes a group, each group's bytes 10 and 20 apart, lowest six bits first."""
    made = bytearray()
    a, b, c = 0, 10, 20
    for _ in range(10):
        made += _sextets(digest[a] << 16 | digest[b] << 8 | digest[c], 4)
        a, b, c = c + 1, a + 1, b + 1
    return bytes(made + _sextets(digest[31] << 8 | digest[30], 3))


def _sextets(value: int, count: int) -> bytes:
    return bytes(_CRYPT_ALPHABET[value >> 6 * place & 63] for place in range(count))
