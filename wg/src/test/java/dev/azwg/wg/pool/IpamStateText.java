package dev.azwg.wg.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.StringJoiner;

/** Writes the state file of azure-vnet-ipam as that plugin does: beside it, then renamed. */
public final class IpamStateText {
  private IpamStateText() {}

  /** Gives the node these addresses of a subnet. */
  public static void write(Path file, String subnet, String... addresses) throws IOException {
    StringJoiner records = new StringJoiner(",");
    for (String address : addresses) {
      records.add("'" + address + "':{'ID':'','Addr':'" + address + "','InUse':false}");
    }
    String text =
        "{'IPAM':{'Version':'v1','AddressSpaces':{'local':{'Id':'local','Scope':0,'Pools':{'"
            + subnet
            + "':{'Id':'"
            + subnet
            + "','IfName':'eth0','Gateway':'','Addresses':{"
            + records
            + "}}}}}}}";
    Path next = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(next, text.replace('\'', '"'));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
