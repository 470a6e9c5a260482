package dev.azwg.image.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionTableTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--no-fallback | -H:FallbackThreshold@user+api=0",
        "--gc=epsilon | -H:SupportedGCs@user+api=epsilon",
        "-Os | -H:Optimize@user+api=s",
        "-march=compatibility | -H:MicroArchitecture@user+api=compatibility",
        "--link-at-build-time | -H:LinkAtBuildTime@user+api=",
        "--link-at-build-time=a.b | -H:LinkAtBuildTime@user+api=a.b",
        "--initialize-at-build-time=a,b.C"
            + " | -H:ClassInitialization@user+api=a:build_time,b.C:build_time",
        "--initialize-at-run-time=a | -H:ClassInitialization@user+api=a:run_time",
      })
  void documentedOptionsStandForBuilderOptions(String option, String builderOption) {
    assertEquals(Optional.of(builderOption), OptionTable.builderOption(option));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--shared", "--static", "--gc=G1", "--gc", "-march", "-O4", "-jar"})
  void everythingElseIsUnknown(String option) {
    assertEquals(Optional.empty(), OptionTable.builderOption(option));
  }
}
