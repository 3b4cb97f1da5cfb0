// SPDX-License-Identifier: Apache-2.0
package dev.quern.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.Configuration.consideringOnlyDependenciesInAnyPackage;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.adhereToPlantUmlDiagram;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.quern.spi.Provider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walls of the house, held to the drawing in docs. */
class ArchitectureTest {
  private static final Path DRAWING = Path.of("..", "docs", "architecture.puml");
  private static final String[] OURS = {
    "dev.quern",
    "dev.quern.spi..",
    "dev.quern.locked..",
    "dev.quern.lockfree..",
    "dev.quern.config.."
  };
  private static final String[] WITHOUT_LIBRARIES = {
    "dev.quern", "dev.quern.spi..", "dev.quern.locked..", "dev.quern.lockfree.."
  };
  private static final String[] IMPLS = {"dev.quern.locked..", "dev.quern.lockfree.."};

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.quern");

  @Test
  void theClassesLookedAtAreThere() {
    for (String part : List.of("dev.quern.Quern", "dev.quern.config.Runtimes")) {
      assertTrue(ALL.contain(part), part);
    }
    assertTrue(ALL.contain("dev.quern.locked.LockedProvider"));
    assertTrue(ALL.contain("dev.quern.lockfree.LockfreeProvider"));
    assertTrue(ALL.contain("dev.quern.spi.Provider"));
  }

  @Test
  void theArrowsAreThoseOfTheDrawing() throws Exception {
    classes()
        .should(
            adhereToPlantUmlDiagram(
                DRAWING.toUri().toURL(), consideringOnlyDependenciesInAnyPackage("dev.quern..")))
        .check(ALL);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.(**)").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void onlyConfigKnowsItsLibraries() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.quern.config..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dagger..", "jakarta.inject..", "javax.inject..", "org.apache.commons..")
        .check(ALL);
  }

  /** It is optional, and is not even on this class path. */
  @Test
  void nobodyKnowsTheModuleThatBindsThreads() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.quern.affinity..", "net.openhft..", "org.slf4j..")
        .check(ALL);
  }

  @Test
  void apiSpiAndProvidersUseTheJdkAlone() {
    classes()
        .that()
        .resideInAnyPackage(WITHOUT_LIBRARIES)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            Stream.concat(Stream.of(WITHOUT_LIBRARIES), Stream.of("java..", "org.jspecify.."))
                .toArray(String[]::new))
        .check(ALL);
  }

  @Test
  void onlyTheProviderOfAnImplementationIsPublic() {
    classes()
        .that()
        .resideInAnyPackage(IMPLS)
        .and()
        .areNotAssignableTo(Provider.class)
        .and()
        .areTopLevelClasses()
        .should()
        .bePackagePrivate()
        .check(ALL);
    classes()
        .that()
        .resideInAnyPackage(IMPLS)
        .and()
        .areAssignableTo(Provider.class)
        .should()
        .bePublic()
        .check(ALL);
  }

  @Test
  @Rule({"G8", "G12"})
  void nothingIsSynchronizedOrForcedOpen() {
    methods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(OURS)
        .should()
        .notHaveModifier(JavaModifier.SYNCHRONIZED)
        .check(ALL);
    noClasses()
        .that()
        .resideInAnyPackage(OURS)
        .should()
        .callMethod(Object.class, "wait")
        .orShould()
        .callMethod(Object.class, "wait", long.class)
        .orShould()
        .callMethod(Object.class, "wait", long.class, int.class)
        .orShould()
        .callMethod(Object.class, "notify")
        .orShould()
        .callMethod(Object.class, "notifyAll")
        .check(ALL);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("sun..", "jdk.internal..", "com.sun..")
        .check(ALL);
    noClasses()
        .that()
        .resideInAnyPackage(OURS)
        .should()
        .callMethodWhere(target(nameMatching("setAccessible|trySetAccessible")))
        .check(ALL);
  }

  /** Blocks leave no trace but in the code, which javap shows. */
  @Test
  @Rule("G8")
  void thereIsNoSynchronizedBlock() {
    String[] arguments =
        Stream.concat(
                Stream.of("-c", "-p"),
                ALL.stream()
                    .filter(type -> Stream.of(OURS).anyMatch(ours -> isIn(type, ours)))
                    .flatMap(type -> type.getSource().stream())
                    .map(source -> source.getUri().toString().replaceFirst("^file:///", "file:/"))
                    .map(
                        uri -> uri.startsWith("file:") ? Path.of(URI.create(uri)).toString() : uri))
            .toArray(String[]::new);
    StringWriter code = new StringWriter();
    int status =
        ToolProvider.findFirst("javap")
            .orElseThrow()
            .run(new PrintWriter(code), new PrintWriter(code), arguments);
    assertEquals(0, status, code::toString);
    assertTrue(code.toString().contains("invokevirtual"), "javap showed no code");
    String current = "";
    for (String line : code.toString().lines().toList()) {
      current = line.matches("\\S.*\\b(class|interface) .*") ? line : current;
      assertTrue(!line.contains("monitorenter"), "a synchronized block in " + current);
    }
  }

  private static boolean isIn(JavaClass type, String pattern) {
    return PackageMatcher.of(pattern).matches(type.getPackageName());
  }

  /**
   * Parking goes through the host; the lock that a job's user passes is the user's own, and so is
   * the face that a queue shows as a BlockingQueue.
   */
  @Test
  void theLockFreeProviderHasNoLocks() {
    noClasses()
        .that()
        .resideInAPackage("dev.quern.lockfree..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.util.concurrent.locks..").and(not(type(ReentrantLock.class))))
        .orShould()
        .callConstructor(ReentrantLock.class)
        .orShould()
        .callConstructor(ReentrantLock.class, boolean.class)
        .orShould()
        .dependOnClassesThat(
            assignableTo(BlockingQueue.class)
                .and(not(type(BlockingQueue.class)))
                .or(assignableTo(Future.class))
                .or(type(CountDownLatch.class))
                .or(type(CyclicBarrier.class))
                .or(type(Exchanger.class))
                .or(type(Phaser.class))
                .or(type(Semaphore.class)))
        .check(ALL);
  }

  @Test
  void nothingIsPrinted() {
    noClasses()
        .that()
        .resideInAnyPackage(OURS)
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .check(ALL);
  }
}
