"""What Okta and Entra send, as their documentation and their logs show it, and what each is meant to do."""
import pytest

from scim import ENTERPRISE, GROUP, PATCH, USER, Scim, token


@pytest.fixture(scope="module")
def scim(server, admin, providers):
    return Scim(server, token(admin, server.provider(admin, providers[0], label="Bodies")))


OKTA = {"schemas": [USER], "userName": "test.user@okta.example", "name": {"givenName": "Test", "familyName": "User"},
        "emails": [{"primary": True, "value": "test.user@okta.example", "type": "work"}], "displayName": "Test User",
        "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": True}
ENTRA = {"schemas": [USER, ENTERPRISE], "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "userName": "Test_User_ab6490ee@contoso.example",
         "active": True, "emails": [{"primary": True, "type": "work", "value": "Test_User_fd0ea19b@contoso.example"}],
         "meta": {"resourceType": "User"}, "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
         "roles": [], "title": "Dr", "phoneNumbers": [{"type": "work", "value": "+1 555"}], ENTERPRISE: {"department": "Physics"}}


def test_okta_makes_somebody(scim):
    made = scim("POST", "/Users", OKTA)
    assert made.status_code == 201 and made.headers["Location"] == made.json()["meta"]["location"]
    user = made.json()
    assert {name: user[name] for name in ("userName", "externalId", "displayName", "active", "emails", "name")} == {
        name: OKTA[name] for name in ("userName", "externalId", "displayName", "active", "emails", "name")}
    assert "password" not in made.text and "1mz050nq" not in scim.server.postgres("pg_dump", "--data-only", "--schema=auth")
    again = scim("POST", "/Users", OKTA)
    assert again.status_code == 409 and again.json()["scimType"] == "uniqueness" and again.json()["status"] == "409"


def test_entra_makes_somebody(scim):
    user = scim("POST", "/Users", ENTRA).json()
    assert user["name"]["formatted"] == "givenName familyName" and user["active"] is True and "title" not in user
    found = scim.read('/Users?filter=userName eq "test_user_AB6490EE@contoso.example"')
    assert found["totalResults"] == 1 and found["Resources"][0]["id"] == user["id"]
    none = scim.read('/Users?filter=userName eq "non-existent user"')
    assert (none["totalResults"], none["Resources"], none["startIndex"], none["itemsPerPage"]) == (0, [], 1, 0)


def op(verb, path=None, value=None):
    return {"op": verb, **({"path": path} if path else {}), **({"value": value} if value is not None else {})}


# What is sent to somebody who is active, is called Bo Li and has a work address; and what differs then.
PEOPLE = [
    ("okta deactivates", [op("replace", None, {"active": False})], {"active": False}),
    ("okta changes a profile", [op("replace", None, {"displayName": "Bo L.", "name": {"familyName": "Liu"}})],
     {"displayName": "Bo L.", "name": {"givenName": "Bo", "familyName": "Liu"}}),
    ("okta sends what is not kept", [op("replace", None, {"password": "s3cret", "id": "x", "active": True})], {}),
    ("entra disables", [op("Replace", "active", "False")], {"active": False}),
    ("entra disables by Add", [op("Add", "active", "False")], {"active": False}),
    ("entra disables without a path", [op("replace", None, {"active": "False"})], {"active": False}),
    ("entra disables by the whole name", [op("Replace", f"{USER}:active", False)], {"active": False}),
    ("entra enables", [op("Replace", "active", "True")], {}),
    ("entra changes a part", [op("Replace", "name.familyName", "Liu")], {"name": {"givenName": "Bo", "familyName": "Liu"}}),
    ("entra adds a part", [op("Add", "name.formatted", "Bo Li")],
     {"name": {"givenName": "Bo", "familyName": "Li", "formatted": "Bo Li"}}),
    ("entra changes the work address", [op("Replace", 'emails[type eq "work"].value', "bo@new.example")],
     {"emails": [{"value": "bo@new.example", "type": "work", "primary": True}]}),
    ("entra adds an address that was not there", [op("Add", 'emails[type eq "home"].value', "bo@home.example")],
     {"emails": [{"value": "bo@work.example", "type": "work", "primary": True}, {"type": "home", "value": "bo@home.example", "primary": False}]}),
    ("entra removes the address", [op("Remove", 'emails[type eq "work"]')], {"emails": None}),
    ("entra removes the address' value", [op("remove", 'emails[type eq "work"].value')], {"emails": None}),
    ("entra writes several", [op("Add", "displayName", "Bo"), op("Replace", "externalId", "ext-2"), op("Add", "title", "Dr"),
                              op("Add", f"{ENTERPRISE}:department", "Physics"), op("Replace", f"{ENTERPRISE}:manager", {"value": "x"})],
     {"displayName": "Bo", "externalId": "ext-2"}),
    ("entra writes paths where names belong", [op("replace", None, {"name.givenName": "Beau", 'emails[type eq "work"].value': "beau@work.example",
                                                                    f"{ENTERPRISE}:employeeNumber": "7"})],
     {"name": {"givenName": "Beau", "familyName": "Li"}, "emails": [{"value": "beau@work.example", "type": "work", "primary": True}]}),
    ("entra removes a name", [op("Remove", "displayName")], {"displayName": None}),
    ("one sends all emails", [op("replace", "emails", [{"value": "a@x.example", "primary": "True"}, {"value": "b@x.example"}])],
     {"emails": [{"value": "a@x.example", "primary": True}, {"value": "b@x.example", "primary": False}]}),
    ("one says another primary address", [op("add", "emails", [{"value": "c@x.example", "primary": True}])],
     {"emails": [{"value": "bo@work.example", "type": "work", "primary": False}, {"value": "c@x.example", "primary": True}]}),
    ("one removes nothing that is there", [op("remove", 'emails[type eq "other"]')], {}),
]


@pytest.mark.parametrize("sent, expected", [case[1:] for case in PEOPLE], ids=[case[0] for case in PEOPLE])
def test_a_patch_of_somebody(scim, sent, expected):
    made = scim.user("bo", name={"givenName": "Bo", "familyName": "Li"}, displayName="Bo Li",
                     emails=[{"value": "bo@work.example", "type": "work", "primary": True}])
    path = "/Users/" + made["id"]
    answered = scim.patch(path, *sent).json()
    after = scim.read(path)
    assert answered == after
    wanted = {name: value for name, value in {**made, **expected}.items() if value is not None}
    for one in (wanted, after):
        one.pop("meta")
    assert after == wanted
    assert scim("DELETE", path).status_code == 204 and scim("GET", path).status_code == 404


# What is sent to a group `lab` of {a}; and its name and members then.
GROUPS = [
    ("okta adds", [op("add", "members", [{"value": "{b}", "display": "b@x"}])], "lab", "ab"),
    ("okta adds twice", [op("add", "members", [{"value": "{a}"}, {"value": "{b}"}])], "lab", "ab"),
    ("okta removes", [op("remove", 'members[value eq "{a}"]')], "lab", ""),
    ("okta replaces", [op("replace", "members", [{"value": "{b}"}])], "lab", "b"),
    ("okta renames", [op("replace", None, {"id": "{a}", "displayName": "laboratory"})], "laboratory", "a"),
    ("entra adds", [op("Add", "members", [{"$ref": None, "value": "{b}"}])], "lab", "ab"),
    ("entra removes by value", [op("Remove", "members", [{"$ref": None, "value": "{a}"}])], "lab", ""),
    ("entra removes some", [op("Add", "members", [{"value": "{b}"}]), op("Remove", "members", [{"value": "{a}"}])], "lab", "b"),
    ("entra renames", [op("Replace", "displayName", "1879db59-3bdf")], "1879db59-3bdf", "a"),
    ("entra renames with an id", [op("Replace", None, {"displayName": "lab2", "externalId": "e-1"})], "lab2", "a"),
    ("one removes all", [op("remove", "members")], "lab", ""),
]


@pytest.mark.parametrize("sent, name, members", [case[1:] for case in GROUPS], ids=[case[0] for case in GROUPS])
def test_a_patch_of_a_group(scim, people, sent, name, members):
    def filled(value):
        if isinstance(value, str):
            return value.replace("{a}", people["a"]).replace("{b}", people["b"])
        if isinstance(value, list):
            return [filled(item) for item in value]
        return {key: filled(item) for key, item in value.items()} if isinstance(value, dict) else value

    made = scim.group("lab", people["a"])
    path = "/Groups/" + made["id"]
    assert scim.patch(path, *filled(sent)).status_code == 204
    assert scim.read(path)["displayName"] == name and scim.members(made["id"]) == {people[member] for member in members}
    assert scim("DELETE", path).status_code == 204 and scim("GET", path).status_code == 404


@pytest.fixture(scope="module")
def people(scim):
    return {name: scim.user(f"member-{name}")["id"] for name in "ab"}


def test_okta_replaces_by_put(scim, people):
    made = scim.user("put", displayName="Put", emails=[{"value": "put@x.example"}])
    path = "/Users/" + made["id"]
    body = {"schemas": [USER], "id": made["id"], "userName": "put2", "active": False, "name": {"givenName": "P"}, "meta": {}}
    put = scim("PUT", path, body)
    assert put.status_code == 200 and "emails" not in put.json() and put.json()["active"] is False
    # To say nothing about it is no way back.
    assert scim("PUT", path, {"userName": "put2"}).json()["active"] is False
    group = scim.group("putters", people["a"])
    body = {"schemas": [GROUP], "displayName": "putters", "members": [{"value": people["b"]}]}
    assert scim("PUT", "/Groups/" + group["id"], body).json()["members"][0]["value"] == people["b"]


def test_okta_and_entra_look_for_what_is_there(scim, people):
    group = scim.group("Wanted", people["a"])
    found = scim.read('/Groups?filter=displayName eq "wanted"&excludedAttributes=members&startIndex=1&count=100')
    assert [(one["id"], "members" in one) for one in found["Resources"]] == [(group["id"], False)]
    for text, count in ((f'id eq "{group["id"]}" and members eq "{people["a"]}"', 1), (f'members[value eq "{people["a"]}"]', None),
                        (f'id eq "{group["id"]}" and members.value eq "{people["b"]}"', 0)):
        answer = scim("GET", "/Groups", params={"filter": text})
        assert answer.json().get("totalResults", None) == count, answer.text
        if count is None:
            assert answer.status_code == 400 and answer.json()["scimType"] == "invalidFilter"
    page = scim.read("/Users?startIndex=2&count=1&attributes=userName,name.givenName")
    assert page["itemsPerPage"] == 1 and page["startIndex"] == 2 and set(page["Resources"][0]) <= {"schemas", "id", "userName", "name"}


REFUSED = [
    ({"Operations": [op("frob", "active", True)]}, "invalidSyntax"), ({"Operations": []}, "invalidSyntax"),
    ({"Operations": [op("remove")]}, "noTarget"), ({"Operations": [op("replace", "active", "perhaps")]}, "invalidValue"),
    ({"Operations": [op("replace", "userName", "")]}, "invalidValue"), ({"Operations": [op("replace", "emails[", "x")]}, "invalidPath"),
    ({"Operations": [op("replace", "emails[type foo 1].value", "x")]}, "invalidFilter"), ({"Operations": [op("replace", "id", "x")]}, "mutability"),
    ({"Operations": [op("add", "displayName", "a\u0007b")]}, "invalidValue"), ({"Operations": [op("add", "displayName", "x" * 5000)]}, "invalidValue"),
]


@pytest.mark.parametrize("body, kind", REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_what_cannot_be_meant_is_refused_in_scims_words(scim, people, body, kind):
    path = "/Users/" + people["a"]
    before = scim.read(path)
    answer = scim("PATCH", path, {"schemas": [PATCH], **body})
    assert answer.status_code == 400 and answer.json()["scimType"] == kind, answer.text
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"] and scim.read(path) == before


def test_versions_and_limits(scim, people):
    path = "/Users/" + people["b"]
    read = scim("GET", path)
    tag = read.headers["ETag"]
    assert tag == read.json()["meta"]["version"] and scim("GET", path, headers={"If-None-Match": tag}).status_code == 304
    change = {"schemas": [PATCH], "Operations": [op("replace", "displayName", "New")]}
    changed = scim("PATCH", path, change, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.headers["ETag"] != tag
    for method, body in (("PATCH", change), ("PUT", {"userName": "member-b"}), ("DELETE", None)):
        assert scim(method, path, body, headers={"If-Match": tag}).status_code == 412
    assert scim("POST", "/Users", {"userName": "x" * (1 << 20)}).status_code == 413
    assert scim("POST", "/Users", {"userName": "gone", "emails": [{"value": f"{n}@x"} for n in range(30)]}).status_code == 400
    assert scim("GET", "/Users?count=100000").json()["itemsPerPage"] <= 200
    assert scim("GET", "/Users/nobody").status_code == 404 and scim("GET", "/Nothing").status_code == 404
