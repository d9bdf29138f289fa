"""The requests that `routes.json` names: how a route is tried."""
import json
import pathlib
import re
import uuid

BASES = {"@client": ["/clientlib", ""], "@rest": ["/api/rest/v2", "/clientlib/rest/v2"]}
ROUTES = json.loads((pathlib.Path(__file__).parent / "routes.json").read_text())


def fill(value, names: dict):
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: names[match.group(1)], value)
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {name: fill(item, names) for name, item in value.items()}
    return value


def multipart(content: str, parameters) -> tuple:
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name='
    first = f'{head}"requestParams"\r\n\r\n{json.dumps(parameters)}\r\n' if parameters else ""
    body = f'{first}{head}"file"; filename="file"\r\n\r\n{content}\r\n--{boundary}--\r\n'
    return body.encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def requests(row, names: dict):
    """What the row says under each of its bases, with the names filled in: method, path, body and headers."""
    method, route = row["route"].split(" ")
    group = route.split("/")[0]
    for base in BASES.get(group, [""]):
        path = base + fill(route.removeprefix(group), {**names, **fill(row.get("path", {}), names)})
        path += "?" + fill(row["query"], names) if "query" in row else ""
        body, headers = fill(row.get("body"), names), {}
        if "file" in row:
            body, headers = multipart(row["file"], fill(row.get("parameters"), names))
        elif "form" in row:
            body, headers = fill(row["form"], names).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        yield method, path, body, headers
