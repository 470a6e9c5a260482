#!/usr/bin/env bash
# Compiles the JDK's C libraries that an executable may need into static archives, without building the JDK.
# usage: build-static-libs.sh OPENJDK_SOURCE_DIR OUT_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
. "$here/common.sh"
src=$1/src
out=$2
base=$src/java.base

# The JNI headers, from the JDK's own Java sources: a C source that does not fit the JDK then fails to compile.
#
# Only the classes that have natives are compiled: with a whole module on --patch-module javac would compile the module,
# which takes minutes.
make_jni_headers() { # MODULE
  local module=$1
  local natives=$out/java/$module
  mkdir -p "$out/unpacked" "$natives"
  (cd "$out/unpacked" && "$JDK/bin/jar" xf "$JDK/lib/src.zip" "$module")
  (cd "$out/unpacked/$module" && grep -rlE --include='*.java' '^[^*/]*\bnative\b|@Native' . | grep -v '/module-info.java$' |
    tar -cf - -T -) | tar -C "$natives" -xf -
  find "$natives" -name '*.java' > "$out/java/$module.list"
  "$JDK/bin/javac" -proc:none -implicit:none -nowarn -Xlint:none -XDignore.symbol.file=true \
    --patch-module "$module=$natives" -h "$out/jni" -d "$out/classes/$module" @"$out/java/$module.list" 2> "$out/javac.log" ||
    { cat "$out/javac.log"; die "cannot make the JNI headers of $module"; }
}

# Options for gcc, one in a line, in a file: gcc takes @FILE, and no shell needs to see the quotes in it.
#
# STATIC_BUILD and LIBRARY_NAME (added for each library) give a library its own JNI_OnLoad_<name>; the rest is what the
# JDK's make files set. Warnings are off because the code is not ours to fix.
write_common_options() {
  local feature interim update
  IFS=. read -r feature interim update _ <<< "$(release_value "$JDK" JAVA_VERSION).0.0"
  cat << OPTIONS
-std=c11 -O2 -g0 -w -pipe -fPIC -fvisibility=hidden
-ffunction-sections -fdata-sections -fno-strict-aliasing -fno-delete-null-pointer-checks
-DSTATIC_BUILD=1 -D_GNU_SOURCE -D_REENTRANT -D_FILE_OFFSET_BITS=64 -DLINUX -DNDEBUG -DTRIMMED -DPRODUCT
-D_LITTLE_ENDIAN -D_LP64=1 -Damd64 -D_AMD64_ -DARCH=\\"amd64\\" -DARCHPROPNAME=\\"amd64\\"
-DVERSION_FEATURE=$feature -DVERSION_INTERIM=$interim -DVERSION_UPDATE=$update -DVERSION_PATCH=0
-DVERSION_EXTRA1=0 -DVERSION_EXTRA2=0 -DVERSION_EXTRA3=0 -DVERSION_BUILD=0
-DVERSION_STRING=\\"$(jdk_version "$JDK")\\"
-I"$out/jni" -I"$JDK/include" -I"$JDK/include/linux"
-I"$base/share/native/include" -I"$base/unix/native/include"
-I"$src/hotspot/share/include" -I"$src/hotspot/os/posix/include"
OPTIONS
}

# Compiles all C files in the module's native/lib<name> folders (shared, unix and linux) into lib<name>.a.
build() { # NAME MODULE [INCLUDE_DIR...]
  local name=$1 module=$src/$2 objects=$out/objects/$1 level directory
  shift 2
  local sources=()
  for level in share unix linux; do
    directory=$module/$level/native/lib$name
    if [ -d "$directory" ]; then sources+=("$directory"); fi
  done
  mkdir -p "$objects"
  {
    echo "-DLIBRARY_NAME=$name"
    for directory in "$@" "${sources[@]}"; do echo "-I\"$directory\""; done
  } > "$objects/options"
  find "${sources[@]}" -name '*.c' -print0 | LC_ALL=C sort -z > "$objects/sources"
  # shellcheck disable=SC2016 # expanded by the inner shell; 255 makes xargs stop
  xargs -0 -a "$objects/sources" -P "$(nproc)" -n 1 \
    sh -c 'gcc @"$0/common-options" @"$1/options" -c "$2" -o "$1/$(basename "$2" .c).o" || exit 255' "$out" "$objects"
  ar crsD "$out/lib$name.a" "$objects"/*.o
}

rm -rf "$out"
mkdir -p "$out/jni"
write_common_options > "$out/common-options"
make_jni_headers java.base
make_jni_headers jdk.net
java_includes=("$base"/{share,unix,linux}/native/libjava)
net_includes=("$base"/{share,unix}/native/libnet)
build java java.base
build nio java.base "${java_includes[@]}" "${net_includes[@]}" "$base"/share/native/libnio/ch "$base"/unix/native/libnio/{ch,fs}
build net java.base "${java_includes[@]}"
build zip java.base "${java_includes[@]}"
build extnet jdk.net "${java_includes[@]}" "${net_includes[@]}"
ls -l "$out"/*.a
rm -rf "$out"/{unpacked,java,classes,objects}
