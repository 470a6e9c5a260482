package dev.azwg.wg.watcher;

import static dev.azwg.wg.mesh.MeshFixtures.address;
import static dev.azwg.wg.mesh.MeshFixtures.key;
import static dev.azwg.wg.mesh.MeshFixtures.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IncumbentsTest {
  @Test
  void aPeerIsTheNodeThatHasTheAddressItIsAt() {
    assertEquals(
        Map.of(key(2), "victim"),
        Incumbents.of(
            Map.of(key(2), address("10.240.0.5"), key(3), address("10.240.0.9")),
            List.of(
                node("intruder", 2, "10.240.0.6"),
                node("victim", 2, "10.240.0.5"),
                node("moved", 3, "10.240.0.7"),
                node("new", 4, "10.240.0.8"))));
  }
}
