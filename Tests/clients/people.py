"""Somebody with a browser: a session with its cookie and its form token."""
import http.cookiejar
import json
import urllib.parse
import urllib.request


class Browser:
    """A session: signs in by the one-time link, and carries the cookie and the form token."""

    def __init__(self, server):
        self.server = server
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path, data=None, headers=None):
        request = urllib.request.Request(self.server.url + path, data=data, headers=headers or {})
        return self.opener.open(request, timeout=30)

    def setup(self, link: str, password: str) -> None:
        path = link[len(self.server.url):]
        form = urllib.parse.urlencode({"password": password, "again": password}).encode()
        assert self.open(path, form).status == 200

    def post(self, path, body):
        return self.send("POST", path, body)

    def send(self, method, path, body):
        token = json.loads(self.open("/api/v1/me").read())["csrf_token"]
        headers = {"Content-Type": "application/json", "X-CSRF-Token": token}
        request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(), headers, method=method)
        return json.loads(self.opener.open(request, timeout=30).read())

    def sign_in(self, name: str, password: str) -> None:
        body = json.dumps({"name": name, "password": password}).encode()
        assert self.open("/api/v1/session", body, {"Content-Type": "application/json"}).status == 200

    def delete(self, path):
        token = json.loads(self.open("/api/v1/me").read())["csrf_token"]
        request = urllib.request.Request(self.server.url + path, method="DELETE", headers={"X-CSRF-Token": token})
        return json.loads(self.opener.open(request, timeout=30).read())
