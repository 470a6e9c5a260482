#!/usr/bin/env bash
# Makes DIR/lib, Helm itself as a library for Java (helm-java of Maven Central, which links Helm's Go code): Debian has no
# Helm. scripts/lib/Helm.java is its command line.
#   helm.sh DIR
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"

readonly VERSION=0.0.21

cd "$1"
use_jdk25
cat >pom.xml <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.azwg.tools</groupId>
  <artifactId>helm</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>com.marcnuri.helm-java</groupId>
      <artifactId>helm-java</artifactId>
      <version>$VERSION</version>
    </dependency>
    <dependency>
      <groupId>com.marcnuri.helm-java</groupId>
      <artifactId>linux-$(dpkg --print-architecture)</artifactId>
      <version>$VERSION</version>
    </dependency>
  </dependencies>
</project>
POM
run_maven -q -f "$PWD/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies "-DoutputDirectory=$PWD/lib"
printf '%s\n' "$VERSION" >VERSION
rm -rf pom.xml target
