#!/usr/bin/env bash
# Compiles the C code that stands in for the binary parts of a GraalVM distribution (see shim/README.md).
# usage: build-shim.sh JARS_DIR STATIC_LIBRARIES_DIR OUT_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jars=$1
static=$2
out=$3
cflags=(-std=gnu11 -O2 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -fno-strict-aliasing
  -Wall -Wextra -Werror -Wno-unused-parameter -Wno-unknown-pragmas)

# <architecture>cpufeatures.h: one byte for each f<FEATURE> accessor of the builder's own @CStruct interface. The builder
# asks for the headers of all architectures, whatever it builds for.
make_cpu_header() { # ARCHITECTURE INTERFACE
  {
    echo "/* Generated from $2. */"
    echo "typedef struct {"
    "$JDK/bin/javap" -cp "$(ls "$jars"/svm-2*.jar)" "$2" |
      sed -n 's/.*public abstract boolean \(f[A-Za-z0-9_]*\)();/  char \1;/p'
    echo "} CPUFeatures;"
  } > "$out/include/$1cpufeatures.h"
  [ "$(wc -l < "$out/include/$1cpufeatures.h")" -gt 3 ] || { echo "no CPU features found in $2" >&2; exit 1; }
}

compile() { # NAME
  gcc "${cflags[@]}" -I"$out/include" -I"$JDK/include" -I"$JDK/include/linux" -c "$here/shim/$1.c" -o "$out/$1.o"
}

# A function that aborts with its own name for each JVM_* symbol that the archives mention and jvm.c does not define.
make_traps() {
  nm -u "$static"/*.a | awk '$1 == "U" && $2 ~ /^(JVM_|jio_)/ {print $2}' | sort -u > "$out/mentioned"
  nm --defined-only "$out/jvm.o" "$out/jio.o" | awk '$2 == "T" {print $3}' | sort -u > "$out/defined"
  {
    cat << 'C'
#include <stdio.h>
#include <stdlib.h>
static void trap(const char *name) {
  fprintf(stderr, "the executable called %s, which only exists in a JVM\n", name);
  abort();
}
C
    comm -23 "$out/mentioned" "$out/defined" | sed 's/.*/void &(void) { trap("&"); }/'
  } > "$out/traps.c"
  gcc "${cflags[@]}" -c "$out/traps.c" -o "$out/traps.o"
}

rm -rf "$out"
mkdir -p "$out/include"
cp "$here"/shim/include/*.h "$out/include/"
# shellcheck disable=SC2016 # The dollar is part of a nested class's name.
{
  make_cpu_header amd64 'com.oracle.svm.core.amd64.AMD64LibCHelper$CPUFeatures'
  make_cpu_header aarch64 'com.oracle.svm.core.aarch64.AArch64LibCHelper$CPUFeatures'
  make_cpu_header riscv64 'com.oracle.svm.core.riscv64.RISCV64LibCHelper$CPUFeatures'
}
for name in libc_calls locale signals cpu_features jvm jio; do compile "$name"; done
make_traps
ar crsD "$out/liblibchelper.a" "$out"/{libc_calls,locale,signals,cpu_features}.o
ar crsD "$out/libjvm.a" "$out"/{jvm,jio,traps}.o
gcc -O2 -fPIC -shared -Wall -Werror -I"$JDK/include" -I"$JDK/include/linux" \
  -o "$out/libreporterchelper.so" "$here/shim/progress_reporter.c"
