package dev.azwg.plugin.command;

import com.google.gson.JsonObject;
import dev.azwg.ipam.address.IpPrefix;
import dev.azwg.ipam.ledger.Attachment;
import dev.azwg.ipam.ledger.AttachmentKey;
import dev.azwg.ipam.ledger.LedgerException;
import dev.azwg.ipam.ledger.LinkMtus;
import dev.azwg.ipam.ledger.PodIdentity;
import dev.azwg.ipam.watcher.NodeFacts;
import dev.azwg.ipam.watcher.PublishOutcome;
import dev.azwg.ipam.watcher.WatcherClient;
import dev.azwg.netlink.NetlinkException;
import dev.azwg.plugin.config.Mode;
import dev.azwg.plugin.node.MtuChange;
import dev.azwg.plugin.result.PreviousResult;
import dev.azwg.plugin.spec.CniArgs;
import dev.azwg.plugin.spec.CniException;
import dev.azwg.plugin.spec.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * ADD: claims the pod's addresses for this node and passes {@code prevResult} on.
 *
 * <p>The order is: the MTU, because a failure there has nothing else to undo; then the attachment
 * file and the routes, which are the claim and must be there before success is told; then the
 * watcher, which may take its time; then the result. A step that fails undoes those before it.
 */
public final class AddCommand {
  private static final Duration LOCK_BOUND = Duration.ofSeconds(5);

  private final Call call;
  private final AttachmentKey key;

  private AddCommand(Call call) {
    this.call = call;
    this.key = call.invocation().key();
  }

  /**
   * Runs the command.
   *
   * @param output where the result goes
   * @throws CniException if it failed; then nothing of it remains
   */
  public static void run(Call call, ResultOutput output) throws CniException {
    PreviousResult previous = PreviousResult.of(call.network());
    List<IpPrefix> addresses = PodAddressReader.read(previous, call);
    JsonObject result = previous.in(call.network().version());
    new AddCommand(call).run(addresses, result, output);
  }

  private void run(List<IpPrefix> addresses, JsonObject result, ResultOutput output)
      throws CniException {
    if (addresses.isEmpty()) {
      call.journal().info("the pod has no address for the tunnel");
      forgetEarlier();
      output.print(result);
      return;
    }
    MtuChange mtu = lowerMtu();
    Attachment attachment = attachment(addresses, mtu);
    try {
      attach(attachment);
    } catch (CniException e) {
      restore(mtu);
      throw e;
    }
    try {
      publish();
      output.print(result);
    } catch (CniException e) {
      undo(attachment);
      restore(mtu);
      throw e;
    }
    call.journal().info("claimed " + addresses);
  }

  private MtuChange lowerMtu() throws CniException {
    String netns = call.invocation().netns();
    String ifName = call.invocation().ifName();
    OptionalInt mtu = WantedMtu.of(call);
    if (mtu.isEmpty()) {
      return WantedMtu.follows(call) ? look(netns, ifName) : MtuChange.none(netns, ifName);
    }
    try {
      return call.kernel().lowerPodMtu(netns, ifName, mtu.getAsInt());
    } catch (IOException e) {
      throw failed(e, "cannot set the MTU of the pod's link");
    }
  }

  /** What the link has, for when the watcher knows what it should have. */
  private MtuChange look(String netns, String ifName) {
    try {
      return call.kernel().lowerPodMtu(netns, ifName, NodeFacts.MAX_MTU);
    } catch (IOException e) {
      call.journal().info("the MTU of the pod's link is not known: " + e.getMessage());
      return MtuChange.none(netns, ifName);
    }
  }

  private Attachment attachment(List<IpPrefix> addresses, MtuChange mtu) {
    return new Attachment(
        key,
        call.invocation().netns(),
        call.network().name(),
        addresses,
        pod(call.invocation().args()),
        WantedMtu.follows(call) ? mtu.found().map(this::beforeAnyAdd) : Optional.empty(),
        Instant.now());
  }

  /** An earlier ADD of the same attachment may have lowered the link. */
  private LinkMtus beforeAnyAdd(LinkMtus found) {
    try {
      return call.attachments()
          .find(key)
          .filter(earlier -> earlier.netns().equals(call.invocation().netns()))
          .flatMap(Attachment::linkMtus)
          .map(found::atLeast)
          .orElse(found);
    } catch (LedgerException unreadable) {
      return found;
    }
  }

  private static Optional<PodIdentity> pod(CniArgs args) {
    Optional<String> namespace = args.get("K8S_POD_NAMESPACE");
    Optional<String> name = args.get("K8S_POD_NAME");
    return namespace.isPresent() && name.isPresent()
        ? Optional.of(
            new PodIdentity(namespace.get(), name.get(), args.get("K8S_POD_UID").orElse("")))
        : Optional.empty();
  }

  private void attach(Attachment attachment) throws CniException {
    boolean attached;
    try {
      attached = call.attachments().attach(attachment, call.begin(), LOCK_BOUND);
    } catch (IOException e) {
      throw failed(e, "cannot record the attachment");
    }
    if (!attached) {
      throw new CniException(
          ErrorCode.DELETED_MEANWHILE, "the attachment was deleted while it was added", "");
    }
  }

  private void publish() throws CniException {
    PublishOutcome outcome =
        new WatcherClient(call.config().stateDir()).changed(key, call.config().publishTimeout());
    String reason =
        switch (outcome) {
          case PublishOutcome.Published _ -> "";
          case PublishOutcome.NotPublished not -> not.reason();
          case PublishOutcome.Unreachable not -> not.reason();
        };
    if (outcome instanceof PublishOutcome.Published) {
      return;
    }
    if (call.config().mode() == Mode.STRICT) {
      throw new CniException(
          ErrorCode.TRY_AGAIN_LATER, "the pod's addresses are not published yet", reason);
    }
    // The watcher finds the attachment file as soon as it can.
    call.journal().warning("not published yet: " + reason);
  }

  /** An earlier ADD of the same attachment may have claimed addresses that it no longer has. */
  private void forgetEarlier() throws CniException {
    try {
      if (call.attachments().find(key).isPresent()) {
        call.attachments().detach(key, LOCK_BOUND);
      }
    } catch (IOException e) {
      throw failed(e, "cannot withdraw what the attachment had before");
    }
  }

  private void undo(Attachment attachment) {
    try {
      call.attachments().undo(attachment, LOCK_BOUND);
    } catch (IOException e) {
      call.journal().error("cannot undo, the DEL that follows will: " + e.getMessage());
    }
  }

  private void restore(MtuChange mtu) {
    try {
      call.kernel().restorePodMtu(mtu);
    } catch (IOException e) {
      call.journal().warning("cannot put the MTU back: " + e.getMessage());
    }
  }

  private static CniException failed(IOException e, String msg) {
    ErrorCode code =
        e instanceof NetlinkException ? ErrorCode.KERNEL_REFUSED : ErrorCode.IO_FAILURE;
    return new CniException(code, msg, String.valueOf(e.getMessage()), e);
  }
}
