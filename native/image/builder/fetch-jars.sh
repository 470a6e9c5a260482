#!/usr/bin/env bash
# Fetches the image builder's modules, all of them transitive dependencies of one artifact, and checks their hashes.
# usage: fetch-jars.sh OUT_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
rm -rf "$out"
mkdir -p "$out"
# MAVEN_OPTS: Maven 3.8's own libraries make JDK 25 print a page of warnings.
JAVA_HOME=$JDK MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" \
  mvn -q -B -ntp --strict-checksums -f "$here/jars/pom.xml" dependency:copy-dependencies -DoutputDirectory="$out"
cd "$out"
sha256sum --quiet --strict --check "$here/jars/SHA256SUMS"
# No more than what was checked.
diff <(printf '%s\n' *.jar) <(awk '{print $2}' "$here/jars/SHA256SUMS" | LC_ALL=C sort)
