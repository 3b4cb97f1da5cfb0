// SPDX-License-Identifier: Apache-2.0
package dev.quern;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public face, held against {@code signatures.txt}, so that it can't change by accident. A
 * change on purpose copies {@code target/signatures.txt} over the golden file and goes into the
 * change log.
 */
class SignaturesTest {
  @Test
  void thePublicSignaturesAreThoseOfTheGoldenFile() throws Exception {
    Path classes = Path.of(Quern.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    StringBuilder actual = new StringBuilder();
    for (Class<?> type : publicTypes(classes)) {
      describe(type, actual);
    }
    Files.writeString(Path.of("target", "signatures.txt"), actual);
    String golden = Files.readString(Path.of("src", "test", "resources", "signatures.txt"));
    assertEquals(golden, actual.toString(), "see target/signatures.txt");
  }

  private static List<Class<?>> publicTypes(Path classes) throws IOException {
    try (Stream<Path> files = Files.list(classes.resolve("dev/quern"))) {
      List<Class<?>> types = new ArrayList<>();
      for (String file : files.map(f -> f.getFileName().toString()).sorted().toList()) {
        Class<?> type = load(file.substring(0, file.lastIndexOf('.')));
        if (Modifier.isPublic(type.getModifiers()) && !type.isAnonymousClass()) {
          types.add(type);
        }
      }
      return types;
    }
  }

  private static Class<?> load(String simpleName) {
    try {
      return Class.forName("dev.quern." + simpleName);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static void describe(Class<?> type, StringBuilder to) {
    to.append(type.toGenericString());
    if (type.getAnnotatedSuperclass() != null) {
      to.append(" extends ").append(text(type.getAnnotatedSuperclass()));
    }
    if (type.getInterfaces().length > 0) {
      to.append(" implements ").append(list(type.getAnnotatedInterfaces()));
    }
    to.append('\n');
    TreeSet<String> members = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers())) {
        members.add(field.toGenericString());
      }
    }
    for (Executable constructor : type.getDeclaredConstructors()) {
      addIfPublic(constructor, "", members);
    }
    for (Method method : type.getDeclaredMethods()) {
      if (!method.isSynthetic()) {
        addIfPublic(method, text(method.getAnnotatedReturnType()) + " ", members);
      }
    }
    members.forEach(member -> to.append("  ").append(member).append('\n'));
  }

  private static void addIfPublic(Executable member, String returns, TreeSet<String> to) {
    if (!Modifier.isPublic(member.getModifiers())) {
      return;
    }
    String variables =
        Arrays.stream(member.getTypeParameters())
            .map(SignaturesTest::variable)
            .collect(Collectors.joining(", "));
    to.add(
        Modifier.toString(member.getModifiers() & ~Modifier.TRANSIENT)
            + (member instanceof Method m && m.isDefault() ? " default " : " ")
            + (variables.isEmpty() ? "" : "<" + variables + "> ")
            + returns
            + member.getName()
            + "("
            + list(member.getAnnotatedParameterTypes())
            + ")"
            + (member.getExceptionTypes().length == 0
                ? ""
                : " throws " + list(member.getAnnotatedExceptionTypes())));
  }

  private static String variable(TypeVariable<?> variable) {
    return variable.getName() + " extends " + list(variable.getAnnotatedBounds());
  }

  private static String list(AnnotatedType[] types) {
    return Arrays.stream(types).map(SignaturesTest::text).collect(Collectors.joining(", "));
  }

  private static String text(AnnotatedType type) {
    return type.toString()
        .replace("@org.jspecify.annotations.Nullable()", "@Nullable")
        .replace("@org.jspecify.annotations.Nullable", "@Nullable");
  }
}
