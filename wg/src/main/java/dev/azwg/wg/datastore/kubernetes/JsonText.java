package dev.azwg.wg.datastore.kubernetes;

import java.io.Serializable;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * A JSON value as text, for parts of an object that the Kubernetes client passes through unread.
 *
 * @param text one JSON value
 */
record JsonText(String text) implements Serializable {
  byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What teaches the client to pass such values through. */
  static SimpleModule module() {
    return new SimpleModule("json-text")
        .addDeserializer(JsonText.class, new Reader())
        .addSerializer(JsonText.class, new Writer());
  }

  private static final class Reader extends ValueDeserializer<JsonText> {
    @Override
    public JsonText deserialize(JsonParser parser, DeserializationContext context) {
      StringWriter text = new StringWriter();
      try (JsonGenerator copy =
          context.tokenStreamFactory().createGenerator(ObjectWriteContext.empty(), text)) {
        copy.copyCurrentStructure(parser);
      }
      return new JsonText(text.toString());
    }
  }

  private static final class Writer extends ValueSerializer<JsonText> {
    @Override
    public void serialize(JsonText value, JsonGenerator generator, SerializationContext context) {
      generator.writeRawValue(value.text());
    }
  }
}
