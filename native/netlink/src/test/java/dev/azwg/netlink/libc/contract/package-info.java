/**
 * What every implementation of {@code Libc} has to do, as checks without a test framework: the
 * native smoke image runs the same list that JUnit runs on the JVM.
 */
@NullMarked
package dev.azwg.netlink.libc.contract;

import org.jspecify.annotations.NullMarked;
