package dev.azwg.netlink.libc;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.azwg.netlink.libc.contract.LibcContract;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

final class JnaLibcTest {
  @TestFactory
  Stream<DynamicTest> keepsTheContract(@TempDir Path directory) {
    return new LibcContract(new JnaLibc(), directory)
        .checks().stream().map(check -> dynamicTest(check.name(), check.body()::run));
  }
}
