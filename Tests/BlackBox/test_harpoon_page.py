"""The page of a payment, as whoever pays meets it: in plain HTML, and in a browser at a phone's size, with a script and
without. Screenshots go to the folder that TEST_SCREENSHOTS names, else to the test's own."""

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from harpoon import SECRET, authority, certificate, initialize, key, line, pay, shop, telco_id  # noqa: F401
from polyrelay import eventually

PHONE = (390, 844)
needs_browser = pytest.mark.skipif(
    shutil.which("chromium") is None or shutil.which("chromedriver") is None, reason="chromium is not installed"
)


def merchant(running) -> str:
    account = running.account()
    line(running, account, "payment", SECRET)
    running.ask("payment-method", "add", "0241112223", "--account", account, "--network", "mtn", "--name", "ACME <LTD>")
    running.ask("payment-method", "add", "0201112223", "--account", account, "--network", "telecel", "--primary")
    return account


def address(running, made: dict) -> str:
    return f"http://127.0.0.1:{running.port}/pay/{made['public_slug']}"


def page(running, made: dict) -> str:
    answer = requests.get(address(running, made), timeout=60)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    return answer.text


def test_the_page_of_a_payment_shows_where_to_pay_and_what_came_of_it(shop):
    running = shop(personalities={"harpoon": {"checkoutOrigin": "https://pay.example.com"}}).start()
    account = merchant(running)
    api = running.api(key(running, account))
    assert running.verb("payment-method", "add", "0201112223", "--account", account, "--network", "at").code == 1
    shown = api.get("/v1/merchant/payment-methods").json()["data"]
    assert [(one["phone_number"], one["is_primary"]) for one in shown] == [("0201112223", True), ("0241112223", False)]
    made = initialize(api)
    origin, slug = made["checkout_url"].rsplit("/", 1)
    assert origin == "https://pay.example.com/pay" and slug == made["public_slug"]
    waiting = page(running, made)
    assert made["hpn_code"] in waiting and "http-equiv=\"refresh\"" in waiting
    assert waiting.index("0201112223") < waiting.index("0241112223") and "ACME &lt;LTD&gt;" in waiting
    assert "style=" not in waiting and "http://" not in waiting and "https://" not in waiting
    running.ask("payment-method", "remove", "0201112223", "--account", account)
    assert "0201112223" not in page(running, made)
    pay(running, made["hpn_code"], telco_id(1))
    ended = page(running, made)
    assert "Paid. Thank you." in ended and "http-equiv" not in ended and made["hpn_code"] not in ended


def test_what_a_merchant_writes_leads_nowhere_but_to_http(shop):
    running = shop().start()
    api = running.api(key(running, merchant(running)))
    for redirect in ("javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example/"):
        answer = api.post("/v1/transactions/initialize", {"amount": "1", "redirect_url": redirect})
        assert answer.status == 400 and answer.json()["error"]["code"] == "INVALID_URL", redirect


# In a browser


@contextmanager
def browser(folder: Path, scripts: bool = True):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"):
        options.add_argument(argument)
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.add_argument(f"--user-data-dir={folder}/profile")
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": PHONE[0], "height": PHONE[1], "deviceScaleFactor": 2, "mobile": True},
        )
        yield driver
    finally:
        driver.quit()


def screenshot(driver, folder: Path, name: str) -> None:
    place = Path(os.environ.get("TEST_SCREENSHOTS", folder))
    place.mkdir(parents=True, exist_ok=True)
    assert driver.save_screenshot(str(place / f"{name}.png"))


def text(driver) -> str:
    """What stands on the page; nothing while it is being changed."""
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        return driver.find_element("tag name", "main").text
    except StaleElementReferenceException:
        return ""


def requested(driver) -> set[str]:
    """What the browser asked for, over the network."""
    found = set()
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.add(message["params"]["request"]["url"])
    return {url for url in found if url.startswith(("http:", "https:", "ws:", "wss:"))}


# Of what is seen: the contrast of each text with what it stands on (WCAG 2.2, 1.4.3), and names of what can be used.
AUDIT = """
const faults = [];
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(text) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}
const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
function ground(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
}
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const box = element.getBoundingClientRect();
  if (!own || box.width < 2 || element.closest("script, style, noscript")) continue;
  const [light, dark] = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))].sort((a, b) => b - a);
  const contrast = (light + 0.05) / (dark + 0.05);
  if (contrast < 4.5) faults.push(`${element.tagName} "${element.textContent.trim()}": ${contrast.toFixed(2)}`);
}
if (!document.documentElement.lang) faults.push("no language");
if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
if (!document.querySelector("[role=status]")) faults.push("nothing announces a change");
for (const one of document.querySelectorAll("button, a[href], summary")) {
  if (!(one.textContent.trim() || one.getAttribute("aria-label"))) faults.push(`${one.tagName} without a name`);
  const box = one.getBoundingClientRect();
  if (box.height > 0 && box.height < 44) faults.push(`${one.tagName} is ${box.height} px high`);
}
for (const one of document.querySelectorAll("svg")) if (!one.ariaHidden) faults.push("a picture is read out");
if (document.documentElement.scrollWidth > window.innerWidth) faults.push("wider than the screen");
return faults;
"""


def audit(driver) -> list[str]:
    """What is wrong with the page for those who see little, or use no mouse, in a light and in a dark theme."""
    faults = []
    for theme in ("light", "dark"):
        driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        )
        faults += [f"{theme}: {fault}" for fault in driver.execute_script(AUDIT)]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    return faults


@needs_browser
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_a_browser_sees_the_payment_arrive(shop, tmp_path, scripts):
    running = shop().start()
    api = running.api(key(running, merchant(running)))
    made = initialize(api, description="Kente Market, order KM-5502")
    name = "script" if scripts else "plain"
    with browser(tmp_path, scripts) as driver:
        driver.get(address(running, made))
        waiting = text(driver)
        for words in ("75.00", made["hpn_code"], "0201112223", "Waiting for your payment", "Kente Market, order KM-5502"):
            assert words in waiting
        assert driver.find_element("id", "copy").is_displayed() == scripts
        screenshot(driver, tmp_path, f"pay-waiting-{name}")
        if scripts:
            assert audit(driver) == []
            # Opened by hand, it stays open while the page looks for news.
            driver.execute_script("document.querySelectorAll('details')[1].open = true; window.kept = true;")
        pay(running, made["hpn_code"], telco_id(1))
        eventually(lambda: "Paid. Thank you." in text(driver), why="the page did not see the payment arrive")
        assert telco_id(1) in text(driver) and made["hpn_code"] not in text(driver)
        screenshot(driver, tmp_path, f"pay-paid-{name}")
        if scripts:
            # The page was never loaded anew, and says what changed to who does not see it.
            assert driver.execute_script("return window.kept") is True
            assert driver.find_element("id", "news").get_attribute("textContent").strip() == "Paid. Thank you."
            assert audit(driver) == []
        origin = f"http://127.0.0.1:{running.port}/"
        asked = requested(driver)
        assert asked and all(url.startswith(origin) for url in asked), asked
        errors = [entry for entry in driver.get_log("browser") if "favicon" not in entry["message"]]
        assert errors == [], "the page broke its own policy, or a script failed"


@needs_browser
def test_a_browser_takes_the_payer_back_to_the_shop(shop, tmp_path):
    running = shop().start()
    api = running.api(key(running, merchant(running)))
    back = f"http://127.0.0.1:{running.port}/openapi.json?shop=1"
    made = initialize(api, redirect_url=back, client_reference="ord/1")
    with browser(tmp_path) as driver:
        driver.get(address(running, made))
        pay(running, made["hpn_code"], telco_id(1), amount="60.00")
        eventually(lambda: driver.current_url.startswith(back), why="the browser stayed")
        assert driver.current_url == f"{back}&reference={made['reference']}&status=PARTIAL&client_reference=ord%2F1"


@needs_browser
@pytest.mark.parametrize("end", ["partial", "overpaid", "cancelled", "review"])
def test_each_end_can_be_read_by_everybody(shop, tmp_path, end):
    running = shop().start()
    api = running.api(key(running, merchant(running)))
    made = initialize(api, **({"expected_payer_phone": "0240000345"} if end == "review" else {}))
    if end == "cancelled":
        api.post(f"/v1/transactions/{made['reference']}/cancel", {})
    else:
        pay(running, made["hpn_code"], telco_id(1), amount={"partial": "60.00", "overpaid": "80.00"}.get(end, "75.00"))
    with browser(tmp_path) as driver:
        driver.get(address(running, made))
        words = {"partial": "Less has arrived", "overpaid": "More has arrived", "cancelled": "was cancelled",
                 "review": "is being checked"}  # fmt: skip
        assert words[end] in text(driver)
        assert audit(driver) == []
        screenshot(driver, tmp_path, f"pay-{end}")
