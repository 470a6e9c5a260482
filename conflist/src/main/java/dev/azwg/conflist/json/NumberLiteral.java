package dev.azwg.conflist.json;

/**
 * A number as it was spelled, so that {@code 1.0}, {@code 1e3} and integers beyond 64 bits leave as
 * they came. Equal to another literal of the same spelling only.
 */
final class NumberLiteral extends Number {
  private static final long serialVersionUID = 1L;

  private final String text;

  NumberLiteral(String text) {
    this.text = text;
  }

  @Override
  public int intValue() {
    return (int) longValue();
  }

  @Override
  public long longValue() {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notAnInteger) {
      // By way of double: an exponent such as 1e999999999 must not be expanded into digits.
      return (long) doubleValue();
    }
  }

  @Override
  public float floatValue() {
    return Float.parseFloat(text);
  }

  @Override
  public double doubleValue() {
    return Double.parseDouble(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberLiteral literal && literal.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The number as it was spelled. */
  @Override
  public String toString() {
    return text;
  }
}
