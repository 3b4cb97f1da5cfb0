// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.OpenOptions;
import dev.quern.Quern;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Every code block of the documents holds: Java compiles, or stands word for word in the program it
 * is said to be from; properties open a runtime; XML names artifacts that this build makes;
 * commands name files that exist.
 */
class DocumentsTest {
  private static final Path TOP = Path.of("..");
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?:<!-- from (\\S+) -->\\n)?^```(\\w*)\\n(.*?)^```$",
          Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir Path target;

  @TestFactory
  List<DynamicTest> everyBlockHolds() throws Exception {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> top = Files.list(TOP);
        Stream<Path> docs = Files.list(TOP.resolve("docs"))) {
      Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .forEach(documents::add);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents) {
      Matcher block = BLOCK.matcher(Files.readString(document));
      while (block.find()) {
        String from = block.group(1);
        String language = block.group(2);
        String text = block.group(3);
        String name = document.getFileName() + ": " + text.lines().findFirst().orElse("");
        tests.add(DynamicTest.dynamicTest(name, () -> check(from, language, text)));
      }
    }
    assertTrue(tests.size() > 10, "blocks: " + tests.size());
    return tests;
  }

  private void check(String from, String language, String text) throws Exception {
    switch (language) {
      case "java" -> {
        if (from != null) {
          quoted(from, text);
        } else {
          compile(text);
        }
      }
      case "properties" -> open(text);
      case "xml" -> artifacts(text);
      case "bash" -> commands(text);
      default -> throw new AssertionError("no check for a block of \"" + language + '"');
    }
  }

  private static void quoted(String from, String text) throws Exception {
    try (Stream<Path> sources = Files.walk(TOP)) {
      Path source =
          sources
              .filter(file -> file.endsWith(from) && !file.toString().contains("target"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no file " + from));
      String program = Files.readString(source);
      assertTrue(squeeze(program).contains(squeeze(text)), "not in " + source);
    }
  }

  private static String squeeze(String text) {
    return text.replaceAll("\\s+", "");
  }

  private void compile(String text) {
    boolean whole = text.contains("class ");
    String name = whole ? text.replaceFirst("(?s).*?class (\\w+).*", "$1") : "Fragment";
    String source =
        whole
            ? text
            : "import dev.quern.*; import java.time.*; import java.util.*;\n"
                + "class Fragment { void run() throws Exception {\n"
                + text
                + "}}";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    boolean compiles =
        compiler
            .getTask(
                errors,
                null,
                null,
                List.of("-d", target.toString(), "-cp", System.getProperty("java.class.path")),
                null,
                List.of(new Source(name, source)))
            .call();
    assertTrue(compiles, () -> errors + source);
  }

  private static void open(String text) throws Exception {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    OpenOptions options = OpenOptions.NONE;
    for (String key : properties.stringPropertyNames()) {
      options = options.set(key, properties.getProperty(key));
    }
    Quern.open(options).close();
  }

  private static void artifacts(String text) throws Exception {
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader("<block>" + text + "</block>")))
            .getElementsByTagName("dependency");
    String parent = Files.readString(TOP.resolve("pom.xml"));
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      if (text(dependency, "groupId").equals("dev.quern")) {
        String artifact = "<artifactId>" + text(dependency, "artifactId") + "</artifactId>";
        assertTrue(parent.contains(artifact), artifact);
      }
    }
  }

  private static String text(Element element, String tag) {
    return element.getElementsByTagName(tag).item(0).getTextContent();
  }

  private static void commands(String text) {
    List<String> missing =
        text.lines()
            .map(line -> line.strip().split("\\s")[0])
            .filter(word -> word.startsWith("./") && !Files.isExecutable(TOP.resolve(word)))
            .toList();
    assertEquals(List.of(), missing);
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
