/**
 * A black-box test harness for CNI plugins, whoever wrote them.
 *
 * <p>It starts an executable as a container runtime would and looks only at what comes out of it:
 *
 * <ul>
 *   <li>{@link dev.azwg.cnitest.PluginCall}: one execution with an exact environment, exact bytes
 *       on stdin and a deadline;
 *   <li>{@link dev.azwg.cnitest.Chain}: a network configuration list run by the rules of libcni;
 *   <li>{@link dev.azwg.cnitest.Storm}: many calls at a time, with their latencies;
 *   <li>{@link dev.azwg.cnitest.NetworkNamespaces}: a JUnit 5 extension that lends network
 *       namespaces to a test and takes them away again.
 * </ul>
 */
@NullMarked
package dev.azwg.cnitest;

import org.jspecify.annotations.NullMarked;
