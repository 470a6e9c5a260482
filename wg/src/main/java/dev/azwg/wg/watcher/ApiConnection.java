package dev.azwg.wg.watcher;

import dev.azwg.ipam.watcher.WatcherCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** One client of the local API: reads one line, then writes one. Used by one thread only. */
final class ApiConnection {
  /** Takes a request that has come in whole. */
  interface Requests {
    void handle(byte[] line, ApiConnection from);
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final long since;
  private final Requests requests;
  private ByteBuffer buffer = ByteBuffer.allocate(512);
  private boolean answering;

  ApiConnection(SocketChannel channel, SelectionKey key, long since, Requests requests) {
    this.channel = channel;
    this.key = key;
    this.since = since;
    this.requests = requests;
  }

  /** When it was accepted, by System.nanoTime. */
  long since() {
    return since;
  }

  void ready() {
    try {
      if (!key.isValid()) {
        drop();
      } else if (answering) {
        write();
      } else {
        read();
      }
    } catch (IOException e) {
      // A client that went away: nobody is left to tell.
      drop();
    }
  }

  void answer(byte[] line) {
    if (!key.isValid()) {
      return;
    }
    buffer = ByteBuffer.wrap(line);
    answering = true;
    ready();
  }

  void drop() {
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is released either way.
    }
  }

  private void read() throws IOException {
    int count = channel.read(buffer);
    if (count < 0) {
      drop();
      return;
    }
    int end = lineEnd();
    if (end >= 0) {
      // Nothing more is read: the answer ends the exchange.
      key.interestOps(0);
      requests.handle(Arrays.copyOf(buffer.array(), end), this);
    } else if (!buffer.hasRemaining()) {
      grow();
    }
  }

  private int lineEnd() {
    for (int i = 0; i < buffer.position(); i++) {
      if (buffer.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void grow() {
    if (buffer.capacity() > WatcherCodec.MAX_LINE_BYTES) {
      drop();
      return;
    }
    ByteBuffer larger =
        ByteBuffer.allocate(Math.min(buffer.capacity() * 4, WatcherCodec.MAX_LINE_BYTES + 1));
    larger.put(buffer.flip());
    buffer = larger;
  }

  private void write() throws IOException {
    channel.write(buffer);
    if (buffer.hasRemaining()) {
      key.interestOps(SelectionKey.OP_WRITE);
    } else {
      drop();
    }
  }
}
