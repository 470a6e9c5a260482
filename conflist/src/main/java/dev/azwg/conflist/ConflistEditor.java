package dev.azwg.conflist;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.ConflistException.Reason;
import dev.azwg.conflist.PluginSpans.Span;
import dev.azwg.conflist.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts our entry at the end of a list, or takes it out. The edit is made in the text: every
 * character outside our own entries stays as it is, with the member order, the indentation and the
 * spelling of numbers that Azure's writer chose; and {@code cniVersion} is never touched. Taking
 * the entry out again gives the list that was there before.
 */
public final class ConflistEditor {
  private ConflistEditor() {}

  /**
   * The list with our entry exactly once, as the last plugin. Members of an entry of ours that is
   * there already and that {@code entry} does not have (set by hand, or by another version of azwg)
   * stay.
   *
   * @return {@code document} itself when it is so already
   * @throws ConflistException if it is not a list, or one that azwg cannot serve
   */
  public static byte[] install(byte[] document, AzwgPluginEntry entry) throws ConflistException {
    NetworkConfigList list = NetworkConfigList.parse(document);
    list.requireServable();
    JsonObject wanted = wanted(list.plugins(), entry);
    if (isInstalled(list.plugins(), wanted)) {
      return document;
    }
    PluginSpans spans = PluginSpans.of(new String(document, StandardCharsets.UTF_8));
    return edit(list, spans, wanted).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Whether {@link #install} would leave the list as it is.
   *
   * @throws ConflistException as install does
   */
  public static boolean isInstalled(byte[] document, AzwgPluginEntry entry)
      throws ConflistException {
    NetworkConfigList list = NetworkConfigList.parse(document);
    list.requireServable();
    return isInstalled(list.plugins(), wanted(list.plugins(), entry));
  }

  /**
   * The list without our entry. Also for a list that azwg cannot serve: it may have changed since.
   *
   * @return {@code document} itself when it has none
   * @throws ConflistException if it is not a list, or would have no plugin left
   */
  public static byte[] remove(byte[] document) throws ConflistException {
    NetworkConfigList list = NetworkConfigList.parse(document);
    int ours = 0;
    for (PluginConfig plugin : list.plugins()) {
      ours += plugin.isOurs() ? 1 : 0;
    }
    if (ours == 0) {
      return document;
    }
    if (ours == list.plugins().size()) {
      throw new ConflistException(Reason.NOT_A_LIST, "no plugin but our own is there", null);
    }
    String text = new String(document, StandardCharsets.UTF_8);
    return edit(list, PluginSpans.of(text), null).getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject wanted(List<PluginConfig> plugins, AzwgPluginEntry entry) {
    JsonObject wanted = new JsonObject();
    for (PluginConfig plugin : plugins) {
      if (plugin.isOurs()) {
        wanted = plugin.json().deepCopy();
      }
    }
    for (Map.Entry<String, JsonElement> member : entry.toJson().entrySet()) {
      wanted.add(member.getKey(), member.getValue());
    }
    return wanted;
  }

  private static boolean isInstalled(List<PluginConfig> plugins, JsonObject wanted) {
    for (int i = 0; i < plugins.size() - 1; i++) {
      if (plugins.get(i).isOurs()) {
        return false;
      }
    }
    return plugins.getLast().json().equals(wanted);
  }

  /** The text without our entries and, if there is one, with the wanted one at the end. */
  private static String edit(
      NetworkConfigList list, PluginSpans spans, @Nullable JsonObject wanted) {
    String text = spans.text();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < list.plugins().size(); i++) {
      if (!list.plugins().get(i).isOurs()) {
        kept.add(i);
      }
    }
    StringBuilder out = new StringBuilder(text.length() + 256);
    out.append(text, 0, spans.elements().getFirst().start());
    String separator = ',' + text.substring(spans.open(), spans.elements().getFirst().start());
    for (int i : kept) {
      Span element = spans.elements().get(i);
      if (i != kept.getFirst()) {
        separator = text.substring(spans.elements().get(i - 1).end(), element.start());
        out.append(separator);
      }
      out.append(text, element.start(), element.end());
    }
    if (wanted != null) {
      Span model = spans.elements().get(kept.getFirst());
      out.append(separator).append(inStyleOf(text.substring(model.start(), model.end()), wanted));
    }
    return out.append(text, spans.elements().getLast().end(), text.length()).toString();
  }

  /** Writes an entry with the line ends and the indentation of another. */
  private static String inStyleOf(String model, JsonObject entry) {
    String first = model.substring(1, PluginSpans.skipSpace(model, 1));
    int lineFeed = first.lastIndexOf('\n');
    if (lineFeed < 0) {
      return JsonText.compact(entry);
    }
    int closing = model.length() - 1;
    int from = closing;
    while (PluginSpans.isSpace(model.charAt(from - 1)) && model.charAt(from - 1) != '\n') {
      from--;
    }
    String indent = model.substring(from, closing);
    String inner = first.substring(lineFeed + 1);
    String unit = inner.startsWith(indent) ? inner.substring(indent.length()) : "  ";
    return JsonText.indented(entry, first.contains("\r\n") ? "\r\n" : "\n", unit, indent);
  }
}
