"""Canaille, a provider that others have written: it enforces PKCE, and names itself in its answers (RFC 9207)."""
import html.parser
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse

import requests
from joserfc.jwk import RSAKey

FOLDER = pathlib.Path(os.environ.get("HALLEY_CANAILLE", pathlib.Path(sys.prefix).parent / "canaille"))
PASSWORD = "correct horse battery staple"


class Canaille:
    def __init__(self, folder: pathlib.Path, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(folder / "canaille.log", "wb")
        key = RSAKey.generate_key(2048, {"kid": "one"}).as_dict(private=True)
        config = folder / "canaille.toml"
        config.write_text(
            'SECRET_KEY = "known to all"\n[CANAILLE]\nTIMEZONE = "UTC"\n'
            f'[CANAILLE_SQL]\nDATABASE_URI = "sqlite:///{folder}/canaille.sqlite"\n'
            "[CANAILLE_OIDC]\nDYNAMIC_CLIENT_REGISTRATION_OPEN = true\n[[CANAILLE_OIDC.ACTIVE_JWKS]]\n"
            + "".join(f'{name} = "{value}"\n' for name, value in key.items() if isinstance(value, str)))
        self.environment = dict(os.environ, CANAILLE_CONFIG=str(config))
        self.command("install")
        self.command("create", "user", "--user-name", "ada", "--password", PASSWORD, "--emails", "ada@example.org",
                     "--family-name", "Lovelace", "--given-name", "Ada")
        self.process = subprocess.Popen([FOLDER / "bin" / "canaille", "run", "--bind", f"127.0.0.1:{port}"],
                                        env=self.environment, stdout=self.log, stderr=self.log)
        until = time.monotonic() + 60
        while True:
            try:
                self.described = requests.get(self.url + "/.well-known/openid-configuration", timeout=10).json()
                break
            except (OSError, ValueError):
                assert time.monotonic() < until and self.process.poll() is None, pathlib.Path(self.log.name).read_text()
                time.sleep(0.2)

    def command(self, *words):
        subprocess.run([FOLDER / "bin" / "canaille", *words], env=self.environment, stdout=self.log, stderr=self.log, check=True)

    def close(self):
        self.process.terminate()
        self.process.wait(30)

    def register(self, redirect_uri: str, sign_out_uri: str) -> dict:
        """A client (RFC 7591)."""
        body = {"redirect_uris": [redirect_uri], "post_logout_redirect_uris": [sign_out_uri], "token_endpoint_auth_method": "client_secret_basic",
                "grant_types": ["authorization_code"], "response_types": ["code"], "client_name": "Halley",
                "scope": "openid profile email", "id_token_signed_response_alg": "RS256"}
        made = requests.post(self.described["registration_endpoint"], json=body, timeout=30)
        assert made.status_code == 201, made.text
        return made.json()

    def walk(self, session: requests.Session, url: str, until: str) -> str:
        """Signs in and agrees to what is asked; the address that it leads back to."""
        answer = session.get(url, allow_redirects=False, timeout=30)
        for _ in range(12):
            if answer.is_redirect:
                url = urllib.parse.urljoin(answer.url, answer.headers["Location"])
                if url.startswith(until):
                    return url
                answer = session.get(url, allow_redirects=False, timeout=30)
                continue
            form = next(form for form in Forms.of(answer.text) if form.knows("login", "password", "answer", "csrf_token"))
            for name, value in (("login", "ada"), ("password", PASSWORD)):
                if name in form.fields:
                    form.fields[name] = value
            if "accept" in form.answers:
                form.fields["answer"] = "accept"
            answer = session.post(urllib.parse.urljoin(answer.url, form.action), data=form.fields, allow_redirects=False, timeout=30)
        raise AssertionError(answer.text[:1000])


class Forms(html.parser.HTMLParser):
    class Form:
        def __init__(self, action):
            self.action, self.fields, self.answers = action, {}, set()

        def knows(self, *names) -> bool:
            return any(name in self.fields for name in names) or bool(self.answers)

    def __init__(self):
        super().__init__()
        self.found = []

    @classmethod
    def of(cls, text: str) -> list:
        parser = cls()
        parser.feed(text)
        return sorted(parser.found, key=lambda form: not ({"login", "password"} & form.fields.keys() or form.answers))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name, value = attributes.get("name"), attributes.get("value") or ""
        if tag == "form":
            self.found.append(self.Form(attributes.get("action") or ""))
        elif self.found and name and tag in ("input", "button"):
            if name == "answer":
                self.found[-1].answers.add(value)
            elif attributes.get("type") != "submit" and tag == "input":
                self.found[-1].fields[name] = value
