@NullMarked
package dev.azwg.wg.host.nft;

import org.jspecify.annotations.NullMarked;
