"""An identity provider that keeps people here by SCIM, and the bodies that Okta and Entra send."""
import json
import time

import requests

MEDIA = "application/scim+json"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Scim:
    def __init__(self, server, token):
        self.server, self.token = server, token
        self.session = requests.Session()
        self.session.trust_env = False

    def __call__(self, method, path, body=None, headers=None, **options):
        headers = {"Content-Type": MEDIA, **({"Authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})}
        data = None if body is None else json.dumps(body)
        answer = self.session.request(method, self.server.url + "/scim/v2" + path, data=data, headers=headers, timeout=60, **options)
        if answer.text:
            assert answer.headers["Content-Type"] == MEDIA, answer.text
        assert answer.status_code < 500 or answer.status_code == 501, answer.text
        return answer

    def user(self, user_name, **more) -> dict:
        made = self("POST", "/Users", {"schemas": [USER], "userName": user_name, "active": True, **more})
        assert made.status_code == 201, made.text
        return made.json()

    def group(self, name, *members) -> dict:
        made = self("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]})
        assert made.status_code == 201, made.text
        return made.json()

    def patch(self, path, *operations, status=None):
        answer = self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})
        assert answer.status_code in ([status] if status else [200, 204]), answer.text
        return answer

    def read(self, path) -> dict:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def members(self, group) -> set:
        return {member["value"] for member in self.read("/Groups/" + group).get("members", [])}


def token(admin, provider, **more) -> str:
    made = admin.call("POST", f"/api/v1/providers/{provider}/scim-tokens", {"name": "scim", **more})
    assert made.status_code == 201, made.text
    return made.json()["secret"]


def op_active(value) -> dict:
    return {"op": "Replace", "path": "active", "value": value}


def within(seconds, what):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.02)
