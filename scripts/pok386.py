"""Commands and functions for gdb sessions with pok386: type `source scripts/pok386.py` before or after connecting.

Nothing here is needed to debug with pok386; it saves typing. Every command asks the emulator, so that it works on any kernel.
"""

import re

import gdb
import gdb.FrameDecorator

SIGNAL_STUB = "pok_irq_return"
SYSCALL_STUB = "pok_syscall"


def monitor(command):
    """What the emulator answers to `monitor command`. Raises gdb.error with its words if it does not understand."""
    try:
        return gdb.execute("monitor " + command, to_string=True)
    except gdb.error as error:
        if "not supported" in str(error):
            raise gdb.GdbError("connect first: target remote :PORT")
        raise


def partitions():
    """(process, name, base, code selector, data selector) of each address space that has segments."""
    rows = re.findall(
        r"^[* ] (\d+) +(\S+) +(0x[0-9a-f]{8}) 0x[0-9a-f]{8} (0x[0-9a-f]+) (0x[0-9a-f]+)", monitor("partitions"), re.M
    )
    return [(int(pid), name, int(base, 16), int(code, 16), int(data, 16)) for pid, name, base, code, data in rows]


class Linear(gdb.Function):
    """$linear(SEG, OFFSET): the linear address of a logical one.

    SEG is a selector, or the name of a segment register or a partition: $linear("ds", &counter), $linear(0x2b, 0x1000)."""

    def __init__(self):
        super().__init__("linear")

    def invoke(self, segment, offset):
        name = segment.string() if segment.type.code == gdb.TYPE_CODE_ARRAY else hex(int(segment))
        answer = monitor("translate %s:%#x" % (name, int(offset) & 0xFFFFFFFF))
        found = re.search(r"= linear (0x[0-9a-f]+)", answer)
        if not found:
            raise gdb.GdbError(answer.strip())
        return int(found.group(1), 16)


class Part(gdb.Function):
    """$part(N): the linear address at which partition N begins. N counts from 1, or is a name."""

    def __init__(self):
        super().__init__("part")

    def invoke(self, which):
        found = partitions()
        if which.type.code == gdb.TYPE_CODE_ARRAY:
            bases = [base for _, name, base, _, _ in found if name == which.string()]
        else:
            bases = [base for pid, _, base, _, _ in found if pid == int(which) + 1]
        if not bases:
            names = ", ".join(name for _, name, _, _, _ in found) or "none has segments yet"
            raise gdb.GdbError("there is no partition %s; there are: %s" % (which, names))
        return bases[0]


class SegmentBase(gdb.Function):
    """$base(): the linear address of offset 0 of the inferior that is selected; 0 for the kernel."""

    def __init__(self):
        super().__init__("base")

    def invoke(self):
        pid = gdb.selected_inferior().pid
        return next((base for p, _, base, _, _ in partitions() if p == pid), 0)


class Pok(gdb.Command):
    """Looks into the partitioned system: pok partitions, threads, segments, irq, ports, why; and goes to other moments: goto."""

    def __init__(self):
        super().__init__("pok", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Ask(gdb.Command):
    """One of the `pok` commands: hands a question to the emulator and shows the answer."""

    def __init__(self, name, help_text, ask):
        self.__doc__ = help_text
        self.ask = ask
        super().__init__("pok " + name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        gdb.write(self.ask(argument))


class Goto(gdb.Command):
    """pok goto COUNT|+N|-N|start|end|NAME: to another moment of the run, with the frame it is in."""

    def __init__(self):
        super().__init__("pok goto", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        answer = monitor("goto " + argument)
        if answer.startswith("goto: "):
            raise gdb.GdbError(answer.strip())
        gdb.write(answer.splitlines()[0] + "\n")
        # gdb believes that only its own commands move the machine.
        gdb.execute("maintenance flush register-cache", to_string=True)
        gdb.execute("maintenance flush dcache", to_string=True)
        here = re.search(r"^\* p(\d+)\.(\d+) ", monitor("threads"), re.M)
        gdb.execute("thread %s.%s" % here.groups())


def table(name):
    return lambda _argument: gdb.execute("info os " + name, to_string=True)


def syscall_name(frame):
    """The name of the system call a frame of the library's stub is in; None if it cannot be told."""
    try:
        return str(frame.read_var("id")).replace("POK_SYSCALL_", "")
    except (ValueError, gdb.error):
        return None


class Decorator(gdb.FrameDecorator.FrameDecorator):
    def function(self):
        frame = self.inferior_frame()
        name = frame.name()
        if frame.type() == gdb.SIGTRAMP_FRAME:
            symbol = gdb.execute("info symbol %#x" % frame.pc(), to_string=True)
            return "<forwarded interrupt>" if symbol.startswith(SIGNAL_STUB) else "<interrupt>"
        if name == SYSCALL_STUB:
            call = syscall_name(frame)
            return "%s [%s]" % (name, call) if call else name
        return super().function()


class Frames:
    """Frame filter: says what a frame between interrupted code and its handler is, and names system calls."""

    def __init__(self):
        self.name = "pok386"
        self.priority = 100
        self.enabled = True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        return map(Decorator, frames)


def settings():
    # One processor runs all inferiors: gdb has to know, or it shows the registers of a stop long past.
    gdb.execute("set schedule-multiple on")
    # Long answers are read in a scroll buffer, and lines of tables are not to be cut.
    gdb.execute("set pagination off")


def wake_first_inferior():
    """gdb 13 leaves inferior 1 quiet after connecting, until that one is the first to be resumed: its stops are not announced, and there is
    no prompt. A command that gets ready to resume and then finds no place to go to wakes it, and says nothing where "stepi 0" would."""
    first = next((i for i in gdb.inferiors() if i.num == 1 and i.pid > 0), None)
    selected = gdb.selected_thread()
    if first is None or selected is None or selected.is_running():
        return
    if selected.inferior.num != 1:
        first.threads()[0].switch()
    try:
        gdb.execute("advance -function pok386_there_is_no_such_function", to_string=True)
    except gdb.error:
        pass
    selected.switch()


def hooks():
    for how in ("remote", "extended-remote"):
        gdb.execute("define target hookpost-%s\npython wake_first_inferior()\nend" % how)


settings()
hooks()
wake_first_inferior()
Linear()
Part()
SegmentBase()
Pok()
Ask("partitions", "The address spaces with their segments.", lambda _argument: monitor("partitions"))
Ask("threads", "All threads, and what they are doing.", lambda _argument: monitor("threads"))
Ask("segments", "The segment registers: hidden caches beside the tables.", lambda _argument: monitor("segments"))
Ask("why", "The last exception: its rule, selector, descriptor, offset, limit and privilege.", lambda _argument: monitor("why"))
Ask("irq", "The interrupt lines.", table("irqs"))
Ask("ports", "The I/O ports.", table("ports"))
Goto()
Frames()
