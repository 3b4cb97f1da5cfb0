// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The Javadoc's side of the contract (rule G10): every operation is documented, and cites rules
 * that exist.
 */
class DocumentationTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "quern");
  private static final Set<String> PRIMITIVES =
      Set.of("Primitive", "Inlet", "Queue", "DaemonQueue", "ThreadPool", "Job", "TaskContext");
  private static final Set<String> ITEMS = Set.of("Task", "WorkQueue", "Work", "Quern");
  private static final Pattern OPERATION =
      Pattern.compile(
          "(?:/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+\\s+)*|\\n  )(?![\\s/*@}])"
              + "[^;{}=/]*?(\\w+)\\([^;{]*[;{]",
          Pattern.DOTALL);
  private static final Pattern CITATION = Pattern.compile("\\b([GQDPTWR]\\d+)\\b");

  @Test
  void everyOperationOfAPrimitiveCitesItsRules() throws Exception {
    List<String> silent = new ArrayList<>();
    int declared = 0;
    int operations = 0;
    for (Path file : sources()) {
      String type = file.getFileName().toString().replace(".java", "");
      if (!PRIMITIVES.contains(type) && !ITEMS.contains(type)) {
        continue;
      }
      declared += Class.forName("dev.quern." + type).getDeclaredMethods().length;
      String source = Files.readString(file);
      Matcher operation = OPERATION.matcher(source.substring(source.indexOf("interface ")));
      while (operation.find()) {
        operations++;
        if (operation.group(1) == null || !CITATION.matcher(operation.group(1)).find()) {
          silent.add(type + "." + operation.group(2));
        }
      }
    }
    assertEquals(declared, operations, "operations seen");
    assertEquals(List.of(), silent);
  }

  @Test
  void everyRuleCitedExists() throws IOException {
    String spec = Files.readString(Path.of("SPEC.md"));
    Set<String> rules = new TreeSet<>();
    Matcher rule = Pattern.compile("(?m)^- \\*\\*([GQDPTWR]\\d+)\\*\\*").matcher(spec);
    while (rule.find()) {
      rules.add(rule.group(1));
    }
    Set<String> unknown = new TreeSet<>();
    for (Path file : sources()) {
      Matcher citation = CITATION.matcher(Files.readString(file));
      while (citation.find()) {
        if (!rules.contains(citation.group(1))) {
          unknown.add(file.getFileName() + ": " + citation.group(1));
        }
      }
    }
    assertTrue(rules.size() > 100, "rules seen: " + rules.size());
    assertEquals(Set.of(), unknown);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files.sorted().collect(Collectors.toList());
    }
  }
}
