package dev.azwg.cnitest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Shell scripts that play plugins. */
final class FakePlugins {
  private FakePlugins() {}

  /** Writes an executable script. */
  static Path script(Path directory, String type, String body) throws IOException {
    Path file = directory.resolve(type);
    Files.writeString(file, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /**
   * A plugin that notes what it was called with in a journal, and prints a result that names it.
   */
  static Path recorder(Path directory, String type, Path journal) throws IOException {
    return script(
        directory,
        type,
        """
        echo "%1$s $CNI_COMMAND $(cat)" >> %2$s
        if [ "$CNI_COMMAND" = ADD ]; then echo '{"cniVersion":"0.3.0","by":"%1$s"}'; fi
        """
            .replace("%1$s", type)
            .replace("%2$s", journal.toString()));
  }
}
