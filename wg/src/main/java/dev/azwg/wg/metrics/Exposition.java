package dev.azwg.wg.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Families of samples, encoded in Prometheus' text format 0.0.4. Not for use by several threads.
 */
public final class Exposition {
  /** What HTTP says of the encoded text. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  /**
   * One value of a family.
   *
   * @param labels names and values in turn
   */
  public record Sample(double value, List<String> labels) {
    public Sample {
      labels = List.copyOf(labels);
    }

    /** A sample with labels, given as names and values in turn. */
    public static Sample of(double value, String... labels) {
      return new Sample(value, List.of(labels));
    }

    private Labels prometheusLabels() {
      return Labels.of(labels.toArray(String[]::new));
    }
  }

  private final MetricSnapshots.Builder families = MetricSnapshots.builder();

  /** Adds what goes up and down. */
  public void gauge(String name, String help, List<Sample> samples) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
    for (Sample sample : samples) {
      family.dataPoint(
          GaugeDataPointSnapshot.builder()
              .value(sample.value())
              .labels(sample.prometheusLabels())
              .build());
    }
    families.metricSnapshot(family.build());
  }

  /** The same with one value and no labels. */
  public void gauge(String name, String help, double value) {
    gauge(name, help, List.of(Sample.of(value)));
  }

  /**
   * Adds what only goes up.
   *
   * @param name without {@code _total}, which the encoding adds
   */
  public void counter(String name, String help, List<Sample> samples) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
    for (Sample sample : samples) {
      family.dataPoint(
          CounterDataPointSnapshot.builder()
              .value(sample.value())
              .labels(sample.prometheusLabels())
              .build());
    }
    families.metricSnapshot(family.build());
  }

  /** The same with one value and no labels. */
  public void counter(String name, String help, double value) {
    counter(name, help, List.of(Sample.of(value)));
  }

  /** Adds what has a name that its type would not allow: a counter without {@code _total}. */
  public void untyped(String name, String help, List<Sample> samples) {
    UnknownSnapshot.Builder family = UnknownSnapshot.builder().name(name).help(help);
    for (Sample sample : samples) {
      family.dataPoint(
          UnknownDataPointSnapshot.builder()
              .value(sample.value())
              .labels(sample.prometheusLabels())
              .build());
    }
    families.metricSnapshot(family.build());
  }

  /** All families, sorted by name. One without samples is left out. */
  public byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create()
          .write(out, families.build(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written to", e);
    }
    return out.toByteArray();
  }
}
