#!/bin/sh
# build.sh FOLDER: crt0.o and libprogram.a into FOLDER. Without debug information and local symbols, so that a test program's own names are
# the only ones that gdb sees.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$1
mkdir -p "$to"
include=$(gcc -m32 -print-file-name=include)
gcc -m32 -c "$here/crt0.S" -o "$to/crt0.o"
for each in libc arithmetic cplusplus; do
  gcc -m32 -march=i686 -ffreestanding -fno-pie -fno-stack-protector -fcf-protection=none -fno-builtin -fasynchronous-unwind-tables \
    -nostdinc -isystem "$here/include" -isystem "$include" -O1 -g0 -w -ffunction-sections -c "$here/$each.c" -o "$to/$each.o"
done
strip --discard-all "$to/crt0.o" "$to/libc.o" "$to/arithmetic.o" "$to/cplusplus.o"
rm -f "$to/libprogram.a"
ar rcs "$to/libprogram.a" "$to/libc.o" "$to/arithmetic.o" "$to/cplusplus.o"
# The tools of the target that gdb's suite is configured for are the host's.
mkdir -p "$to/bin"
for tool in strip objcopy objdump readelf nm as ld ar; do ln -sf "$(command -v $tool)" "$to/bin/i386-unknown-elf-$tool"; done
