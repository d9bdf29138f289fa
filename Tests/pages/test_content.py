"""What somebody logs and somebody else looks at: HTML and SVG run on another origin, in a sandbox, and get nowhere."""
import http.server
import json
import threading
import urllib.error
import urllib.request

import pytest

from scene import PROJECT

# Each tries something, and writes what came of it where the test can read it.
ATTACK = """<!doctype html><meta charset=utf-8><body><pre id=out></pre><form id=form method=post action="SITE/logout"></form><script>
const out = {};
const tell = (name, what) => { out[name] = String(what); document.getElementById("out").textContent = JSON.stringify(out); };
const attempt = (name, body) => { try { tell(name, "did " + body()); } catch (error) { tell(name, "blocked " + error.name); } };
tell("origin", self.origin);
attempt("cookie", () => document.cookie);
attempt("storage", () => localStorage.length);
attempt("parent", () => parent.document.title);
attempt("top", () => { top.location.href = "SITE/login"; });
attempt("opener", () => window.open("SITE/") === null ? null.nothing : "opened");
attempt("worker", () => { navigator.serviceWorker.register("/view/x"); });
attempt("submit", () => { form.submit(); return "sent, as far as is known"; });
fetch("SITE/api/v1/me", { credentials: "include" }).then(answer => tell("fetch", "did " + answer.status), error => tell("fetch", "blocked " + error.name));
fetch("/view/x").then(answer => tell("fetch own", "did " + answer.status), error => tell("fetch own", "blocked " + error.name));
const image = new Image();
image.onload = () => tell("image", "did");
image.onerror = () => tell("image", "blocked");
image.src = "SITE/static/icon.svg";
const script = document.createElement("script");
script.onload = () => tell("script", "did");
script.onerror = () => tell("script", "blocked");
script.src = "SITE/static/app.js";
document.body.append(script);
</script>"""
ALONE = """<!doctype html><p id=out></p><script>
let cookie; try { cookie = document.cookie; } catch (error) { cookie = error.name; }
document.getElementById("out").textContent = self.origin + " " + cookie;
</script>"""
SVG = ("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>document.documentElement.setAttribute('ran', 'yes')"
       "</script><rect width='9' height='9'/></svg>")


class Follow(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def get(address: str, **headers):
    """(status, headers, bytes) without following a redirect."""
    request = urllib.request.Request(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        answer = urllib.request.build_opener(Follow).open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def attack(server):
    """A run with the attack as a file, as what log_html logs, and inside an SVG."""
    page = ATTACK.replace("SITE", server.url)
    done = server.run(f"""
import comet_ml
e = comet_ml.Experiment(project_name="{PROJECT}", log_code=False, display_summary_level=0)
e.set_name("attack"); e.log_html({page!r}); e.log_asset_data({page!r}, name="attack.html"); e.log_asset_data({SVG!r}, name="attack.svg")
e.log_asset_data("<script>parent</script>", name="attack.bin"); e.log_asset_data({ALONE!r}, name="alone.html")
print("RESULT", e.get_key()); e.end()
""")
    assert done.returncode == 0, done.stderr
    key = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("RESULT"))
    listed = server.call("GET", f"/api/rest/v2/experiment/asset/list?experimentKey={key}")[2]["assets"]
    return {"key": key, "home": f"/{server.workspace}/{PROJECT}/{key}", **{one["fileName"]: one["assetId"] for one in listed}}


def ticket(server, path: str) -> str:
    status, headers, _ = get(server.url + path, Authorization=server.key)
    assert status == 303 and headers["Location"].startswith(f"http://127.0.0.1:{server.port + 1}/view/"), status
    return headers["Location"]


def watched(browser, path: str) -> dict:
    """What the framed attack has found out. What it was refused stands in the console, and is taken from there."""
    browser.open(path)
    wanted = {"origin", "cookie", "storage", "parent", "top", "opener", "worker", "submit", "fetch", "fetch own", "image", "script"}
    browser.driver.switch_to.frame(browser.one(".preview iframe"))
    found = browser.until(
        lambda: (lambda out: out if set(out) >= wanted else None)(json.loads(browser.one("#out").text or "{}")), "all attempts")
    browser.driver.switch_to.default_content()
    browser.complaints()
    return found


@pytest.mark.parametrize("what", ["file", "log_html"])
def test_html_runs_where_it_can_do_nothing(browser, server, attack, what):
    path = attack["home"] + (f"/assets/{attack['attack.html']}" if what == "file" else "/html")
    found = watched(browser, path)
    assert found.pop("origin") == "null"
    assert found.pop("submit").startswith("did")  # It is not told; that it went nowhere is asked below.
    assert {name: text for name, text in found.items() if not text.startswith("blocked")} == {}
    assert browser.driver.current_url == server.url + path
    browser.open("/")
    assert browser.texts("h1") == ["Workspaces"], "the form's post has signed out"


def test_opened_alone_it_is_in_the_sandbox_too(browser, server, attack):
    browser.open(ticket(server, f"{attack['home']}/assets/{attack['alone.html']}/view"))
    assert browser.until(lambda: browser.one("#out").text, "the script") == "null SecurityError"


def test_an_svg_is_shown_and_runs_nothing(browser, server, attack):
    browser.open(attack["home"] + "/assets/" + attack["attack.svg"])
    browser.until(lambda: browser.script("return document.querySelector('.preview img').naturalWidth") == 9, "the figure")
    browser.open(ticket(server, f"{attack['home']}/assets/{attack['attack.svg']}/view"))
    assert browser.script("return document.documentElement.getAttribute('ran')") is None
    browser.complaints()


def test_no_other_site_frames_it(browser, server, attack):
    address = ticket(server, f"{attack['home']}/html/view")

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<iframe src='{address}'></iframe>".encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        browser.open(f"http://127.0.0.1:{other.server_port}/")
        refused = browser.until(lambda: [text for text in browser.complaints() if "frame-ancestors" in text], "the refusal")
        assert server.url in refused[0]
        browser.requests()
        browser.asked = [one for one in browser.asked if f":{other.server_port}/" not in one]
        other.shutdown()


def test_the_answer_is_guarded_and_sets_nothing(server, attack):
    for path, kind in (("/html/view", "text/html; charset=utf-8"), (f"/assets/{attack['attack.html']}/view", "text/html; charset=utf-8"),
                       (f"/assets/{attack['attack.svg']}/view", "image/svg+xml")):
        status, headers, body = get(ticket(server, attack["home"] + path))
        assert status == 200 and body and headers["Content-Type"] == kind
        assert headers["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in headers
        assert headers["Content-Security-Policy"].startswith("sandbox") and "allow-same-origin" not in headers["Content-Security-Policy"]
        assert "no-store" in headers["Cache-Control"] and headers["Referrer-Policy"] == "no-referrer"


def test_a_ticket_is_for_one_thing_and_not_to_be_changed(server, attack):
    address = ticket(server, f"{attack['home']}/html/view")
    base, text = address.rsplit("/", 1)
    for place in range(0, len(text), max(1, len(text) // 40)):
        other = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1:]
        assert get(f"{base}/{other}")[0] == 404, place
    assert get(f"{base}/{text[:-8]}")[0] == 404
    assert get(f"{base}/")[0] == 404


def test_the_content_origin_knows_no_keys_and_no_cookies(server, attack, cookie):
    other = f"http://127.0.0.1:{server.port + 1}"
    credentials = {"Authorization": server.key, "Cookie": f"{cookie['name']}={cookie['value']}"}
    for path in ("/", "/api/v1/me", attack["home"], f"/api/v1/experiments/{attack['key']}/assets/{attack['attack.html']}",
                 attack["home"] + "/html/view", "/login"):
        assert get(other + path, **credentials)[0] == 404, path


def test_the_site_itself_never_serves_html_of_people(server, attack):
    for asset in ("attack.html", "attack.svg", "attack.bin"):
        status, headers, _ = get(f"{server.url}/api/v1/experiments/{attack['key']}/assets/{attack[asset]}", Authorization=server.key)
        assert status == 200 and headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment") and headers["X-Content-Type-Options"] == "nosniff"


def test_who_may_not_see_the_run_gets_no_ticket(server, attack):
    for path in (f"/assets/{attack['attack.html']}/view", "/html/view"):
        assert get(server.url + attack["home"] + path)[1]["Location"].startswith("/login")
    assert get(server.url + attack["home"] + f"/assets/{attack['attack.bin']}/view", Authorization=server.key)[0] == 404
    nobody = f"/{server.workspace}/{PROJECT}/{'0' * 32}"
    for path in ("/assets/x/view", "/html/view"):
        assert get(server.url + nobody + path, Authorization=server.key)[0] == 404
