package dev.azwg.wg.mesh;

/**
 * What planning needs to know of the path to a peer.
 *
 * @param tunnelled whether traffic to the peer goes into the tunnel
 * @param live whether the peer has shaken hands and is heard: nobody takes its node addresses then
 * @param persistentKeepalive seconds between keepalives to it, 0 for none
 */
public record PeerUse(boolean tunnelled, boolean live, int persistentKeepalive) {}
