# A model of a regression script: what a system of partitions must do, checked by gdb's own commands. Exits with 0 if every
# expectation is met, with 1 at the first that is not.
#
#     node dist/cli/main.js run src/guest/images/pok-two.elf --gdb 1234 &
#     gdb -batch -nx -ex 'set $port = 1234' -x scripts/regress.gdb
#
# Yours may `source` this file's commands: put the part above the line of dashes in a file of its own.

set pagination off
set confirm off
set width 0
# One processor runs all processes: they are resumed together, and the registers of each are looked at afresh.
set schedule-multiple on

set $expectations = 0

# expect EXPRESSION: true, or the script ends here. gdb splits arguments at blanks, so write it without any.
define expect
  if $arg0
    set $expectations = $expectations + 1
  else
    echo FAILED: $arg0\n
    backtrace
    leave 1
  end
end
document expect
expect EXPRESSION
End the script with status 1 unless EXPRESSION (without blanks) is true.
end

# expect-at FUNCTION: stopped at that function's first instruction.
define expect-at
  expect $pc==(char*)$arg0
end
document expect-at
expect-at FUNCTION
End the script with status 1 unless the processor is at FUNCTION's first instruction.
end

# expect-text EXPRESSION TEXT: a string of the guest's.
define expect-text
  expect $_streq($arg0,$arg1)
end
document expect-text
expect-text EXPRESSION "TEXT"
End the script with status 1 unless EXPRESSION is the string TEXT (without blanks).
end

# The machine ends with the script, whatever came of it.
define leave
  inferior 1
  kill
  quit $arg0
end

if $_isvoid($port)
  set $port = 1234
end
eval "target remote 127.0.0.1:%d", $port

# ---------------------------------------------------------------------------------------------------------------------------------

# Every partition is an inferior of its own, and a breakpoint set before it is loaded is hit at its first execution.
break update_track
continue
expect-at update_track
expect $_inferior==3
expect laps==1
expect-text track.label "intruder"
expect t->position.x==100

# What the function does, and what it must leave alone.
finish
expect track.position.x==103
expect track.position.z==4
expect track.history[0]==4
expect track.id==7

# A system call writes where it was told to, and nothing else.
delete
watch kernel_time
continue
expect kernel_time>0
expect laps==1
expect $_streq($_as_string(id),"POK_SYSCALL_GETTICK")

# The same numeric address is another function in the other partition.
delete
inferior 2
break *0x102000
continue
expect-at crc_block
expect $_inferior==2
expect count==64

# Values put in by hand are used.
finish
set var laps = 41
delete
tbreak crc_block
continue
expect laps==42

# The kernel's side of a call, and the caller's.
delete
tbreak conswrite
continue
expect $_inferior==1
thread 2.1
expect $_inferior==2
expect $_streq($_as_string(id),"POK_SYSCALL_CONSWRITE")
expect laps==42

printf "%d expectations met\n", $expectations
leave 0
