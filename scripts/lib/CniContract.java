import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Makes the table of the CNI contract's points from the reports of the black-box tests, whose names say which points
 * they show: {@code point7...}, {@code point41And42...}, {@code point1To4...}. Run from source by test.sh:
 * {@code java CniContract.java POINTS REPORTS OUTPUT}. Prints a PASS or FAIL line for each point; a point without a test
 * that passed is a FAIL, unless POINTS gives in a fourth column the reason why it is not tested here.
 */
final class CniContract {
  private static final Pattern NAME = Pattern.compile("point(\\d+)((?:(?:To|And)\\d+)*)");
  private static final Pattern MORE = Pattern.compile("(To|And)(\\d+)");

  private record Test(String name, boolean passed) {}

  private final SortedMap<Integer, List<Test>> tests = new TreeMap<>();

  public static void main(String[] args)
      throws IOException, ParserConfigurationException, SAXException {
    CniContract contract = new CniContract();
    DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    try (var files = Files.list(Path.of(args[1]))) {
      for (Path file :
          files.filter(each -> each.toString().endsWith(".xml") && each.toString().contains("blackbox")).sorted().toList()) {
        contract.read(parser.parse(file.toFile()).getElementsByTagName("testcase"));
      }
    }
    List<String[]> points = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      points.add(line.split("\t", -1));
    }
    Files.writeString(Path.of(args[2]), contract.table(points));
    points.forEach(contract::verdict);
  }

  private void read(NodeList cases) {
    for (int i = 0; i < cases.getLength(); i++) {
      Element each = (Element) cases.item(i);
      boolean passed = true;
      for (String outcome : List.of("failure", "error", "skipped")) {
        passed &= each.getElementsByTagName(outcome).getLength() == 0;
      }
      String type = each.getAttribute("classname");
      String name = each.getAttribute("name").replaceFirst("[({\\[].*", "");
      Test test = new Test(type.substring(type.lastIndexOf('.') + 1) + "." + name, passed);
      for (int point : points(name)) {
        List<Test> known = tests.computeIfAbsent(point, none -> new ArrayList<>());
        if (!known.contains(test)) {
          known.add(test);
        }
      }
    }
  }

  private static TreeSet<Integer> points(String name) {
    TreeSet<Integer> points = new TreeSet<>();
    Matcher matcher = NAME.matcher(name);
    if (matcher.lookingAt()) {
      int last = Integer.parseInt(matcher.group(1));
      points.add(last);
      for (Matcher more = MORE.matcher(matcher.group(2)); more.find(); ) {
        int next = Integer.parseInt(more.group(2));
        for (int point = more.group(1).equals("To") ? last : next; point <= next; point++) {
          points.add(point);
        }
        last = next;
      }
    }
    return points;
  }

  private boolean shown(int point) {
    List<Test> known = tests.getOrDefault(point, List.of());
    return !known.isEmpty() && known.stream().allMatch(Test::passed);
  }

  private void verdict(String[] point) {
    int number = Integer.parseInt(point[0]);
    if (point.length > 3) {
      System.out.println("SKIP point " + number + ": " + point[3]);
    } else {
      System.out.println((shown(number) ? "PASS" : "FAIL") + " point " + number + ": " + point[2]);
    }
  }

  private String table(List<String[]> points) {
    StringBuilder text = new StringBuilder();
    text.append("# The CNI contract, point by point\n\n");
    text.append("What a chained plugin owes its callers (CNI specification 1.1.0, libcni, containerd), ");
    text.append("and the black-box tests\nof the native executable that show it. ");
    text.append("Made by the stage `cni` of `scripts/test.sh` from the tests' reports.\n\n");
    text.append("| point | about | what | shown by | result |\n|---|---|---|---|---|\n");
    for (String[] point : points) {
      int number = Integer.parseInt(point[0]);
      List<String> names =
          tests.getOrDefault(number, List.of()).stream().map(each -> "`" + each.name() + "`").toList();
      String shownBy = point.length > 3 ? point[3] : String.join("<br>", names);
      String result = point.length > 3 ? "elsewhere" : shown(number) ? "passed" : "NOT SHOWN";
      text.append("| ").append(number).append(" | ").append(point[1]).append(" | ");
      text.append(point[2].replace("|", "\\|")).append(" | ").append(shownBy).append(" | ");
      text.append(result).append(" |\n");
    }
    return text.toString();
  }
}
