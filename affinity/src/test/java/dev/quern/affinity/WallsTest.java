// SPDX-License-Identifier: Apache-2.0
package dev.quern.affinity;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.Configuration.consideringOnlyDependenciesInAnyPackage;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.adhereToPlantUmlDiagram;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.quern.spi.CpuBinder;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** This module's place in the drawing, and what it provides. */
class WallsTest {
  private static final Path DRAWING = Path.of("..", "docs", "architecture.puml");
  private static final String OURS = "dev.quern.affinity";

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(OURS);

  @Test
  void theArrowsAreThoseOfTheDrawing() throws Exception {
    assertTrue(ALL.contain(AffinityBinder.class));
    classes()
        .should(
            adhereToPlantUmlDiagram(
                DRAWING.toUri().toURL(), consideringOnlyDependenciesInAnyPackage("dev.quern..")))
        .check(ALL);
  }

  @Test
  void beyondTheSeamItUsesItsOneLibrary() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            OURS, "dev.quern.spi", "net.openhft.affinity", "java..", "org.jspecify..")
        .check(ALL);
  }

  @Test
  void moduleAndServicesFileSayTheSame() throws Exception {
    Path where =
        Path.of(AffinityBinder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    ModuleDescriptor module = ModuleFinder.of(where).find(OURS).orElseThrow().descriptor();
    String service = CpuBinder.class.getName();
    List<String> listed = Files.readAllLines(where.resolve("META-INF/services").resolve(service));
    assertEquals(
        List.of(new Provided(service, listed)),
        module.provides().stream().map(p -> new Provided(p.service(), p.providers())).toList());
  }

  private record Provided(String service, List<String> classes) {}
}
