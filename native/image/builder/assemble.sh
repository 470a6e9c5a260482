#!/usr/bin/env bash
# Puts the parts together in the layout of a GraalVM home.
# usage: assemble.sh WORK_DIR OUT_DIR   (WORK_DIR holds jars, static, shim, source)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
. "$here/common.sh"
work=$1
out=$2
svm_version=$(basename "$work"/jars/compiler-*.jar .jar)
svm_version=${svm_version#compiler-}

# The builder derives java.home from the real path of libjvm.so, so links to the JDK's directories would not do. Hard
# links cost nothing; where the JDK is on another file system (or not ours) it is copied. What is added below are new
# files: a linked file is the JDK's own and must never be written to.
copy_jdk() {
  rm -rf "$out"
  cp -al "$JDK" "$out" 2> /dev/null || { rm -rf "$out"; cp -a "$JDK" "$out"; }
  rm -rf "$out/lib/svm" "$out/lib/static" "$out/lib/jvmci" "$out/bin/native-image"
}

install_builder() {
  mkdir -p "$out/lib/svm/builder/lib" "$out/lib/jvmci"
  cp "$work"/jars/*.jar "$out/lib/svm/builder/"
  mv "$out/lib/svm/builder/compiler-$svm_version.jar" "$out/lib/jvmci/graal.jar"
  cp "$work/shim/libreporterchelper.so" "$out/lib/svm/builder/lib/"
}

install_libraries() {
  local platform=$out/lib/svm/clibraries/linux-amd64 static=$out/lib/static/linux-amd64/glibc
  mkdir -p "$platform/glibc" "$static"
  cp "$work"/static/*.a "$static/"
  cp "$work"/shim/lib{libchelper,jvm}.a "$platform/glibc/"
  cp -r "$work/shim/include" "$platform/"
  # zlib of the system, linked statically: the executable then needs nothing but the C library.
  cp "$(gcc -print-file-name=libz.a)" "$platform/glibc/"
}

install_launcher() {
  local classes=$work/launcher
  rm -rf "$classes"
  # Without package-info.java, whose annotation is for the checks of the Maven build only.
  find "$here/launcher/src/main/java" -name '*.java' ! -name package-info.java -print0 |
    xargs -0 "$JDK/bin/javac" --release 25 -d "$classes"
  "$JDK/bin/jar" --create --file "$out/lib/svm/launcher.jar" --main-class dev.azwg.image.builder.NativeImage -C "$classes" .
  cat > "$out/bin/native-image" <<LAUNCHER
#!/bin/sh
home=\$(cd "\$(dirname "\$(readlink -f "\$0")")/.." && pwd)
exec "\$home/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dazwg.svm.version=$svm_version \\
  -jar "\$home/lib/svm/launcher.jar" "\$@"
LAUNCHER
  chmod +x "$out/bin/native-image"
}

copy_jdk
install_builder
install_libraries
install_launcher
{
  echo "svm $svm_version"
  echo "jdk $(jdk_version "$JDK") ($(release_value "$JDK" IMPLEMENTOR_VERSION))"
  echo "openjdk source $(cat "$work/source/provenance.txt")"
  echo "$(gcc --version | head -1), $(ldd --version 2>&1 | head -1)"
} > "$out/azwg-builder.txt"
