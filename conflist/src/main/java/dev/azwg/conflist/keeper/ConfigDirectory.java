package dev.azwg.conflist.keeper;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The container runtime's directory of network configurations, read as libcni does it: files whose
 * names end in {@code .conf}, {@code .conflist} or {@code .json}, in the order of their names, of
 * which the runtime takes the first ({@code max_conf_num} is 1 in containerd's configuration on
 * AKS). Names such as {@code 10-azure.conflist.bak} do not end so and are not seen.
 *
 * @param path usually {@code /etc/cni/net.d}
 */
public record ConfigDirectory(Path path) {
  private static final List<String> EXTENSIONS = List.of(".conf", ".conflist", ".json");

  /**
   * All configurations, in the runtime's order.
   *
   * @return empty if the directory does not exist
   * @throws IOException if it cannot be listed
   */
  public List<Path> configurations() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(path, ConfigDirectory::isConfiguration)) {
      entries.forEach(files::add);
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw new IOException(path + " cannot be listed", e);
    }
    files.sort(Comparator.comparing(ConfigDirectory::name));
    return files;
  }

  /** The configuration that the runtime uses. */
  public Optional<Path> chosen() throws IOException {
    return configurations().stream().findFirst();
  }

  /**
   * The files that libcni from 1.3 on merges into a list: {@code NETWORK/*.conf} below the
   * directory. An entry of ours there, besides the one in the list, would have us called twice.
   */
  public List<Path> dropIns(String network) throws IOException {
    return new ConfigDirectory(path.resolve(network))
        .configurations().stream().filter(file -> name(file).endsWith(".conf")).toList();
  }

  private static boolean isConfiguration(Path file) {
    String name = name(file);
    return EXTENSIONS.stream().anyMatch(name::endsWith)
        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
