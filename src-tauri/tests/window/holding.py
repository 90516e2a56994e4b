"""The Hardware screen: gauges, sensors, stress tests and the checks that rest on them."""

from driver import until
from steps import TICK_S, cpu, expect

# Two small models are loaded side by side and asked: ten seconds on an idle machine.
STRESS_S = 240


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
            until(lambda: "No test of concurrent models is stored" not in window.value(checked), "the check is made anew")
            bench.pictures(window, "hardware-test")
        with tally.check("a stored test is deleted, and its undo brings it back"):
            window.value("location.hash = '#/hardware'")
            window.call(window.element("//section[@aria-labelledby='tests-title']//button") + "/click", {})
            window.says("None yet. Each is kept here")
            window.click("Undo")
            until(lambda: window.value("return document.querySelectorAll('[aria-labelledby=tests-title] li').length") == 1, "the test is back")
