"""Private keys of all formats: whether a header has a key behind it, and whether that key is encrypted.

Sources: RFC 7468 (PEM), RFC 1421 (``Proc-Type: 4,ENCRYPTED``), RFC 5958 (PKCS #8), PROTOCOL.key of OpenSSH, RFC 9580
(OpenPGP, 5.5.3), PuTTY's manual (appendix C), signify(1), libgcrypt's S-expressions.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from typing import Final, NamedTuple

from hardhull.facts.leak import PRIVATE_KEY
from hardhull.leaks.hit import Candidate, Certainty

LONGEST: Final = 48 << 10
"""Bytes of a key in text that are looked at; RSA keys of 16,384 bits have 13,000."""
_END: Final = re.compile(rb"-----END [A-Z0-9 ]{0,40}-----")
_ESCAPES: Final = re.compile(rb"\\+[nrt]|&#(?:10|13|xA|xD);|\\$", re.IGNORECASE | re.MULTILINE)
_HEADERS: Final = re.compile(rb"^[ \t#/*]*[A-Za-z-]{3,20}: [^\n]{0,200}$", re.MULTILINE)
_NOT_BODY: Final = re.compile(rb"[^A-Za-z0-9+/=]+")
_CHECKSUM: Final = re.compile(rb"\n=[A-Za-z0-9+/]{4}\s")
_LEAST: Final = 44
"""Characters of the shortest body: an Ed25519 key in PKCS #8 has 64, a raw one of 32 bytes 44."""


class _Key(NamedTuple):
    end: int
    title: str
    locked: bool
    certainty: Certainty


def private_key(data: bytes, start: int, end: int) -> Candidate | None:
    """The key whose header stands at ``start`` and ends at ``end``; None where there is no key behind it."""
    head = data[start:end]
    if head.startswith(b"-----"):
        key = _pem(data, head, end)
    elif head.startswith(b"PuTTY"):
        key = _putty(data, end)
    elif head.startswith(b"untrusted"):
        key = _signify(data, head, end)
    elif head.startswith(b"("):
        key = _expression(data, head, end)
    else:
        key = _ssh2(data, end)
    if key is None:
        return None
    notes = ("encrypted",) if key.locked else ("not encrypted",)
    return Candidate(start, key.end, PRIVATE_KEY, key.title, key.certainty, notes=notes, locked=key.locked)


def _pem(data: bytes, head: bytes, at: int) -> _Key | None:
    word = head.strip(b"-").removeprefix(b"BEGIN ").removesuffix(b"PRIVATE KEY BLOCK").removesuffix(b"PRIVATE KEY")
    dashes = data.find(b"-----", at, at + LONGEST)
    if dashes >= 0 and data[dashes + 5 : dashes + 9] != b"END ":
        return None
    closing = _END.match(data, dashes) if dashes >= 0 else None
    end = closing.start() if closing else min(len(data), at + LONGEST)
    raw = data[at:end]
    if b"..." in raw or b"-----BEGIN" in raw or b"<" in raw[:80] or b"\0" in raw[:40]:
        return None
    past = closing.end() if closing else at + len(raw)
    if b"OpenVPN" in head:
        return _Key(past, "OpenVPN static key", locked=False, certainty=Certainty.FORM) if len(raw) > 500 else None
    text = _ESCAPES.sub(b"\n", raw)
    locked = word == b"ENCRYPTED " or b"ENCRYPTED" in text[:400]
    text = _CHECKSUM.sub(b"\n", _HEADERS.sub(b"", text))
    lines = _NOT_BODY.sub(b"", text if closing else text[: text.find(b"\n\n") if b"\n\n" in text else None])
    if len(lines) < _LEAST or len(set(lines)) < 16:
        return None
    name = f"{word.decode().strip()} private key".strip().replace("ENCRYPTED ", "").replace("OPENSSH", "OpenSSH")
    body = _decoded(lines)
    if word.startswith(b"OPENSSH"):
        cipher = _openssh_cipher(body)
        return _Key(past, name, cipher not in {b"none", b""}, Certainty.PROVEN if cipher else Certainty.FORM)
    if word.startswith(b"PGP"):
        return _Key(past, "OpenPGP private key", _openpgp_locked(body), Certainty.FORM)
    return _Key(past, name, locked, Certainty.PROVEN if locked or _is_sequence(body) else Certainty.FORM)


def _decoded(body: bytes) -> bytes:
    body = body.rstrip(b"=")
    try:
        return b64decode(body[: len(body) - (len(body) % 4 == 1)] + b"=" * (-len(body) % 4))
    except (Error, ValueError):
        return b""


def _is_sequence(data: bytes) -> bool:
    """Whether it is one ASN.1 sequence from end to end."""
    if len(data) < 16 or data[0] != 0x30:
        return False
    if data[1] < 0x80:
        return data[1] + 2 == len(data)
    size = data[1] & 0x7F
    return size <= 4 and int.from_bytes(data[2 : 2 + size], "big") + 2 + size == len(data)


def _openssh_cipher(body: bytes) -> bytes:
    """The name of the cipher; empty where it is no such key."""
    magic = b"openssh-key-v1\0"
    if not body.startswith(magic):
        return b""
    size = int.from_bytes(body[15:19], "big")
    return body[19 : 19 + size] if size <= 64 else b""


_PUBLIC_NUMBERS: Final = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}
"""How many numbers the public half has, by algorithm: RSA, ElGamal, DSA."""


def _openpgp_locked(body: bytes) -> bool:
    """Whether the first secret-key packet is encrypted: the octet behind the public half is not 0."""
    try:
        tag, at = body[0], 1
        if tag & 0x40:
            first = body[1]
            at = 2 if first < 192 else 3 if first < 224 else 6
        else:
            at = 1 + (1, 2, 4, 0)[tag & 3]
        algorithm = body[at + 5]
        at += 6
        if algorithm in {18, 19, 22}:  # a curve's name in front of its point
            at += 1 + body[at]
        for _ in range(_PUBLIC_NUMBERS.get(algorithm, 1)):
            at += 2 + (int.from_bytes(body[at : at + 2], "big") + 7) // 8
        if algorithm == 18:
            at += 1 + body[at]
        return body[at] != 0
    except IndexError:
        return False


def _ssh2(data: bytes, at: int) -> _Key | None:
    body = re.compile(rb"\s+(?:[A-Za-z-]{3,20}: [^\n]*\n)*[A-Za-z0-9+/=\s]{100,}----").match(data, at)
    return _Key(body.end(), "SSH2 private key", locked=True, certainty=Certainty.FORM) if body else None


def _putty(data: bytes, at: int) -> _Key | None:
    text = data[at : at + LONGEST]
    private = text.find(b"Private-Lines:")
    if private < 0:
        return None
    cipher = re.search(rb"\nEncryption: ([^\r\n]{1,40})", text)
    mac = text.find(b"Private-MAC", private)
    end = at + (mac if mac > 0 else private + 14)
    return _Key(end, "PuTTY private key", not cipher or cipher[1] != b"none", Certainty.PROVEN)


def _signify(data: bytes, head: bytes, at: int) -> _Key | None:
    body = re.compile(rb"[^\n]{0,200}\n([A-Za-z0-9+/]{100,}={0,2})").match(data, at)
    if not body:
        return None
    if b"minisign" in head:
        return _Key(body.end(), "minisign private key", locked=True, certainty=Certainty.FORM)
    raw = _decoded(body[1])
    return _Key(body.end(), "signify private key", raw[4:8] != bytes(4), Certainty.FORM)


def _expression(data: bytes, head: bytes, at: int) -> _Key | None:
    """Libgcrypt's form, as GnuPG keeps keys; programs hold the words without a key."""
    text = data[at : at + 4096]
    if not re.search(rb"#[0-9A-Fa-f]{40,}", text) and not (head[1:3].isdigit() and re.match(rb"\(\d{1,2}:[a-z]", text)):
        return None
    end = at + len(text)
    return _Key(end, "GnuPG private key", b"protected" in head, Certainty.FORM)


_SHROUDED: Final = bytes.fromhex("2a864886f70d010c0a0102")
_KEY_BAG: Final = bytes.fromhex("2a864886f70d010c0a0101")
_OIDS: Final = (bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06032b65"))
"""Algorithms of PKCS #8 keys: RSA, elliptic curves, Ed25519 and its like."""
_ENCRYPTED: Final = (bytes.fromhex("06092a864886f70d01050d"), bytes.fromhex("060a2a864886f70d010c01"))


def key_file(data: bytes) -> Candidate | None:
    """A file that is a key or a store of keys in a binary format, by its first bytes and its structure."""
    title, locked = _binary_key(data)
    if not title:
        return None
    notes = ("encrypted",) if locked else ("not encrypted",)
    return Candidate(0, len(data), PRIVATE_KEY, title, Certainty.PROVEN, notes=notes, locked=locked)


_KEEPASS: Final = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"
_JAVA: Final = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_KEYTAB: Final = b"\x05\x02\0\0"
_DER: Final = b"0"
"""A sequence in ASN.1."""
_BEGINNINGS: Final = (_KEEPASS, *_JAVA, _KEYTAB, _DER)


def may_be_key(head: bytes) -> bool:
    """Whether a file that begins so can be one of :func:`key_file`."""
    return head.startswith(_BEGINNINGS)


def _binary_key(data: bytes) -> tuple[str, bool]:
    head = data[:64]
    if head.startswith(_KEEPASS):
        return "KeePass database", True
    if head.startswith(_JAVA) and data[12:16] == b"\0\0\0\1":
        return "Java key store with a private key", True
    if head.startswith(_KEYTAB) and 0 < int.from_bytes(data[2:6], "big") <= len(data):
        return "Kerberos keytab", False
    if not head.startswith(_DER) or len(data) > 1 << 20:
        return "", False
    start = 2 if head[1:2] < b"\x80" else 2 + (head[1] & 0x7F)
    if not _is_sequence(data):
        return "", False
    inner = data[start : start + 64]
    if inner.startswith(b"\x02\x01\x03") and (_SHROUDED in data or _KEY_BAG in data):
        return "PKCS #12 key store", _SHROUDED in data
    if inner.startswith(b"\x02\x01\x00\x30") and any(oid in inner[:32] for oid in _OIDS):
        return "private key (PKCS #8, DER)", False
    if inner.startswith((b"\x02\x01\x00\x02\x82", b"\x02\x01\x01\x04\x20")):
        return "private key (DER)", False
    if any(oid in inner[:48] for oid in _ENCRYPTED) and inner.startswith(b"0"):
        return "private key (PKCS #8, DER)", True
    return "", False
