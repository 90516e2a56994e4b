"""A run of tasks: chosen, asked, and advice made of it, on the window's Recommend screen."""

from driver import until
from steps import CLIMB_S, TRIAL_S, choose_tiny, expect


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
