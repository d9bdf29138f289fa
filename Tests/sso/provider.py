"""An OpenID Connect provider that does all as it should, or one thing wrong on purpose."""
import base64
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time
import urllib.parse

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

ALGORITHMS = {"RS256": lambda kid: RSAKey.generate_key(2048, {"kid": kid}), "PS256": lambda kid: RSAKey.generate_key(2048, {"kid": kid}),
              "ES256": lambda kid: ECKey.generate_key("P-256", {"kid": kid}), "EdDSA": lambda kid: OKPKey.generate_key("Ed25519", {"kid": kid})}


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    """One on a port of the loopback. `fault` names what it does wrong; `user` is who is signed in there."""

    def __init__(self, client_id="halley", secret="canary-client-secret", names_itself=True, algorithm="RS256"):
        self.client_id, self.secret, self.names_itself, self.algorithm = client_id, secret, names_itself, algorithm
        self.user = {"sub": "ada"}
        self.fault = None
        self.codes, self.fetched, self.serial = {}, [], 0
        self.keys = []
        self.rotate()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.issuer = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def rotate(self):
        """A new key; the one before stays published."""
        self.serial += 1
        self.keys = [ALGORITHMS[self.algorithm](f"key-{self.serial}")] + self.keys[:1]

    def describe(self) -> dict:
        issuer = self.issuer + ("/" if self.fault == "discovery issuer" else "")
        document = {"issuer": issuer, "authorization_endpoint": self.issuer + "/authorize", "token_endpoint": self.issuer + "/token",
                    "jwks_uri": self.issuer + "/jwks", "userinfo_endpoint": self.issuer + "/userinfo",
                    "end_session_endpoint": self.issuer + "/logout?from=halley",
                    "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["none", "HS256", self.algorithm]}
        if self.names_itself:
            document["authorization_response_iss_parameter_supported"] = True
        if self.fault == "keys elsewhere":
            document["jwks_uri"] = "http://169.254.169.254/latest/meta-data"
        if self.fault == "token in plain elsewhere":
            document["token_endpoint"] = "http://login.example.org/token"
        return document

    def claims(self, code: dict) -> dict:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client_id, "exp": now + 300, "iat": now, "nonce": code["nonce"], **self.user}
        changes = {
            "other nonce": {"nonce": "another"}, "missing nonce": {"nonce": None}, "aud without us": {"aud": ["another"]},
            "several aud, azp not us": {"aud": [self.client_id, "another"], "azp": "another"},
            "several aud, no azp": {"aud": [self.client_id, "another"]}, "issuer off by a slash": {"iss": self.issuer + "/"},
            "issuer of another": {"iss": "https://login.example.org"}, "expired": {"exp": now - 61}, "no expiry": {"exp": None},
            "issued in the future": {"iat": now + 90}, "no subject": {"sub": None}, "subject of 300": {"sub": "x" * 300, "preferred_username": "x", "email": "x@example.org"},
        }.get(self.fault, {})
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def logout_token(self, **changes) -> str:
        """OpenID Connect Back-Channel Logout 1.0 §2.4; a claim that is None is left out."""
        claims = {"iss": self.issuer, "aud": self.client_id, "iat": int(time.time()), "exp": int(time.time()) + 60,
                  "jti": secrets.token_urlsafe(12), "events": {"http://schemas.openid.net/event/backchannel-logout": {}}, **changes}
        return self.token({name: value for name, value in claims.items() if value is not None})

    def token(self, claims: dict) -> str:
        key, algorithm, head = self.keys[0], self.algorithm, {}
        body = json.dumps(claims).encode()
        if self.fault == "alg none":
            return f"{base64url(json.dumps({'alg': 'none'}).encode())}.{base64url(body)}."
        if self.fault == "HS256 with the public key":
            # By hand: no library does this any more.
            text = base64url(json.dumps({"alg": "HS256", "kid": key.kid}).encode()) + "." + base64url(body)
            return text + "." + base64url(hmac.digest(key.as_pem(private=False), text.encode(), "sha256"))
        elif self.fault in ("unknown kid", "jku", "jwk", "x5u", "no kid"):
            key = ALGORITHMS[algorithm]("key-of-nobody")
            head = {"jku": {"jku": self.issuer + "/evil-jwks"}, "x5u": {"x5u": self.issuer + "/evil-jwks"},
                    "jwk": {"jwk": key.as_dict(private=False)}}.get(self.fault, {})
        elif self.fault == "signed by another":
            key = ALGORITHMS[algorithm](key.kid)
        if self.fault != "no kid":
            head["kid"] = key.kid
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        text = jws.serialize_compact({"alg": algorithm, **head}, body, key, registry=registry)
        return text[:-8] + "AAAAAAAA" if self.fault == "broken signature" else text

    def handler(self):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_GET(self):
                url = urllib.parse.urlparse(self.path)
                provider.fetched.append(url.path)
                query = dict(urllib.parse.parse_qsl(url.query))
                if url.path == "/.well-known/openid-configuration":
                    self.discovery()
                elif url.path in ("/jwks", "/evil-jwks"):
                    self.json({"keys": [key.as_dict(private=False) | {"use": "sig", "alg": provider.algorithm} for key in provider.keys]})
                elif url.path == "/authorize":
                    self.authorize(query)
                elif url.path == "/userinfo":
                    known = self.headers["Authorization"] == "Bearer access"
                    self.json({**provider.user, **({"sub": "eve"} if provider.fault == "other user" else {})}, 200 if known else 401)
                else:
                    self.json({}, 404)

            def discovery(self):
                if provider.fault == "redirect":
                    self.send_response(302)
                    self.send_header("Location", "http://169.254.169.254/latest/meta-data")
                    self.end_headers()
                elif provider.fault in ("endless", "slow"):
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    try:
                        while provider.fault:
                            self.wfile.write(b" " * (1 << 16 if provider.fault == "endless" else 1))
                            if provider.fault == "slow":
                                time.sleep(0.2)
                    except OSError:
                        pass
                else:
                    self.json(provider.describe())

            def authorize(self, query):
                code = secrets.token_urlsafe(12)
                provider.codes[code] = {"nonce": query.get("nonce"), "challenge": query.get("code_challenge"),
                                        "redirect": query["redirect_uri"], "asked": query}
                answer = {"state": query["state"], "code": code}
                if provider.names_itself:
                    answer["iss"] = provider.issuer
                if provider.fault == "iss of another":
                    answer["iss"] = "https://login.example.org"
                if provider.fault == "promised iss is missing":
                    answer.pop("iss")
                if provider.fault == "says no":
                    answer = {"state": query["state"], "error": "access_denied", **({"iss": answer["iss"]} if "iss" in answer else {})}
                self.send_response(302)
                self.send_header("Location", query["redirect_uri"] + "?" + urllib.parse.urlencode(answer))
                self.end_headers()

            def do_POST(self):
                provider.fetched.append(self.path)
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                code = provider.codes.pop(form.get("code"), None)
                # RFC 6749 §2.3.1: each half is escaped as in a form.
                pair = f"{urllib.parse.quote(provider.client_id, safe='')}:{urllib.parse.quote(provider.secret, safe='')}"
                basic = "Basic " + base64.b64encode(pair.encode()).decode()
                is_client = self.headers["Authorization"] == basic or form.get("client_secret") == provider.secret
                if code is None or not is_client or code["redirect"] != form.get("redirect_uri"):
                    return self.json({"error": "invalid_grant"}, 400)
                if base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest()) != code["challenge"]:
                    return self.json({"error": "invalid_grant"}, 400)
                tokens = {"access_token": "access", "token_type": "Bearer"}
                if provider.fault != "no id token" and code["nonce"]:
                    tokens["id_token"] = provider.token(provider.claims(code))
                if provider.fault == "id token of another provider":
                    tokens["id_token"] = provider.other.token(provider.other.claims(code))
                self.json(tokens)

            def json(self, value, status=200):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler
