#!/usr/bin/env python3
"""Drives the real window of the desktop app, with the real embedded engine, and says what held.

    run.py BINARY [SCENE...]     the app, with the terminal program beside it; all scenes if none is named

TOPRUNG_LAB_MODELS names the folder of the lab's model files; TOPRUNG_SHOTS, if set, a folder for pictures of every
screen. Needs Xvfb, WebKitWebDriver, dbus-daemon and xdotool (Debian: xvfb, webkit2gtk-driver, dbus, xdotool).
"""

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

from driver import Display, Failed, Window
from scenes import NEED_MODELS, SCENES

# The smallest two of the lab, in the order of the ladder: loaded and measured in seconds.
MODELS = ("smollm2-135m-instruct-q4_1", "gemma-3-270m-q4_k_m")
# The smallest and a usual size that a screen must look right at.
SIZES = ((1000, 700), (1600, 1000))


class SceneOver(Exception):
    """A check of the scene failed, and was told of."""


class Tally:
    """What held so far, one line a check. What follows a check that failed in its scene would fail with it: it is not tried."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    @contextlib.contextmanager
    def check(self, what):
        began = time.monotonic()
        try:
            yield
        except Exception as why:
            self.failed += 1
            print(f"FAILED   {what}: {why if isinstance(why, Failed) else repr(why)}", flush=True)
            raise SceneOver from why
        else:
            self.passed += 1
            print(f"ok       {what} ({time.monotonic() - began:.1f} s)", flush=True)

    def skip(self, what, why):
        self.skipped += 1
        print(f"skipped  {what}: {why}", flush=True)


class Bench:
    """A display, and data folders that no other start has seen."""

    def __init__(self, binary, models, folder, display):
        self.binary, self.models, self.folder, self.display = binary, models, folder, display
        self.shots = os.environ.get("TOPRUNG_SHOTS")
        if self.shots:
            os.makedirs(self.shots, exist_ok=True)

    def data_folder(self, name, rungs=len(MODELS)):
        """A new data folder with the models in it, and a ladder of the smallest so many."""
        home = self.folder / name
        (home / "models").mkdir(parents=True)
        models = self.models[:rungs]
        for file in models:
            # Several copies of 350 MB would take longer than the climb.
            os.link(file, home / "models" / file.name)
        listed = "".join(f'\n[[rung]]\nmodel = "{file.stem}"\n' for file in models)
        (home / "tiny.toml").write_text(f'name = "tiny"\n{listed}', encoding="utf-8")
        return home

    def env(self, home, bus=None):
        """The environment of a start: nothing of the person who runs this gets in, and no desktop's session bus."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "USER", "TMPDIR") if name in os.environ}
        own = {f"XDG_{kind}_HOME": str(self.folder / f"{home.name}-{kind.lower()}") for kind in ("DATA", "CACHE", "CONFIG")}
        bus = {"DBUS_SESSION_BUS_ADDRESS": bus.address} if bus else {}
        fixed = {"LANG": "en_US.UTF-8", "TAURI_WEBVIEW_AUTOMATION": "true", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        return kept | own | bus | fixed | {"DISPLAY": self.display.name, "TOPRUNG_HOME": str(home)}

    @contextlib.contextmanager
    def window(self, home, bus=None):
        window = Window(self.binary, self.env(home, bus))
        try:
            yield window
        finally:
            window.close()

    def pictures(self, window, screen):
        """The screen as it stands, light and dark, at the sizes that it must look right at."""
        for theme in ("light", "dark") if self.shots else ():
            window.value(CHOOSE_THEME, theme)
            for width, height in SIZES:
                window.resize(width, height)
                window.picture(os.path.join(self.shots, f"{screen}-{theme}-{width}.png"))


CHOOSE_THEME = """
    const choice = document.querySelector("nav select");
    choice.value = arguments[0];
    choice.dispatchEvent(new Event("change", { bubbles: true }));
"""


def lab_models():
    """The lab's model files, and none if one is missing."""
    folder = Path(os.environ.get("TOPRUNG_LAB_MODELS", ""))
    files = [folder / f"{model}.gguf" for model in MODELS]
    return files if all(file.is_file() for file in files) else []


def main(binary, *names):
    chosen = [scene for scene in SCENES if not names or scene.__name__ in names]
    if len(chosen) < len(names):
        sys.exit(f"The scenes are {', '.join(scene.__name__ for scene in SCENES)}.")
    tally, models = Tally(), lab_models()
    # Beside the models, because a hard link stays on its disk.
    place = models[0].parents[1] if models else None
    with contextlib.closing(Display(os.environ)) as display:
        for scene in chosen:
            if scene in NEED_MODELS and not models:
                tally.skip(scene.__name__, "TOPRUNG_LAB_MODELS names no folder with the lab's models (scripts/lab models)")
                continue
            with tempfile.TemporaryDirectory(prefix="window-test-", dir=place) as folder, contextlib.suppress(SceneOver):
                scene(Bench(os.path.abspath(binary), models, Path(folder), display), tally)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
