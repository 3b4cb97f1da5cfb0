// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import dev.quern.Quern;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of SPEC.md as it is packaged with the API. */
record Contract(List<Clause> clauses) {
  static final String RESOURCE = "META-INF/SPEC.md";

  private static final Pattern LINE =
      Pattern.compile("^- \\*\\*([A-Z][0-9]+)\\*\\*((?: \\[[A-Za-z]+])*)(.*)$", Pattern.MULTILINE);
  private static final Pattern MARK = Pattern.compile("\\[([A-Za-z]+)]");
  private static final Set<String> MARKS = Set.of("B", "P", "later");

  /** One rule: its number, its marks, how its text begins. */
  record Clause(String number, Set<String> marks, String text) {
    /** Whether no test is owed: something else proves it, or it comes later. */
    boolean exempt() {
      return !marks.isEmpty();
    }

    boolean later() {
      return marks.contains("later");
    }
  }

  static Contract packaged() throws IOException {
    try (InputStream in = Quern.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException("the API carries no " + RESOURCE);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  static Contract parse(String text) {
    return new Contract(LINE.matcher(text).results().map(hit -> clause(hit.group())).toList());
  }

  private static Clause clause(String line) {
    Matcher rule = LINE.matcher(line);
    if (!rule.matches()) {
      throw new IllegalStateException(line);
    }
    Set<String> marks = new TreeSet<>();
    MARK.matcher(rule.group(2)).results().forEach(mark -> marks.add(mark.group(1)));
    if (!MARKS.containsAll(marks)) {
      throw new IllegalArgumentException("unknown mark in: " + line);
    }
    return new Clause(rule.group(1), marks, rule.group(3).strip());
  }

  Optional<Clause> clause(Object number) {
    return clauses.stream().filter(clause -> clause.number.equals(number)).findFirst();
  }
}
