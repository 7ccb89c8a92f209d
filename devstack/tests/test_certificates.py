"""The certificate of an emulated provider is for every name by which it is called."""

from __future__ import annotations

from pathlib import Path

from blacklight_devstack.certificates import Certificates
from cryptography import x509


def names_in(certificates: Certificates) -> set[str]:
    [server, *_] = x509.load_pem_x509_certificates(certificates.server.read_bytes())
    found = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def test_loopback_is_always_among_them(tmp_path: Path) -> None:
    assert names_in(Certificates.make(tmp_path)) == {"127.0.0.1", "localhost"}


def test_more_names_can_be_given(tmp_path: Path) -> None:
    made = Certificates.make(tmp_path, "microsoft.localhost")
    assert names_in(made) == {"127.0.0.1", "localhost", "microsoft.localhost"}
