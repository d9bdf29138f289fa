"""A mail relay (aiosmtpd) that asks for STARTTLS and a password, and one that takes connections and says nothing."""
import datetime
import email
import email.policy
import ipaddress
import pathlib
import re
import socket
import ssl
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "halley", "canary of the relay"


def certificate(folder: pathlib.Path) -> pathlib.Path:
    """Of this machine, signed by itself; the file that has it, beside its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256()))
    (folder / "relay.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "relay.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return folder / "relay.pem"


class Relay:
    def __init__(self, port: int, folder: pathlib.Path, encrypts: bool = True):
        self.port, self.encrypts = port, encrypts
        self.mails, self.arrived = [], threading.Condition()
        self.authority = certificate(folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.authority, folder / "relay.key")
        self.controller = None

    def start(self):
        tls = {"tls_context": self.context, "require_starttls": True, "auth_required": True,
               "authenticator": self.judge} if self.encrypts else {}
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **tls)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    @staticmethod
    def judge(server, session, envelope, mechanism, given):
        fits = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fits, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        assert session.ssl is not None or not self.encrypts
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.arrived:
            self.mails.append((envelope.rcpt_tos[0], message))
            self.arrived.notify_all()
        return "250 taken"

    def take(self, recipient: str, subject: str, seconds: float = 20):
        """The first mail of that subject to somebody, which is then forgotten."""
        def found():
            return [mail for mail in self.mails if mail[0] == recipient and mail[1]["Subject"] == subject]
        with self.arrived:
            assert self.arrived.wait_for(found, seconds), (subject, [(to, each["Subject"]) for to, each in self.mails])
            mail = found()[0]
            self.mails.remove(mail)
            return mail[1]


def link(mail) -> str:
    return re.search(r"^(https?://\S+)\s*$", mail.get_content(), re.M).group(1)


class Silence:
    """Takes connections, and keeps them."""

    def __init__(self, port: int):
        self.socket = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self.peers, self.came = [], threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.peers.append(self.socket.accept()[0])
            except OSError:
                return
            self.came.set()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for peer in self.peers:
            peer.close()
