"""A headless Chromium that remembers what it asked for and what it complained about."""
import json
import os
import pathlib

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

DRIVER = "/usr/bin/chromedriver"
PATIENCE = 30
SHOTS = os.environ.get("HALLEY_SCREENSHOTS")


class Browser:
    def __init__(self, url: str, width: int = 1440, height: int = 1000, scripts: bool = True):
        self.url = url
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en",
                         "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
                         f"--window-size={width},{height}"):
            options.add_argument(argument)
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.asked = []

    def quit(self) -> None:
        self.driver.quit()

    def open(self, path: str) -> None:
        self.driver.get(path if path.startswith("http") else self.url + path)

    def colors(self, scheme: str) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def one(self, selector: str):
        """Waits for it: a click is answered while the next page is still on its way."""
        return self.until(lambda: self.driver.find_element(By.CSS_SELECTOR, selector), selector)

    def all(self, selector: str) -> list:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list:
        """Of what can be seen; read at once, since the page may change meanwhile."""
        return self.script(
            "return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility())"
            ".map(one => one.innerText.trim())", selector)

    def link(self, text: str):
        return self.until(lambda: self.driver.find_element(By.LINK_TEXT, text), f"a link {text}")

    def press(self, element) -> None:
        """Clicks, and waits until the page that it stood on is gone."""
        def is_gone() -> bool:
            try:
                element.is_enabled()
            except StaleElementReferenceException:
                return True
            return False
        element.click()
        self.until(is_gone, "the next page")

    def script(self, code: str, *arguments):
        return self.driver.execute_script(code, *arguments)

    def until(self, condition, what: str, seconds: float = PATIENCE):
        """Waits for `condition()`; an element that has just gone is asked for again."""
        wait = WebDriverWait(self.driver, seconds, poll_frequency=0.1, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition(), f"{what} did not happen on {self.driver.current_url}")

    def complaints(self) -> list:
        """What stands in the console since it was last asked for."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list:
        """The addresses of all requests so far."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        return self.asked

    def shoot(self, name: str) -> None:
        """Nothing is wider than a telephone or a screen. HALLEY_SCREENSHOTS names a folder for people to look at."""
        for width in (390, 1440):
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500})
            assert self.script("return document.documentElement.scrollWidth") <= width, name
            for scheme in ("light", "dark") if SHOTS else ():
                self.colors(scheme)
                self.driver.save_screenshot(str(pathlib.Path(SHOTS) / f"{name}-{width}-{scheme}.png"))

    def ink(self, selector: str) -> int:
        """How many pixels of a canvas are not empty."""
        return self.script("""
            const canvas = document.querySelector(arguments[0]);
            if (!canvas || canvas.width < 2) return 0;
            const copy = document.createElement("canvas");
            [copy.width, copy.height] = [canvas.width, canvas.height];
            const pen = copy.getContext("2d", { willReadFrequently: true });
            pen.drawImage(canvas, 0, 0);
            const data = pen.getImageData(0, 0, copy.width, copy.height).data;
            let inked = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i] > 0) inked += 1;
            return inked;
        """, selector)
