import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Sums up the XML reports of Maven Surefire in a directory: a line for each test that failed or was skipped, with the
 * reason, then the counts "PASSED FAILED SKIPPED" as the last line. A report that cannot be read, as a killed test JVM
 * leaves one, counts as a failure. Run from source by test.sh: {@code java SurefireReport.java DIR}.
 */
final class SurefireReport {
  private static final int REASON_LENGTH = 300;

  private final DocumentBuilder parser;
  private int passed;
  private int failed;
  private int skipped;

  private SurefireReport(DocumentBuilder parser) {
    this.parser = parser;
  }

  public static void main(String[] args) throws IOException, ParserConfigurationException {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    var parser = factory.newDocumentBuilder();
    parser.setErrorHandler(null);
    var report = new SurefireReport(parser);
    for (Path file : reports(Path.of(args[0]))) {
      report.add(file);
    }
    System.out.println(report.passed + " " + report.failed + " " + report.skipped);
  }

  private static List<Path> reports(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".xml")).sorted().toList();
    }
  }

  private void add(Path file) throws IOException {
    NodeList cases;
    try {
      cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
    } catch (SAXException e) {
      failed++;
      System.out.println("FAILED " + file.getFileName() + ": unreadable report: " + e.getMessage());
      return;
    }
    for (int i = 0; i < cases.getLength(); i++) {
      add((Element) cases.item(i));
    }
  }

  private void add(Element test) {
    String name = test.getAttribute("classname") + "." + test.getAttribute("name");
    for (String outcome : List.of("failure", "error")) {
      if (test.getElementsByTagName(outcome).item(0) instanceof Element problem) {
        failed++;
        System.out.println("FAILED " + name + ": " + reason(problem));
        return;
      }
    }
    if (test.getElementsByTagName("skipped").item(0) instanceof Element reason) {
      skipped++;
      System.out.println("SKIPPED " + name + ": " + reason(reason));
      return;
    }
    passed++;
  }

  private static String reason(Element outcome) {
    String message = outcome.getAttribute("message");
    // A skipped test has its reason in the first line of a stack trace.
    String text =
        message.isEmpty()
            ? outcome.getTextContent().strip().lines().findFirst().orElse("no reason given")
            : message.strip().replaceAll("\\s+", " ");
    return text.length() <= REASON_LENGTH ? text : text.substring(0, REASON_LENGTH) + "...";
  }
}
