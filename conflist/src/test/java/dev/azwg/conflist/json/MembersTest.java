package dev.azwg.conflist.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MembersTest {
  @Test
  void findsTheLastMemberInAnyCase() throws JsonException {
    JsonObject object = object("{\"ips\":1,\"IPs\":2,\"Ips\":null}");
    assertEquals(2L, Members.integer(Members.find(object, "ips")));
    assertNull(Members.find(object, "ip"));
  }

  @Test
  void convertsNothing() throws JsonException {
    JsonObject object =
        object("{\"s\":\"1\",\"i\":-7,\"f\":1.0,\"e\":1e3,\"h\":99999999999999999999,\"b\":true}");
    assertEquals("1", Members.string(object.get("s")));
    assertNull(Members.integer(object.get("s")));
    assertEquals(-7L, Members.integer(object.get("i")));
    assertNull(Members.string(object.get("i")));
    assertNull(Members.integer(object.get("f")));
    assertNull(Members.integer(object.get("e")));
    assertNull(Members.integer(object.get("h")));
    assertEquals(true, Members.bool(object.get("b")));
    assertNull(Members.bool(object.get("s")));
    assertNull(Members.string(null));
  }

  private static JsonObject object(String text) throws JsonException {
    return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), Dialect.GO).getAsJsonObject();
  }
}
