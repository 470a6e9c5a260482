package dev.azwg.wg.watcher;

import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.netlink.libc.Libc;
import dev.azwg.netlink.route.RouteNetlink;
import dev.azwg.wg.host.PodLinks;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Has the links of pods follow the tunnel's MTU. A thread of its own: visiting the namespaces of
 * many pods takes time, and a pass that an ADD waits for must not. Each attachment is visited once
 * for each MTU.
 */
final class PodMtuThread implements AutoCloseable {
  /** How many past MTUs are known as given by azwg; an underlay has one or two. */
  private static final int REMEMBERED = 8;

  private record Wanted(int mtu, List<Attachment> attachments) {}

  private record Visit(Instant createdAt, int mtu) {}

  private final RouteNetlink netlink;
  private final PodLinks links;
  private final Log log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Integer> given = new ArrayDeque<>();
  private final Map<AttachmentKey, Visit> visited = new HashMap<>();
  private @Nullable Wanted next;
  private boolean closing;

  private PodMtuThread(RouteNetlink netlink, PodLinks links, Log log) {
    this.netlink = netlink;
    this.links = links;
    this.log = log;
  }

  /** Starts the thread, with a netlink socket of its own. */
  static PodMtuThread start(Libc libc, Log log) throws IOException {
    RouteNetlink netlink = RouteNetlink.open(libc);
    PodMtuThread thread = new PodMtuThread(netlink, new PodLinks(libc, netlink), log);
    Thread.ofPlatform().daemon().name("pod mtu").start(thread::run);
    return thread;
  }

  /**
   * Says what the links should have; returns at once, and replaces what was said before.
   *
   * @param published what the plugin has been giving to links so far; null if nothing is known
   */
  void follow(int mtu, @Nullable Integer published, List<Attachment> attachments) {
    lock.lock();
    try {
      remember(published);
      remember(mtu);
      next = new Wanted(mtu, attachments);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void remember(@Nullable Integer mtu) {
    if (mtu != null && !given.contains(mtu)) {
      given.addLast(mtu);
      if (given.size() > REMEMBERED) {
        given.removeFirst();
      }
    }
  }

  /** Ends the thread after the visit it is at. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try (netlink) {
      for (Wanted wanted = take(); wanted != null; wanted = take()) {
        visit(wanted);
      }
    }
  }

  private @Nullable Wanted take() {
    lock.lock();
    try {
      while (next == null && !closing) {
        changed.awaitUninterruptibly();
      }
      Wanted taken = closing ? null : next;
      next = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private List<Integer> given() {
    lock.lock();
    try {
      return List.copyOf(given);
    } finally {
      lock.unlock();
    }
  }

  private boolean superseded() {
    lock.lock();
    try {
      return next != null || closing;
    } finally {
      lock.unlock();
    }
  }

  private void visit(Wanted wanted) {
    List<Integer> before = given();
    int count = 0;
    Set<AttachmentKey> present = new HashSet<>();
    for (Attachment attachment : wanted.attachments()) {
      present.add(attachment.key());
      Visit visit = new Visit(attachment.createdAt(), wanted.mtu());
      if (!visit.equals(visited.get(attachment.key()))) {
        if (superseded()) {
          // What is said now covers it.
          return;
        }
        count += bring(attachment, visit, before) ? 1 : 0;
      }
    }
    visited.keySet().retainAll(present);
    if (count > 0) {
      log.info("MTU of pod links changed", "mtu", wanted.mtu(), "links", count);
    }
  }

  private boolean bring(Attachment attachment, Visit visit, List<Integer> before) {
    try {
      boolean done = links.bringTo(attachment, visit.mtu(), before);
      visited.put(attachment.key(), visit);
      return done;
    } catch (IOException | RuntimeException e) {
      // It is tried again with the next pass; a mistake with one pod must not end all others.
      log.warn(
          "MTU of a pod's link cannot be changed",
          "container",
          attachment.key().containerId(),
          "error",
          e.getMessage());
      return false;
    }
  }
}
