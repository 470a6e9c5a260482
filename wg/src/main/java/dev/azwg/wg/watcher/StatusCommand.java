package dev.azwg.wg.watcher;

import static dev.azwg.wg.watcher.OptionText.option;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.azwg.conflist.json.Dialect;
import dev.azwg.conflist.json.JsonException;
import dev.azwg.conflist.json.StrictJson;
import dev.azwg.ipam.watcher.WatcherCodec;
import dev.azwg.ipam.watcher.WatcherRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code azwg-watcher status}: what the daemon on this node has and does. */
final class StatusCommand {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final PrintStream out;
  private final PrintStream err;

  StatusCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Prints what the daemon on this node has and does. Exit code 0: the last reconciliation"
                + " succeeded; 1: it did not, or no daemon answers.");
    spec.addOption(option("--root", "DIR", "/", "The daemon's --root."));
    spec.addOption(
        OptionSpec.builder("--json")
            .type(boolean.class)
            .arity("0")
            .description("Print the daemon's document as it is.")
            .build());
    spec.addOption(
        OptionSpec.builder("--alive")
            .type(boolean.class)
            .arity("0")
            .description(
                "Print nothing, and exit with 0 if the daemon answers, whether its last"
                    + " reconciliation succeeded or not.")
            .build());
    OptionText.addHelp(spec);
    return spec;
  }

  int execute(ParseResult parsed) {
    OptionText text = new OptionText(parsed);
    Path socket = new StatePaths(text.value("--root", Path::of)).socket();
    try {
      byte[] answer = ask(socket);
      if (!(StrictJson.parse(answer, Dialect.EXACT, WatcherCodec.MAX_STATUS_BYTES)
          instanceof JsonObject document)) {
        throw new IOException("the answer is not an object");
      }
      if (text.given("--alive")) {
        return 0;
      }
      if (text.given("--json")) {
        out.println(document);
      } else {
        print(document);
      }
      return document.has("ready") && document.get("ready").getAsBoolean()
          ? 0
          : CommandLineInterface.EXIT_FAILURE;
    } catch (IOException | JsonException e) {
      err.println("azwg-watcher: no status from " + socket + ": " + e.getMessage());
      return CommandLineInterface.EXIT_FAILURE;
    }
  }

  private static byte[] ask(Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer request = ByteBuffer.wrap(WatcherCodec.encodeRequest(new WatcherRequest.Status()));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      long deadline = System.nanoTime() + DEADLINE.toNanos();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
      while (channel.read(buffer) >= 0) {
        answer.write(buffer.array(), 0, buffer.position());
        buffer.clear();
        if (answer.size() > WatcherCodec.MAX_STATUS_BYTES) {
          throw new IOException(
              "the answer is larger than " + WatcherCodec.MAX_STATUS_BYTES + " bytes");
        }
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
          throw new IOException("no answer within " + DEADLINE.toSeconds() + " s");
        }
        selector.select(millis);
        selector.selectedKeys().clear();
      }
      return answer.toByteArray();
    }
  }

  private void print(JsonObject document) {
    for (String member : document.keySet()) {
      JsonElement value = document.get(member);
      if (value.isJsonPrimitive()) {
        out.println(member + ": " + value.getAsString());
      } else if (value instanceof JsonObject object) {
        out.println(member + ": " + object);
      }
    }
    for (String list : new String[] {"peers", "findings", "rejected"}) {
      if (document.get(list) instanceof JsonArray array && !array.isEmpty()) {
        out.println(list + ":");
        array.forEach(entry -> out.println("  " + entry));
      }
    }
  }
}
