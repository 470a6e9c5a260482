package dev.azwg.plugin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The documents that runtimes send, regular and odd ones, with what is expected of each. */
public final class Documents {
  /**
   * One document.
   *
   * @param file its path under {@code documents/}
   * @param command CNI_COMMAND
   * @param ifName CNI_IFNAME
   * @param code the expected error code; 0 for success
   * @param addresses the addresses to be recorded
   */
  public record Case(String file, String command, String ifName, int code, List<String> addresses) {

    /** The bytes as they are. */
    public byte[] bytes() {
      return read(file);
    }

    /** The bytes with members of our own put first, without touching any other byte. */
    public byte[] bytes(Path stateDir) {
      return withMember(bytes(), "\"stateDir\":\"" + stateDir + "\"");
    }

    @Override
    public String toString() {
      return file + (ifName.equals("eth0") ? "" : " for " + ifName);
    }
  }

  private Documents() {}

  /** Every case. */
  public static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    String table = new String(read("cases.json"), StandardCharsets.UTF_8);
    for (JsonElement element : JsonParser.parseString(table).getAsJsonArray()) {
      JsonObject row = element.getAsJsonObject();
      List<String> addresses = new ArrayList<>();
      if (row.has("addresses")) {
        row.getAsJsonArray("addresses").forEach(address -> addresses.add(address.getAsString()));
      }
      cases.add(
          new Case(
              row.get("file").getAsString(),
              row.get("command").getAsString(),
              row.has("ifName") ? row.get("ifName").getAsString() : "eth0",
              row.get("code").getAsInt(),
              addresses));
    }
    return cases;
  }

  /** Puts a member into an object's text as its first. Other texts stay as they are. */
  public static byte[] withMember(byte[] document, String member) {
    if (document.length == 0 || document[0] != '{') {
      return document;
    }
    boolean empty = document.length > 1 && document[1] == '}';
    byte[] insert = (member + (empty ? "" : ",")).getBytes(StandardCharsets.UTF_8);
    byte[] longer = new byte[document.length + insert.length];
    longer[0] = '{';
    System.arraycopy(insert, 0, longer, 1, insert.length);
    System.arraycopy(document, 1, longer, 1 + insert.length, document.length - 1);
    return longer;
  }

  private static byte[] read(String file) {
    try (InputStream in =
        Objects.requireNonNull(Documents.class.getResourceAsStream("/documents/" + file), file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
