"""Whole climbs: from the plan to the results, their reports, and the comparison of two."""

import json
import subprocess
from pathlib import Path

from driver import type_into_dialog, until
from steps import CLIMB_S, TICK_S, TRIAL_S, choose_tiny, expect, finish, live, shows_results

# A PDF takes a second; a debug build on a busy machine, fifteen.
EXPORT_S = 60


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
