"""What WCAG 2.2 AA asks and a script can see, on every page, in both themes."""
import pytest
from selenium.webdriver.common.keys import Keys

from scene import PROJECT

LOOK = r"""
const problems = [];
const channel = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const color = text => { paint.clearRect(0, 0, 1, 1); paint.fillStyle = text; paint.fillRect(0, 0, 1, 1); return [...paint.getImageData(0, 0, 1, 1).data]; };
const over = (top, under) => { const a = top[3] / 255; return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)).concat(255); };
const ground = element => {
    const chain = [];
    for (let one = element; one; one = one.parentElement) chain.unshift(color(getComputedStyle(one).backgroundColor));
    return chain.reduce((under, top) => over(top, under), [255, 255, 255, 255]);
};
const contrast = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let texts = 0;
while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({ contentVisibilityAuto: true })) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const ratio = contrast(over(color(style.color), under), under);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    texts += 1;
    if (ratio < (isLarge ? 3 : 4.5)) problems.push(`${ratio.toFixed(2)}:1 for "${walker.currentNode.data.trim().slice(0, 30)}"`);
}
if (texts < 3) problems.push("hardly any text");
for (const element of document.querySelectorAll("input:not([type=hidden]), select")) {
    if (!element.checkVisibility()) continue;
    if (!element.labels.length && !element.ariaLabel) problems.push(`no label: ${element.outerHTML.slice(0, 80)}`);
    if (["range", "checkbox"].includes(element.type)) continue;
    const ratio = contrast(color(getComputedStyle(element).borderTopColor), ground(element.parentElement));
    if (ratio < 3) problems.push(`${ratio.toFixed(2)}:1 for the edge of ${element.outerHTML.slice(0, 60)}`);
}
for (const image of document.images) if (!image.hasAttribute("alt")) problems.push(`no alt: ${image.src}`);
for (const frame of document.querySelectorAll("iframe")) if (!frame.title) problems.push("a frame without a title");
for (const one of document.querySelectorAll("a[href], button, summary")) {
    if (one.checkVisibility() && !(one.innerText.trim() || one.ariaLabel || one.querySelector("img[alt]:not([alt=''])"))) problems.push(`no name: ${one.outerHTML.slice(0, 80)}`);
}
const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
if (new Set(ids).size !== ids.length) problems.push("an id stands twice");
if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
if (!document.documentElement.lang || !document.title) problems.push("no language or no title");
return problems;
"""


def pages(server, runs) -> list:
    home = f"/{server.workspace}/{PROJECT}/{runs['first']}"
    waits = server.call("POST", "/oauth/device_authorization", b"client_id=x", key=False)[2]["user_code"]
    return ["/login", "/setup/x", "/forgot", "/confirm/x", "/admin/mail", "/", "/admin/audit", "/device", f"/device?code={waits}", f"/{server.workspace}",
            f"/{server.workspace}/{PROJECT}", f"/{server.workspace}/{PROJECT}?q=none", home] + [
        home + "/" + tab for tab in ("values", "console", "assets", "code", "system", "html")]


def test_what_cannot_be_read_is_noticed(browser, server):
    browser.open("/login")
    assert browser.script(LOOK) == []
    browser.script("""
        document.querySelector("main").insertAdjacentHTML(
            "beforeend", "<p id=name><small id=faint>too faint</small><img src=/static/icon.svg><input></p>");
        Object.assign(document.getElementById("faint").style, { color: "#8a8a8a", background: "#fff" });
    """)
    problems = browser.script(LOOK)
    assert any("too faint" in problem for problem in problems), problems
    for part in ("no label", "no alt", "an id stands twice"):
        assert any(problem.startswith(part) for problem in problems), (part, problems)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_and_things_have_names(browser, server, runs, scheme):
    browser.colors(scheme)
    found = {}
    for path in pages(server, runs):
        browser.open(path)
        found[path] = browser.script(LOOK)
    browser.colors("light")
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_the_keyboard_gets_everywhere_and_shows_where_it_is(browser, server, runs):
    """The first stops of the table's page, each with a ring; and "/" goes to the filter."""
    browser.open(f"/{server.workspace}/{PROJECT}")
    stops = []
    for _ in range(12):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        name, ring = browser.script(
            "const one = document.activeElement; const style = getComputedStyle(one);"
            "return [one.innerText.trim() || one.ariaLabel || one.name, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]")
        assert ring, name
        stops.append(name)
    assert stops[:2] == ["Skip to the content", "Halley"]
    assert {"Filter the runs", "Columns", "Sign out"} <= set(stops)
    browser.one("body").send_keys("/")
    assert browser.script("return document.activeElement.ariaLabel") == "Filter the runs"
