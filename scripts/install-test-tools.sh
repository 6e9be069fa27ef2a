#!/usr/bin/env bash
# Installs what the tests compare pok386 with: real debuggers, QEMU and Bochs. Run by `npm test`; does nothing if all of it is there.
set -eu
cd "$(dirname "$0")/.."

# VS Code's adapter, without its install scripts: they compile what only its terminals need.
[ -d test/dap/node_modules/cdt-gdb-adapter ] || npm ci --prefix test/dap --ignore-scripts --no-audit --no-fund

missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need gdb gdb
need gdb-multiarch gdb-multiarch
need qemu-system-i386 qemu-system-x86
need lldb-14 lldb-14
need bochs bochs
# Bochs without a screen draws on a terminal that nobody looks at.
compgen -G '/usr/lib/*/bochs/plugins/libbx_term*.so' >/dev/null || compgen -G '/usr/lib/bochs/plugins/libbx_term*.so' >/dev/null || missing+=(bochs-term)
# gdb's own test suite.
[ -e /usr/src/gdb.tar.xz ] || missing+=(gdb-source)
need runtest dejagnu
need expect expect
need make make
need xz xz-utils
need gcc gcc
need objcopy binutils
# The guest and the integer oracle are built with gcc -m32, which needs no 32-bit libraries; the x87's oracle is an ordinary C program.
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
# A kernel may run no 32-bit programs, whatever is installed: QEMU's user mode runs them then. This one ends at once (exit of its own number).
runs_32_bit() {
  local program status=1
  program=$(mktemp)
  printf '\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0\124\200\4\10\64\0\0\0\0\0\0\0\0\0\0\0\64\0\40\0\1\0\0\0\0\0\0\0' >"$program"
  printf '\1\0\0\0\0\0\0\0\0\200\4\10\0\200\4\10\140\0\0\0\140\0\0\0\5\0\0\0\0\20\0\0' >>"$program"
  # mov $1, %eax; xor %ebx, %ebx; int $0x80
  printf '\270\1\0\0\0\61\333\315\200\220\220\220' >>"$program"
  chmod +x "$program"
  "$program" 2>/dev/null && status=0
  rm -f "$program"
  return "$status"
}
runs_32_bit || need qemu-i386 qemu-user
[ ${#missing[@]} -eq 0 ] && exit 0

line="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need: ${missing[*]}. Install them with this system's package manager, then run the tests again." >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    echo "The tests need: ${missing[*]}. Type this, then run the tests again:" >&2
    echo "    sudo $line" >&2
    exit 1
  fi
fi
echo "installing for the tests: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $line >/dev/null
