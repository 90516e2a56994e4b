"""What is checked in the real window, scene by scene. Each scene has a data folder that no other start has seen."""

import json
import os
import subprocess
import time
from pathlib import Path

from driver import Bus, Failed, type_into_dialog, until

# Two rungs in quick mode take half a minute on two idle cores. Where other programs compute too, it is ten times that.
CLIMB_S = 420
TRIAL_S = 120
# Two small models are loaded side by side and asked: ten seconds on an idle machine.
STRESS_S = 240
# A PDF takes a second; a debug build on a busy machine, fifteen.
EXPORT_S = 60
# What the page shows of the machine while it climbs changes once a second.
TICK_S = 8

INVOKE = """
    try { return ["answered", await window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])]; }
    catch (thrown) { return ["rejected", typeof thrown === "string" ? thrown : JSON.stringify(thrown)]; }
"""
# Listens from now on; every screen is opened afterwards.
LISTEN = """
    window.complaints = [];
    addEventListener("error", (event) => window.complaints.push(event.message));
    addEventListener("unhandledrejection", (event) => window.complaints.push(String(event.reason)));
    document.addEventListener("securitypolicyviolation", (event) => window.complaints.push(event.violatedDirective));
    const error = console.error;
    console.error = (...words) => { window.complaints.push(words.join(" ")); error(...words); };
"""


def expect(held, what):
    if not held:
        raise Failed(what)


# ------------------------------------------------------------------------------------------- the window and its policy


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


def cpu():
    """The processor's name up to its model number, as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split()[:2])
    raise Failed("/proc/cpuinfo names no processor")


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


# ------------------------------------------------------------------------------------------------------ whole climbs


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


def climbs(bench, tally):
    home = bench.data_folder("climb")
    with bench.window(home) as window:
        with tally.check("a ladder of one's own is chosen, and Enter starts the climb"):
            choose_tiny(window, home)
            bench.pictures(window, "home")
            window.press("Enter")
            window.says("Climbing · rung 1 of 2", TRIAL_S)
        with tally.check("the gauges of the running climb tick"):
            gauges = "return document.querySelector('[aria-label=\"This machine now\"]').innerText"
            before = window.value(gauges)
            until(lambda: window.value(gauges) != before, "another figure on a gauge", TICK_S)
        with tally.check("a climb pauses after its trial and goes on"):
            window.click("Pause after this trial")
            window.says("Paused ·", TRIAL_S)
            bench.pictures(window, "live")
            window.click("Resume")
            window.says("Climbing ·")
        with tally.check("a page that is loaded anew finds the running climb again"):
            run = live(window)["run"]
            window.reload()
            window.says("Climbing ·")
            expect(live(window)["run"] == run, "it is another run")
        with tally.check("the climb ends with its verdict, its chart and its table"):
            finish(window)
            shows_results(window)
            lanes = "return [...document.querySelectorAll('figure svg')].some((chart) => chart.textContent.includes('Trials') && chart.textContent.includes('CPU'))"
            until(lambda: window.value(lanes), "the time line is drawn")
            bench.pictures(window, "results")
        exports(bench, tally, window)
        with tally.check("the run stands in History and opens from there"):
            window.press("5")
            window.says("tiny · 2 rungs")
            bench.pictures(window, "history")
            window.call(window.element("//main//li//a") + "/click", {})
            window.says("Every rung")
        with tally.check("the measured models stand among the installed"):
            window.press("4")
            window.says("2 installed")
            bench.pictures(window, "models")


# ------------------------------------------------------------------------------------------------------------- tasks


def asks_tasks(bench, tally):
    home = bench.data_folder("tasks", rungs=1)
    with bench.window(home) as window:
        with tally.check("before any task Recommend asks which and for how long, and Enter starts them"):
            choose_tiny(window, home)
            window.press("3")
            window.says("No tasks were asked yet")
            # One task is enough, and classifying takes a small model a second an item.
            window.value("[...document.querySelectorAll('.tasks input:checked')].slice(1).forEach((tick) => tick.click())")
            window.value("document.querySelector('.budgets input').click()")
            window.says("1 model, ")
            bench.pictures(window, "tasks-start")
            until(lambda: window.value("return document.querySelector('[data-primary]')?.disabled === false"), "the plan is made", TRIAL_S)
            window.value("document.activeElement.blur()")
            window.press("Enter")
            window.says("Climbing · rung 1 of 1", TRIAL_S)
        with tally.check("at their end the advice for that run opens, and says how sure it is"):
            until(lambda: "#/recommend/" in window.value("return location.hash"), "the advice opens", CLIMB_S)
            card = "return document.querySelector('article')?.innerText ?? ''"
            until(lambda: "Fast classification" in window.value(card), "the card")
            expect(any(word in window.value(card) for word in ("clear", "not proven", "none")), f"the card says {window.value(card)}")
            bench.pictures(window, "recommend")
        with tally.check("the slider ranks anew at once, and stays where it was put after a reload"):
            slide = "const slider = document.querySelector('input[type=range]'); slider.value = arguments[0]; slider.dispatchEvent(new Event('input', { bubbles: true }))"
            window.value(slide, "0")
            window.says("Quality counts 20")
            window.reload()
            window.says("Quality counts 20")
        with tally.check("each answer is there with its prompt and its verdict"):
            window.click("Answers")
            items = "return document.querySelectorAll('[aria-labelledby=items-title] details').length"
            until(lambda: window.value(items) >= 8, "the answers")
            window.value("document.querySelector('[aria-labelledby=items-title] summary').click()")
            window.says("Asked")
            window.says("Answered")
            bench.pictures(window, "answers")
        with tally.check("the run stands in History as one of tasks, and offers no comparison"):
            window.press("5")
            window.says("Tasks: fast classification")
            expect(window.value("return document.querySelectorAll('main li input').length") == 0, "it can be ticked")


# ---------------------------------------------------------------------------------------------------------- hardware


def holds_up(bench, tally):
    home = bench.data_folder("hardware")
    with bench.window(home) as window:
        with tally.check("the gauges of the Hardware screen tick while nothing is measured"):
            window.press("7")
            window.says("Nothing has been tested")
            gauges = "return document.querySelector('[aria-label=\"This machine now\"]').innerText"
            until(lambda: "…" not in window.value(gauges), "a first reading")
            before = window.value(gauges)
            until(lambda: window.value(gauges) != before, "another figure on a gauge", TICK_S)
        with tally.check("every sensor says what it reads and where, or why not and what to do"):
            window.says("groups of sensors")
            window.says("/proc/stat")
            expect("not known" in window.text() or cpu() in window.text(), "the profile is missing")
            bench.pictures(window, "hardware")
        with tally.check("a stress test goes from Start to its verdict, its chart and the list of checks"):
            begin = window.element("//button[@aria-label='Start: Concurrent models' and not(@disabled)]")
            window.call(begin + "/click", {})
            window.says("Concurrent models: ")
            window.says("Tests so far")
            until(lambda: window.value("return document.querySelector('#result-title')?.innerText"), "the verdict", STRESS_S)
            drawn = "return document.querySelector('figure svg')?.textContent.includes('Time to the first token')"
            until(lambda: window.value(drawn), "the chart is drawn")
            checked = "return document.querySelector('[aria-labelledby=checks-title]').innerText"
            until(lambda: "No concurrent test is stored" not in window.value(checked), "the check is made anew")
            bench.pictures(window, "hardware-test")
        with tally.check("a stored test is deleted, and its undo brings it back"):
            window.value("location.hash = '#/hardware'")
            window.call(window.element("//section[@aria-labelledby='tests-title']//button") + "/click", {})
            window.says("None yet. Each is kept here")
            window.click("Undo")
            until(lambda: window.value("return document.querySelectorAll('[aria-labelledby=tests-title] li').length") == 1, "the test is back")


def shows_results(window):
    verdict = window.value("return document.querySelector('h1.verdict').innerText")
    expect(len(verdict.split()) > 3, f"the verdict is “{verdict}”")
    drawn = "return document.querySelector('figure svg')?.textContent.includes('Tokens per second')"
    until(lambda: window.value(drawn), "the chart is drawn")
    rows = "return [...document.querySelectorAll('table.fitted tbody tr')].map((row) => row.innerText)"
    measured = [row for row in window.value(rows) if any(figure.isdigit() for figure in row)]
    expect(len(measured) > 0, f"the table has {window.value(rows)}")


def exports(bench, tally, window):
    folder = bench.folder / "reports"
    folder.mkdir()

    def export(choice, name):
        window.click("Export…")
        window.click(choice)
        type_into_dialog(window.env, "Save the report", str(folder / name))
        window.says(f"Saved as {folder / name}", EXPORT_S)
        return (folder / name).read_bytes()

    with tally.check("a Markdown report is saved by the system's own dialog, with its charts beside it"):
        text = export("Markdown", "report.md").decode()
        pictures = [line.rpartition("](")[2].rstrip(")") for line in text.splitlines() if line.startswith("![")]
        expect(pictures, "the report has no chart")
        for picture in pictures:
            expect("<svg" in (folder / picture).read_text(encoding="utf-8"), f"{picture} is no SVG")
    with tally.check("a PDF report is saved"):
        expect(export("PDF", "report.pdf").startswith(b"%PDF"), "the file is no PDF")
    with tally.check("the saved run is JSON with every rung"):
        run = export("JSON", "run.json").decode()
        expect(json.loads(run) and all(model.stem in run for model in bench.models), "a rung is missing")


def resumes(bench, tally):
    home = bench.data_folder("stop", rungs=1)
    with bench.window(home) as window:
        with tally.check("another program is told that a climb is running on the data folder"):
            choose_tiny(window, home)
            window.press("Enter")
            until(lambda: (live(window) or {}).get("rungs", [{}])[0].get("decode_tps"), "a trial is measured", TRIAL_S)
            # A paused climb holds the folder as a running one does, and does not end meanwhile.
            window.click("Pause after this trial")
            window.says("Paused ·", TRIAL_S)
            is_told_of_the_climb(bench, home)
        with tally.check("a climb that is stopped keeps what it measured"):
            window.click("Stop and keep")
            window.says("stopped at", TRIAL_S)
        with tally.check("a stopped climb goes on from History to its end"):
            window.press("5")
            window.click("Resume")
            window.says("Climbing ·", TRIAL_S)
            finish(window)
            shows_results(window)
        with tally.check("two stored runs are ticked in History and compared, figure by figure"):
            done = climb_in_terminal(bench, home, CLIMB_S)
            expect(done.returncode == 0, f"the second climb ended with {done.returncode}: {done.stderr}")
            compares(window)
            bench.pictures(window, "compare")
        with tally.check("the comparison is saved as JSON by the system's own dialog"):
            file = bench.folder / "comparison.json"
            window.click("Export JSON…")
            type_into_dialog(window.env, "Save the comparison", str(file))
            window.says(f"Saved as {file}", EXPORT_S)
            pairs = json.loads(file.read_bytes())["pairs"]
            expect(len(pairs) == 1 and pairs[0]["figures"], f"the file holds {pairs}")


def compares(window):
    window.press("5")
    ticks = "return document.querySelectorAll('main li input').length"
    until(lambda: window.value(ticks) == 2, "both runs stand in History")
    window.value("document.querySelectorAll('main li input').forEach((tick) => tick.click())")
    window.call(window.element("//main//button[normalize-space(.)='Compare']") + "/click", {})
    window.says("B seen from A")
    # A busy machine may have spoilt a run, which is then refused until a person insists.
    if "Compare anyway" in window.text():
        window.click("Compare anyway")
    window.says("Decode speed")
    expect("tok/s" in window.text(), f"the figures are missing: {window.text()}")


def climb_in_terminal(bench, home, seconds):
    command = [Path(bench.binary).with_name("toprung"), "climb", "--ladder", home / "tiny.toml", "--mode", "quick"]
    return subprocess.run(command, env=bench.env(home), capture_output=True, text=True, timeout=seconds, check=False)


def is_told_of_the_climb(bench, home):
    done = climb_in_terminal(bench, home, TRIAL_S)
    expect(done.returncode == 3, f"it ended with {done.returncode}: {done.stderr}")
    expect("Another measurement is running" in done.stderr, f"it said {done.stderr}")


# ------------------------------------------------------------------------------------------------------ other starts


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
