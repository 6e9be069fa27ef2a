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
