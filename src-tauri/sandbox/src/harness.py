# Runs the program that stands on standard input and ends the interpreter with a verdict, as verdict.rs reads it.
#
# The first line of the input is a number that makes a verdict believable. Nothing that a program does by accident ends the
# interpreter with it: not exit, not a redefined builtin, not a closed stream. A program that looks for it on purpose, in
# the frame of run(), finds it. The wall between the program and the machine does not depend on it.

import builtins

# The functions below keep the builtins as they are now, whatever the program makes of them.
__builtins__ = dict(vars(builtins))

PASSED, FAILED, OUT_OF_MEMORY, FORBIDDEN, UNSUPPORTED = 1, 2, 3, 4, 5

NAME = "program.py"

# What os and signal have on a system with processes and users, and not here.
PROCESS = frozenset(
    "abort execl execle execlp execlpe execv execve execvp execvpe fork forkpty kill killpg posix_spawn posix_spawnp"
    " spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe system wait wait3 wait4 waitid waitpid".split()
)
ELSEWHERE = frozenset(
    "SIGALRM SIGKILL alarm chmod chown chroot dup dup2 getegid geteuid getgid getgroups getitimer getloadavg getlogin"
    " getpgid getpgrp getppid getpriority getsid getuid mkfifo nice openpty pause pipe pipe2 pthread_kill"
    " pthread_sigmask register_at_fork sched_getaffinity setgid setitimer setpgid setsid setuid siginterrupt sigpending"
    " sigwait statvfs sysconf thread_time thread_time_ns times umask".split()
)


def run():
    import os
    import sys
    import time

    end, write = os._exit, os.write
    secret, _, source = sys.stdin.buffer.read().partition(b"\n")
    secret = int(secret)
    reserve = bytearray(1 << 20)  # so that the end of memory leaves some to speak of it
    program = type(sys)("__main__")
    sys.modules["__main__"] = program
    sys.argv = [NAME]
    time.process_time = time.monotonic  # this build's own divides by the wrong number
    sys.maxsize = 2**63 - 1  # what programs take for infinity; this interpreter's own is 2**31 - 1
    try:
        source = source.decode()
        exec(compile(source, NAME, "exec", dont_inherit=True), program.__dict__)
        verdict, words = PASSED, ""
    except BaseException as error:
        del reserve
        verdict, words = describe(error, source)
    write(2, ("\n" + words).encode("utf-8", "replace"))
    end(secret + verdict)


def describe(error, source):
    """The verdict on a program that an exception ended, and the words for it."""
    for cause in chain(error):
        verdict, words = judge(cause)
        if verdict != FAILED:
            return verdict, " ".join(words.split())
    if isinstance(error, SystemExit):
        return FAILED, f"It ended itself before its last line (SystemExit: {error.code!r:.200})."
    return FAILED, trace(error, source)


def chain(error):
    """The exception and those that it came from, each once."""
    seen = []
    while error is not None and not any(error is other for other in seen):
        seen.append(error)
        error = error.__cause__ or error.__context__
    return seen


def judge(error):
    text = str(error)
    if isinstance(error, MemoryError):
        return (UNSUPPORTED, "source nested so deeply") if "Parser stack" in text else (OUT_OF_MEMORY, "")
    if isinstance(error, SystemError) and "without exception set" in text:
        return OUT_OF_MEMORY, ""  # an allocation in the interpreter's own code failed
    if isinstance(error, OverflowError) and "index-sized integer" in text:
        return OUT_OF_MEMORY, ""  # it wants more than 32 bits can address
    if isinstance(error, OverflowError) and "too large to convert to C" in text:
        return UNSUPPORTED, "numbers of 64 bits in C"
    if isinstance(error, ModuleNotFoundError):
        return judge_module(error.name or "")
    if isinstance(error, AttributeError):
        return judge_name(getattr(error.obj, "__name__", ""), error.name)
    if isinstance(error, ImportError):
        return judge_name(error.name, error.name_from)
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return UNSUPPORTED, "threads"
    if isinstance(error, OSError):
        return judge_system(error)
    if isinstance(error, KeyError) and "_Environ.__getitem__" in [where for _, where in places(error)]:
        return FORBIDDEN, f"the environment variable {error.args[0]!r:.200}"
    return FAILED, ""


def judge_module(name):
    import sys

    package = name.rpartition(".")[0]
    # Where the package is here, the program names a part that the package does not have. This build left out two.
    if not name or package in sys.modules and package != "concurrent.futures":
        return FAILED, ""
    return UNSUPPORTED, f"the module {name:.200}"


def judge_name(module, name):
    """The verdict on a module's part that is not there: on another system it may be."""
    if module in ("os", "posix", "signal", "time"):
        if name in PROCESS:
            return FORBIDDEN, f"a process ({module}.{name})"
        if name in ELSEWHERE:
            return UNSUPPORTED, f"{module}.{name}"
    if module in ("socket", "_socket", "select"):
        return FORBIDDEN, f"the network ({module}.{name})"
    return FAILED, ""


def judge_system(error):
    """The verdict on an error of the system, which a program can also raise by itself, but then without a file's name."""
    import errno

    files = [file.rpartition("/")[2] for file, _ in places(error)]
    if any("/asyncio/" in file for file, _ in places(error)):
        return UNSUPPORTED, "the event loop of asyncio"
    if "subprocess.py" in files:
        return FORBIDDEN, "a process (subprocess)"
    if "socket.py" in files or "selectors.py" in files:
        return FORBIDDEN, "the network (socket)"
    if error.filename is not None:
        return FORBIDDEN, f"the file {error.filename!r:.200}"
    if "tempfile.py" in files:
        return FORBIDDEN, "the folder for temporary files"
    if error.errno in (errno.ENOSYS, errno.ENOTSUP, errno.ENOTCAPABLE, errno.ENOTSOCK, errno.EBADF):
        return FORBIDDEN, f"the system ({error!s:.200})"
    return FAILED, ""


def places(error):
    """File and function of each frame that the exception went through."""
    found, trace = [], error.__traceback__
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_frame.f_code.co_qualname))
        trace = trace.tb_next
    return found


def trace(error, source):
    """The end of the traceback, with the program's lines in it and without this file's."""
    import linecache
    import traceback

    lines = [line[:300] + "\n" for line in source.splitlines()]
    linecache.cache[NAME] = (len(source), None, lines, NAME)
    own = error.__traceback__.tb_next
    return "".join(traceback.format_exception(type(error), error, own, limit=-6))[-3000:]


run()
