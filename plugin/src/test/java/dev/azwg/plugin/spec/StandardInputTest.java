package dev.azwg.plugin.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class StandardInputTest {
  @Test
  void point10EverythingIsRead() throws CniException {
    byte[] document = new byte[2 << 20];
    assertEquals(document.length, StandardInput.readAll(new ByteArrayInputStream(document)).length);
  }

  @Test
  void point10WhatIsTooLargeIsStillReadToItsEnd() throws IOException {
    InputStream in = new ByteArrayInputStream(new byte[StandardInput.MAX_BYTES + 1]);
    CniException e = assertThrows(CniException.class, () -> StandardInput.readAll(in));
    assertEquals(ErrorCode.DECODING_FAILURE, e.code());
    assertEquals(-1, in.read());
  }

  @Test
  void aStdinThatIsClosedIsAnError() {
    InputStream closed =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("Bad file descriptor");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
          }
        };
    CniException e = assertThrows(CniException.class, () -> StandardInput.readAll(closed));
    assertEquals(ErrorCode.IO_FAILURE, e.code());
  }
}
