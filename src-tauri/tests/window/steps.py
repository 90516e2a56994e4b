"""What several scenes do and expect in the window."""

from pathlib import Path

from driver import Failed, until

# Two rungs in quick mode take half a minute on two idle cores. Where other programs compute too, it is ten times that.
CLIMB_S = 420
TRIAL_S = 120
# What the page shows of the machine while it climbs changes once a second.
TICK_S = 8

INVOKE = """
    try { return ["answered", await window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])]; }
    catch (thrown) { return ["rejected", typeof thrown === "string" ? thrown : JSON.stringify(thrown)]; }
"""


def expect(held, what):
    if not held:
        raise Failed(what)


def cpu():
    """The processor's name up to its model number, as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split()[:2])
    raise Failed("/proc/cpuinfo names no processor")


def choose_tiny(window, home):
    """Chooses the ladder and the quick mode as a person does."""
    window.click("Customise…")
    window.write("/home/me/ladder.toml", str(home / "tiny.toml") + "\n")
    window.click("Quick")
    window.says("nothing to download")
    # The focus leaves the choices, so that Enter is the page's.
    window.call(window.element("//h1") + "/click", {})


def live(window):
    """The state of the running climb, as the page is told it."""
    return window.value(INVOKE, "query_live", {})[1]


def finish(window):
    window.says("Every rung", CLIMB_S)


def shows_results(window):
    verdict = window.value("return document.querySelector('h1.verdict').innerText")
    expect(len(verdict.split()) > 3, f"the verdict is “{verdict}”")
    drawn = "return document.querySelector('figure svg')?.textContent.includes('Tokens per second')"
    until(lambda: window.value(drawn), "the chart is drawn")
    rows = "return [...document.querySelectorAll('table.fitted tbody tr')].map((row) => row.innerText)"
    measured = [row for row in window.value(rows) if any(figure.isdigit() for figure in row)]
    expect(len(measured) > 0, f"the table has {window.value(rows)}")
