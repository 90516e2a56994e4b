"""What is checked in the real window, scene by scene. Each scene has a data folder that no other start has seen."""

import os
import subprocess
import time

from asking import asks_tasks
from climbing import climbs, resumes
from driver import Bus, until
from holding import holds_up
from steps import INVOKE, cpu, expect

# Listens from now on; every screen is opened afterwards.
LISTEN = """
    window.complaints = [];
    addEventListener("error", (event) => window.complaints.push(event.message));
    addEventListener("unhandledrejection", (event) => window.complaints.push(String(event.reason)));
    document.addEventListener("securitypolicyviolation", (event) => window.complaints.push(event.violatedDirective));
    const error = console.error;
    console.error = (...words) => { window.complaints.push(words.join(" ")); error(...words); };
"""


def launches(bench, tally):
    with bench.window(bench.data_folder("first")) as window:
        with tally.check("launches, and names the machine it runs on"):
            window.says("to download")
            expect(window.value("return document.title") == "Climb · Toprung", f"the title is {window.value('return document.title')}")
            expect(cpu() in window.text(), f"the page does not name {cpu()}")
        with tally.check("every screen opens by its key, without an error or a violation of the policy"):
            window.value(LISTEN)
            for key, heading in (("7", "Nothing has been tested"), ("6", "comparison needs two runs"), ("5", "Runs on this machine"), ("4", "Models on this machine"), ("3", "No tasks were asked yet"), ("2", "Results"), ("1", "Which model")):
                window.press(key)
                window.says(heading)
                bench.pictures(window, f"empty-{heading.split()[0].lower()}")
            expect(window.value("return window.complaints") == [], window.value("return window.complaints"))
        with tally.check("the page may call what it was granted, and nothing else"):
            refuses_the_ungranted(window)
        with tally.check("the page loads nothing from elsewhere, and goes nowhere else"):
            stays_at_home(window)


def refuses_the_ungranted(window):
    expect(window.value(INVOKE, "query_live", {}) == ["answered", None], "a granted command did not answer")
    ungranted = (("plugin:dialog|save", {"options": {}}), ("plugin:event|emit", {"event": "x"}), ("query_everything", {}))
    for command, arguments in ungranted:
        outcome, words = window.value(INVOKE, command, arguments)
        expect(outcome == "rejected" and "not allowed" in words, f"{command} {outcome}: {words}")
    expect(window.value("return typeof window.__TAURI__") == "undefined", "the page has Tauri's global object")


def stays_at_home(window):
    here = window.value("return location.href")
    fetched = window.value("try { await fetch('https://example.org/'); return true; } catch { return false; }")
    expect(not fetched, "the page could fetch from another host")
    inline = "const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.body.append(script);"
    expect(not window.value(inline + "return window.ran === true"), "an inline script ran")
    refused = window.value("try { return !(0, eval)('true'); } catch { return true; }")
    expect(refused, "text was evaluated as a script")
    expect(window.value("return open('https://example.org/') === null"), "another window opened")
    window.value("location.href = 'https://example.org/'")
    # Long enough for a navigation that was let through to begin.
    time.sleep(1)
    expect(window.value("return location.href") == here, "the window went to another host")


def starts_twice(bench, tally):
    bus = Bus(os.environ)
    try:
        home = bench.data_folder("twice")
        with tally.check("a second start on the same data folder leaves it to the first"), bench.window(home, bus) as window:
            second = subprocess.run([bench.binary], env=bench.env(home, bus), capture_output=True, timeout=20, check=False)
            expect(second.returncode == 0, f"it ended with {second.returncode}: {second.stderr}")
            window.says("Which model")
    finally:
        bus.close()


def keeps_nothing(bench, tally):
    # Below a file there can be no folder, whoever asks; the mode bits would not keep root out.
    (bench.folder / "file").touch()
    with tally.check("a data folder that can't be written is said in the window"):
        with bench.window(bench.folder / "file" / "data") as window:
            window.says("can't be written, so nothing is kept")
            bench.pictures(window, "unwritable")


SCENES = (launches, climbs, asks_tasks, holds_up, resumes, starts_twice, keeps_nothing)
NEED_MODELS = (climbs, asks_tasks, holds_up, resumes)
