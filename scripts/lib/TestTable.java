import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Makes a table of what has to be shown, and by which tests it is, from the reports of the tests, whose names say what
 * they show: {@code point7...}, {@code point41And42...}, {@code u41To43...}, {@code u50AndF17...}. Run from source by
 * test.sh: {@code java TestTable.java DEFINITION OUTPUT REPORTS...}.
 *
 * <p>DEFINITION holds the text above the table, each line behind "#", then a line with the names of three columns, then
 * a line for each subject, all separated by tabs: its number, its kind, what it is and, if it is not tested, why not.
 * The number stands in the names of the tests behind its letters, or behind the first column's name if it has none.
 * Prints a PASS, FAIL or SKIP line for each subject; one without a test that passed and without a reason is a FAIL.
 */
final class TestTable {
  private record Test(String name, boolean passed) {}

  /** A row of the definition; {@code untested} is empty if it has to be tested. */
  private record Subject(String key, String number, String kind, String what, String untested) {}

  private final List<String> text;
  private final List<String> columns;
  private final List<Subject> subjects;
  private final Pattern name;
  private final Pattern more;
  private final Map<String, Set<Test>> tests = new TreeMap<>();

  private TestTable(List<String> definition) {
    text =
        definition.stream()
            .takeWhile(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("^# ?", ""))
            .toList();
    columns = List.of(definition.get(text.size()).split("\t"));
    subjects = definition.stream().skip(text.size() + 1L).map(this::subject).toList();
    Set<String> prefixes = new TreeSet<>();
    subjects.forEach(each -> prefixes.add(each.key().replaceFirst("\\d+$", "")));
    String next = prefixes.stream().map(TestTable::capitalized).collect(Collectors.joining("|"));
    more = Pattern.compile("(To|And)(" + next + ")?(\\d+)");
    name = Pattern.compile("(" + String.join("|", prefixes) + ")(\\d+)((?:(?:To|And)(?:" + next + ")?\\d+)*)");
  }

  public static void main(String[] args) throws IOException, ParserConfigurationException, SAXException {
    TestTable table = new TestTable(Files.readAllLines(Path.of(args[0])));
    DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    for (String directory : Arrays.asList(args).subList(2, args.length)) {
      try (var files = Files.list(Path.of(directory))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".xml")).sorted().toList()) {
          table.read(parser.parse(file.toFile()).getElementsByTagName("testcase"));
        }
      }
    }
    Files.writeString(Path.of(args[1]), table.markdown());
    table.subjects.forEach(table::verdict);
  }

  private Subject subject(String line) {
    String[] parts = line.split("\t", -1);
    if (parts.length < 3 || parts.length > 4) {
      throw new IllegalArgumentException("three or four columns: " + line);
    }
    String key = (Character.isDigit(parts[0].charAt(0)) ? columns.getFirst() : "") + parts[0];
    return new Subject(key.toLowerCase(Locale.ROOT), parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : "");
  }

  private static String capitalized(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private void read(NodeList cases) {
    for (int i = 0; i < cases.getLength(); i++) {
      Element each = (Element) cases.item(i);
      boolean passed = true;
      for (String outcome : List.of("failure", "error", "skipped")) {
        passed &= each.getElementsByTagName(outcome).getLength() == 0;
      }
      String type = each.getAttribute("classname");
      String method = each.getAttribute("name").replaceFirst("[({\\[].*", "");
      Test test = new Test(type.substring(type.lastIndexOf('.') + 1) + "." + method, passed);
      for (String key : keys(method)) {
        tests.computeIfAbsent(key, none -> new LinkedHashSet<>()).add(test);
      }
    }
  }

  private List<String> keys(String method) {
    List<String> keys = new ArrayList<>();
    Matcher matcher = name.matcher(method);
    if (matcher.lookingAt()) {
      String prefix = matcher.group(1);
      int last = Integer.parseInt(matcher.group(2));
      keys.add(prefix + last);
      for (Matcher next = more.matcher(matcher.group(3)); next.find(); ) {
        int number = Integer.parseInt(next.group(3));
        if (next.group(2) != null) {
          prefix = next.group(2).toLowerCase(Locale.ROOT);
        }
        for (int each = next.group(1).equals("To") ? last + 1 : number; each <= number; each++) {
          keys.add(prefix + each);
        }
        last = number;
      }
    }
    return keys;
  }

  private Set<Test> tests(Subject subject) {
    return tests.getOrDefault(subject.key(), Set.of());
  }

  private String result(Subject subject) {
    Set<Test> known = tests(subject);
    if (known.isEmpty() && !subject.untested().isEmpty()) {
      return "elsewhere";
    }
    return !known.isEmpty() && known.stream().allMatch(Test::passed) ? "passed" : "NOT SHOWN";
  }

  private void verdict(Subject subject) {
    String about = columns.getFirst() + " " + subject.number() + ": ";
    System.out.println(
        switch (result(subject)) {
          case "passed" -> "PASS " + about + subject.what();
          case "elsewhere" -> "SKIP " + about + subject.untested();
          default -> "FAIL " + about + subject.what();
        });
  }

  private String markdown() {
    StringBuilder markdown = new StringBuilder();
    text.forEach(line -> markdown.append(line).append('\n'));
    markdown.append("\n| ").append(String.join(" | ", columns)).append(" | shown by | result |\n");
    markdown.append("|---|---|---|---|---|\n");
    for (Subject subject : subjects) {
      Set<Test> known = tests(subject);
      String shownBy =
          known.isEmpty()
              ? subject.untested()
              : known.stream().map(each -> "`" + each.name() + "`").collect(Collectors.joining("<br>"));
      markdown.append("| ").append(subject.number()).append(" | ").append(subject.kind()).append(" | ");
      markdown.append(subject.what().replace("|", "\\|")).append(" | ").append(shownBy).append(" | ");
      markdown.append(result(subject)).append(" |\n");
    }
    return markdown.toString();
  }
}
