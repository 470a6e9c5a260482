package dev.azwg.wg.watcher;

import dev.azwg.wg.host.NapiThreading;
import dev.azwg.wg.host.TunnelDevice;
import dev.azwg.wg.key.PublicKey;
import dev.azwg.wg.mesh.Claim;
import dev.azwg.wg.mesh.DesiredState;
import dev.azwg.wg.mesh.PeerUse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The usual: the tunnel is there, and each peer that is verified is reached through it. */
final class EncryptionOn implements Encryption {
  private final Tunnel tunnel;
  private final PathKeeper paths;
  private final NapiThreading napi;
  private final Log log;
  private boolean napiDone;
  private NapiThreading.Outcome napiOutcome = NapiThreading.Outcome.UNCHANGED;

  EncryptionOn(Tunnel tunnel, PathKeeper paths, NapiThreading napi, Log log) {
    this.tunnel = tunnel;
    this.paths = paths;
    this.napi = napi;
    this.log = log;
  }

  @Override
  public void observe() throws IOException {
    tunnel.observe();
    napiDone = false;
  }

  @Override
  public void observed(boolean published) {
    paths.observed(published);
  }

  @Override
  public void look() throws IOException {
    paths.look();
  }

  @Override
  public Optional<Duration> nextIn() {
    return paths.nextIn();
  }

  @Override
  public boolean needPlanning() {
    return paths.needPlanning();
  }

  @Override
  public PeerUse use(PublicKey key) {
    return paths.use(key);
  }

  @Override
  public DesiredState accept(DesiredState planned, List<Claim> own) {
    paths.planned(planned);
    return planned;
  }

  @Override
  public void converge(DesiredState accepted, Evidence evidence) throws IOException {
    tunnel.converge(accepted, evidence);
    if (!napiDone && !accepted.peers().isEmpty()) {
      napiDone = true;
      setNapi();
    }
  }

  private void setNapi() {
    if (tunnel.backend().equals(Optional.of(TunnelDevice.Backend.KERNEL))) {
      NapiThreading.Outcome outcome = napi.apply();
      if (outcome != NapiThreading.Outcome.UNCHANGED && outcome != napiOutcome) {
        log.info("NAPI threading", "outcome", outcome);
      }
      napiOutcome = outcome;
    }
  }
}
