package dev.azwg.wg.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.azwg.wg.metrics.Exposition.Sample;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  @Test
  void familiesAreSortedAndNamedByTheirType() {
    Exposition metrics = new Exposition();
    metrics.untyped("wireguard_bytes_sent", "Sent.", List.of(Sample.of(7, "peer_key", "k=")));
    metrics.counter("azwg_passes", "Passes.", 3);
    metrics.gauge(
        "azwg_nodes", "Nodes.", List.of(Sample.of(1, "path", "a"), Sample.of(2.5, "path", "b")));
    metrics.gauge("azwg_nothing", "Without samples.", List.of());
    assertEquals(
        """
        # HELP azwg_nodes Nodes.
        # TYPE azwg_nodes gauge
        azwg_nodes{path="a"} 1.0
        azwg_nodes{path="b"} 2.5
        # HELP azwg_passes_total Passes.
        # TYPE azwg_passes_total counter
        azwg_passes_total 3.0
        # HELP wireguard_bytes_sent Sent.
        # TYPE wireguard_bytes_sent untyped
        wireguard_bytes_sent{peer_key="k="} 7.0
        """,
        new String(metrics.encode(), StandardCharsets.UTF_8));
  }

  @Test
  void whatAnotherNodeWroteCannotForgeALine() {
    Exposition metrics = new Exposition();
    metrics.gauge("azwg_x", "X.", List.of(Sample.of(1, "node", "a\"} 1\nforged 2\\")));
    assertEquals(
        """
        # HELP azwg_x X.
        # TYPE azwg_x gauge
        azwg_x{node="a\\"} 1\\nforged 2\\\\"} 1.0
        """,
        new String(metrics.encode(), StandardCharsets.UTF_8));
  }
}
