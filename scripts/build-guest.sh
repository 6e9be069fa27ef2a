#!/usr/bin/env bash
# Builds the guest images with the plain GNU tools. The same tools give the same bytes, wherever the checkout lies: paths in the debug
# information are relative to the project's root, and nothing records a date, a build id or a temporary name.
#
# Usage: scripts/build-guest.sh [output directory]        (default: src/guest/images)
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd -P)
images=$root/src/guest/images
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  images=$(cd "$1" && pwd -P)
fi
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
cd "$root"
processors=$(nproc)

if ! echo 'int probe;' | gcc -m32 -ffreestanding -x c -c -o "$objects/probe.o" - 2>/dev/null; then
  echo "build-guest: gcc -m32 does not work here: apt-get install gcc" >&2
  exit 1
fi

# No FPU, MMX or SSE: nobody saves their registers. Four-byte stack alignment is all that remains to be kept without them.
flags=(
  -m32 -march=i686 -mno-80387 -mno-mmx -mno-sse -mpreferred-stack-boundary=2
  -std=gnu11 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-common
  -Wall -Wextra -Werror -gdwarf-4 -ffile-prefix-map="$root"=. -Isrc/guest/lib
)

# compile DIRECTORY OPTIONS... -- SOURCES: to objects in DIRECTORY, as many at a time as there are processors.
compile() {
  local directory=$objects/$1 options=() running=()
  shift
  mkdir -p "$directory"
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  for source in "$@"; do
    gcc "${flags[@]}" "${options[@]}" -c "$source" -o "$directory/$(basename "$source").o" &
    running+=("$!")
    # Each by its number: "wait -n" knows nothing of one that ended before it was asked.
    if [ "${#running[@]}" -ge "$processors" ]; then
      wait "${running[0]}"
      running=("${running[@]:1}")
    fi
  done
  for process in "${running[@]}"; do
    wait "$process"
  done
}

# link SCRIPT OUTPUT OBJECTS...; -n packs segments without page alignment. Debug information is compressed: it is most of an image.
link() {
  local script=$1 output=$2
  shift 2
  ld -m elf_i386 -n --build-id=none --compress-debug-sections=zlib --no-warn-rwx-segments -T "$script" -o "$output" "$@"
}

# partition SYSTEM NAME OPTIONS SOURCES...: an ELF file linked with libpok, and with the APEX if it asks for it.
partition() {
  local system=$1 name=$2 options=$3
  shift 3
  # shellcheck disable=SC2086
  compile "$system/$name" $options -Isrc/guest/libpok -Isrc/guest/apex/include -- "$@"
  link src/guest/libpok/linker.ld "$objects/$system/$name.elf" "$objects/$system/$name"/*.o "${base[@]}" "$objects/libapex.a" "$objects/libpok.a"
}

# system SYSTEM IMAGE PARTITION...: the kernel for src/guest/SYSTEM/deployment.h, with the partitions' files inside, as POK does it.
system() {
  local system=$1 image=$2 sizes=
  shift 2
  local include=(-Isrc/guest/kernel -Isrc/guest/"$system")
  compile "$system/kernel" -Og "${include[@]}" -- src/guest/kernel/*.[cS] src/guest/lib/*.c
  # What every interrupt and system call passes through; without tail calls, which backtraces would miss.
  compile "$system/kernel" -O2 -mtune=generic -fno-optimize-sibling-calls "${include[@]}" -- src/guest/kernel/{forward,fpu,irq,sched,syscall,thread,trap,virtual-cpu}.c
  # A system may have files of its own in the place of the kernel's.
  if [ -d "src/guest/$system/kernel" ]; then
    compile "$system/kernel" -Og "${include[@]}" -- "src/guest/$system"/kernel/*.c
  fi
  : >"$objects/$system/archive2"
  for name in "$@"; do
    objcopy -I binary -O binary --pad-to=$((($(stat -c %s "$objects/$system/$name.elf") + 3) / 4 * 4)) --gap-fill=0 \
      "$objects/$system/$name.elf" "$objects/$system/$name.padded"
    cat "$objects/$system/$name.padded" >>"$objects/$system/archive2"
    sizes+=${sizes:+, }$(stat -c %s "$objects/$system/$name.padded")
  done
  gcc -m32 -c -x assembler -o "$objects/$system/archive2.o" - <<ARCHIVE
        .section .archive2, "a"
        .balign 4
        .globl  __archive2_begin, part_sizes
        .type   __archive2_begin, @object
        .type   part_sizes, @object
__archive2_begin:
        .incbin "$objects/$system/archive2"
        .size   __archive2_begin, . - __archive2_begin
part_sizes:
        .long   $sizes
        .size   part_sizes, . - part_sizes
        .section .note.GNU-stack, "", @progbits
ARCHIVE
  link src/guest/kernel/linker.ld "$images/$image" "$objects/$system/kernel"/*.o "$objects/$system/archive2.o"
  chmod 644 "$images/$image"
}

compile libpok -Og -Isrc/guest/libpok -- src/guest/libpok/*.[cS] src/guest/lib/*.c
# A partition takes from the library what it uses, behind the part that all of them have; D leaves dates and owners out.
base=("$objects"/libpok/{crt0.S,thread-start.S,format.c,libpok.c,string.c}.o)
ar rcsD "$objects/libpok.a" "$objects"/libpok/*.o

# The ARINC 653 services over libpok.
compile apex -Og -Isrc/guest/libpok -Isrc/guest/apex/include -- src/guest/apex/*.c
ar rcsD "$objects/libapex.a" "$objects"/apex/*.o

partition two part1 -Og src/guest/two/part1.c
partition two part2 -Og src/guest/two/part2.c
system two pok-two.elf part1 part2

# Tests of the kernel: every partition runs the program of its own number (partN.c, partN-*.c), or the first one's; `flags` has options
# for their compilation.
kernel_test() {
  local name=$1 count=$2 parts=()
  for number in $(seq "$count"); do
    local source=src/guest/tests/$name/part$number
    [ -e "$source.c" ] || source=src/guest/tests/$name/part1
    partition "tests/$name" "part$number" "-Og $(cat "src/guest/tests/$name/flags" 2>/dev/null || true)" $(find "src/guest/tests/$name" -path "$source.c" -o -path "$source-*.c" -o -name '*.S' | sort)
    parts+=("part$number")
  done
  system "tests/$name" "test-$name.elf" "${parts[@]}"
}
kernel_test clock 2
kernel_test fpu 2
kernel_test threads 4
kernel_test locks 1
kernel_test ports 2
kernel_test errors 4
kernel_test hostile 2
kernel_test irq 1
for count in 1 2 4; do
  parts=()
  for number in $(seq "$count"); do
    partition "tests/ticks-$count" "part$number" -Og src/guest/tests/ticks/ticks.c
    parts+=("part$number")
  done
  system "tests/ticks-$count" "test-ticks-$count.elf" "${parts[@]}"
done
kernel_test apex 3

# The virtualization layer, as an archive that an RTEMS tree of 2013 links with: everything but the partition's own beginning.
compile virt -O2 -Isrc/guest/virt/include -Isrc/guest/virt -Isrc/guest/libpok -- src/guest/virt/*.c
rm -f "$images/libpart.a"
ar rcsD "$images/libpart.a" "$objects"/virt/*.o $(ls "$objects"/libpok/*.o | grep -v crt0)
chmod 644 "$images/libpart.a"

# The executive, which knows the layer's headers and none of libpok's.
compile rtems -O2 -Isrc/guest/rtems/include -Isrc/guest/rtems/score -Isrc/guest/rtems/classic -Isrc/guest/rtems/libcpu \
  -Isrc/guest/virt/include -- src/guest/rtems/*/*.[cS]

# rtems SYSTEM NAME SOURCES...: a partition that is an RTEMS application.
rtems() {
  local system=$1 name=$2
  shift 2
  compile "$system/$name" -Og -Isrc/guest/rtems/include -- "$@"
  link src/guest/libpok/linker.ld "$objects/$system/$name.elf" "$objects/$system/$name"/*.o "$objects"/rtems/*.o "$objects/libpok/crt0.S.o" \
    "$images/libpart.a"
}

rtems tests/rtems rtems src/guest/tests/rtems/rtems.c
system tests/rtems test-rtems.elf rtems
rtems samples/hello hello src/guest/samples/hello/hello.c
system samples/hello hello.elf hello
rtems samples/ticker ticker src/guest/samples/ticker/ticker.c
partition samples/ticker compute -O2 src/guest/samples/ticker/compute.c
system samples/ticker ticker.elf ticker compute
rtems samples/slice slice src/guest/samples/slice/slice.c
system samples/slice slice.elf slice
partition samples/stress part1 -Og src/guest/samples/stress/stress.c src/guest/samples/stress/pass.S
cp "$objects/samples/stress/part1.elf" "$objects/samples/stress/part2.elf"
system samples/stress stress.elf part1 part2
partition samples/irq keyboard -Og src/guest/samples/irq/{part1,clock}.c
partition samples/irq serial -Og src/guest/samples/irq/{part2,clock}.c
system samples/irq irq.elf keyboard serial
partition samples/forward-2013 part1 -Og src/guest/samples/forward-2013/{part1.c,middleman.S}
system samples/forward-2013 forward-2013.elf part1
for part in sensor display store; do
  partition samples/ports "$part" -Og src/guest/samples/ports/{"$part",ports}.c
done
system samples/ports ports.elf sensor display store
for part in careful stubborn careless bystander; do
  partition samples/errors "$part" -Og "src/guest/samples/errors/$part.c"
done
system samples/errors errors.elf careful stubborn careless bystander
partition samples/apex control -Og src/guest/samples/apex/{control,orders,errors,common}.c
partition samples/apex plant -Og src/guest/samples/apex/{plant,common}.c
system samples/apex apex.elf control plant

# rom SOURCES IMAGE: by offsets in CS, cut out of the ELF file. Of the matrix it is the end only; the test puts nothing before it.
rom() {
  compile "$1" -Isrc/guest/rom -- src/guest/"$1"/*.S
  link "src/guest/$1/linker.ld" "$objects/$1.elf" "$objects/$1"/*.o
  objcopy -O binary --gap-fill=0xff "$objects/$1.elf" "$images/$2"
  chmod 644 "$images/$2"
}
rom rom test-rom.bin
rom matrix matrix-end.bin

partition bench bench -O2 src/guest/bench/*.c
system bench bench-integer.elf bench
partition bench-kinds bench "-O2 -m80387" src/guest/bench-kinds/*.c src/guest/bench-kinds/*.S
system bench-kinds bench-kinds.elf bench
partition bench-paged bench -O2 src/guest/bench/*.c
system bench-paged bench-paged.elf bench
partition bench-timed bench -O2 src/guest/bench/*.c
system bench-timed bench-timed.elf bench
partition bench-forwards bench -O2 src/guest/bench-forwards/*.c
system bench-forwards bench-forwards.elf bench
