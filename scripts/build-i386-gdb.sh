#!/usr/bin/env bash
# Builds a gdb for bare i386 (--target=i386-elf) from Debian's gdb-source, outside of the repository, and prints where it is:
# bash scripts/build-i386-gdb.sh. It takes about ten minutes of a processor and happens once; the tests then run with it too
# (npm run test:i386-gdb does both). JOBS=N: how many files to compile at a time, as many as there are processors unless given.
set -eu
source=/usr/src/gdb.tar.xz
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pok386/i386-elf-gdb
gdb=$cache/bin/i386-elf-gdb
if [ -x "$gdb" ]; then
  echo "$gdb"
  exit 0
fi
say() { echo "build-i386-gdb: $*" >&2; }
install="apt-get install -y --no-install-recommends gdb-source g++ make xz-utils bison flex libgmp-dev libmpfr-dev libexpat1-dev libncurses-dev"
for tool in g++ make xz tar; do
  command -v "$tool" >/dev/null || { say "$tool is missing: $install"; exit 2; }
done
[ -e "$source" ] || { say "$source is missing: $install"; exit 2; }
for header in gmp.h expat.h; do
  echo "#include <$header>" | g++ -E -x c++ - >/dev/null 2>&1 || { say "$header is missing: $install"; exit 2; }
done

# Under another name until it is complete, so that one that was interrupted is not taken for it.
build=$cache/build
rm -rf "$build"
mkdir -p "$build/objects"
say "unpacking into $build"
tar -xf "$source" -C "$build" gdb
cd "$build/objects"
say "configuring"
# Without expat gdb ignores target descriptions; the rest is not needed to debug a remote target.
../gdb/configure --target=i386-elf --prefix="$build/install" \
  --disable-binutils --disable-ld --disable-gas --disable-gold --disable-gprof --disable-gprofng --disable-sim --disable-gdbserver \
  --disable-nls --disable-source-highlight --disable-werror --disable-tui --disable-inprocess-agent --with-expat --with-python=no \
  --with-guile=no --without-lzma --without-zstd --without-xxhash --without-debuginfod --without-babeltrace \
  CFLAGS="-O1 -g0" CXXFLAGS="-O1 -g0" MAKEINFO=true >configure.log 2>&1 || { say "configure failed: $build/objects/configure.log"; exit 1; }
say "compiling; the log is $build/objects/make.log"
make -j"${JOBS:-$(nproc)}" MAKEINFO=true all-gdb >make.log 2>&1 || { say "make failed: $build/objects/make.log"; exit 1; }
make MAKEINFO=true install-gdb >>make.log 2>&1 || { say "make install failed: $build/objects/make.log"; exit 1; }
rm -rf "$cache/bin" "$cache/share"
mv "$build/install/bin" "$build/install/share" "$cache/"
rm -rf "$build"
echo "$gdb"
