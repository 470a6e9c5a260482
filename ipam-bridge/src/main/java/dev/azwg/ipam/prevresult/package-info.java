/** What the plugins before us in the chain decided: from a CNI result to the pod's addresses. */
@NullMarked
package dev.azwg.ipam.prevresult;

import org.jspecify.annotations.NullMarked;
