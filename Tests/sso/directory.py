"""Debian's slapd with a directory that is thrown away: two kinds of TLS under an authority of its own, and memberOf."""
import datetime
import ipaddress
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BASE = "dc=example,dc=org"
SERVICE, SERVICE_PASSWORD = f"cn=halley,ou=services,{BASE}", "canary service password"
ROOT, ROOT_PASSWORD = f"cn=root,{BASE}", "root"
PASSWORDS = {"ada": "canary of ada", "bob": "canary of bob", "twin": "canary of twin"}
PHYSICS, OPS, ALL = (f"cn={name},ou=groups,{BASE}" for name in ("Physics", "ops", "everybody"))

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/pid
argsfile {folder}/args
TLSCACertificateFile {folder}/authority.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "{base}"
rootdn "{root}"
rootpw "{root_password}"
directory {folder}/db
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by * none
overlay memberof
memberof-refint TRUE
"""


def person(name: str, folder: str = "people") -> str:
    return (f"dn: uid={name},ou={folder},{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n"
            f"mail: {name}@example.org\ndescription: one\ndescription: two\nuserPassword: {PASSWORDS.get(name, name)}\n\n")


def group(dn: str, *members: str) -> str:
    return f"dn: {dn}\nobjectClass: groupOfNames\ncn: {dn[3:].split(',')[0]}\n" + "".join(f"member: {m}\n" for m in members) + "\n"


def uid(name: str) -> str:
    return f"uid={name},ou=people,{BASE}"


LDIF = (f"dn: {BASE}\nobjectClass: organization\nobjectClass: dcObject\no: Example\ndc: example\n\n"
        + "".join(f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n\n" for name in ("people", "guests", "groups", "services"))
        + f"dn: {SERVICE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: halley\nuserPassword: {SERVICE_PASSWORD}\n\n"
        + "".join(person(name) for name in ("ada", "bob", "carl", "twin", "admin")) + person("twin", "guests")
        + group(PHYSICS, uid("ada")) + group(OPS, uid("bob")) + group(ALL, PHYSICS, OPS))


class Authority:
    """Of one certificate, for 127.0.0.1 and `localhost` or another name."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        self.certificate = self.sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, subject, key, *extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        made = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=30)))
        for extension in extensions:
            made = made.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return made.sign(self.key, hashes.SHA256())

    def write(self, folder: pathlib.Path, names: list) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        server = self.sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A directory")]), key, x509.SubjectAlternativeName(names))
        (folder / "authority.pem").write_text(self.pem)
        (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
        (folder / "server.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


HERE = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
ELSEWHERE = [x509.DNSName("directory.example.org")]


class Directory:
    def __init__(self, names=HERE):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slapd"))
        self.authority = Authority()
        self.authority.write(self.folder, names)
        (self.folder / "db").mkdir()
        (self.folder / "slapd.conf").write_text(CONFIG.format(
            folder=self.folder, base=BASE, root=ROOT, root_password=ROOT_PASSWORD, service=SERVICE))
        self.port, self.tls_port = free_ports()
        self.plain, self.tls = f"ldap://127.0.0.1:{self.port}", f"ldaps://127.0.0.1:{self.tls_port}"
        self.process = None
        self.start()
        self.tool("ldapadd", LDIF)

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(["/usr/sbin/slapd", "-f", self.folder / "slapd.conf", "-h", f"{self.plain} {self.tls}", "-d", "256"],
                                        stdout=self.log, stderr=self.log)
        until = time.monotonic() + 30
        for port in (self.port, self.tls_port):
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert self.process.poll() is None and time.monotonic() < until, (self.folder / "log").read_text()
                    time.sleep(0.05)

    def stop(self):
        self.thaw()
        self.process.terminate()
        self.process.wait(30)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def tool(self, program: str, ldif: str) -> None:
        done = subprocess.run([program, "-x", "-H", self.plain, "-D", ROOT, "-w", ROOT_PASSWORD], input=ldif, text=True,
                              capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr

    def modify(self, dn: str, change: str) -> None:
        self.tool("ldapmodify", f"dn: {dn}\nchangetype: modify\n{change}\n")

    def heard(self) -> str:
        """All that slapd has been asked."""
        return (self.folder / "log").read_text(errors="replace")


def free_ports() -> tuple:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]
