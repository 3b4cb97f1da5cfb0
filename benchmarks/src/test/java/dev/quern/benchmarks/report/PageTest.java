// SPDX-License-Identifier: Apache-2.0
package dev.quern.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PageTest {
  private static Report canned() throws IOException {
    try (InputStream in = PageTest.class.getResourceAsStream("canned.json")) {
      return Report.fromJson(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void everyShapeAndContenderIsThere() throws IOException {
    Report report = canned();
    String page = Page.of(report);
    assertFalse(report.scores().isEmpty());
    for (Score score : report.scores()) {
      assertTrue(page.contains("All figures of " + score.benchmark()), score.benchmark());
      assertTrue(page.contains("<td>" + score.contender() + "</td>"), score.contender());
      assertTrue(page.contains(Titles.shape(score.benchmark())), score.benchmark());
    }
    for (Verdict verdict : report.goals()) {
      assertTrue(page.contains(Html.escape(verdict.sentence())), verdict.sentence());
    }
  }

  @Test
  void everyContenderIsSaidToBeSomeone() throws IOException {
    assertTrue(Sources.contenders().size() > 20);
    for (String contender : Sources.contenders()) {
      assertFalse(Titles.contender(contender).equals(contender), contender);
    }
  }

  @Test
  void itNeedsNothingElse() throws IOException {
    String page = Page.of(canned());
    Pattern outside =
        Pattern.compile(
            "(?:src|href)\\s*=\\s*[\"']?(?:https?:)?//|@import|url\\(", Pattern.CASE_INSENSITIVE);
    String own = page.replaceAll("(?s)<script>\\s*/\\*!.*?</script>", ""); // Chart.js itself
    assertTrue(own.length() < page.length());
    assertFalse(outside.matcher(own).find());
    assertFalse(page.contains("sourceMappingURL"));
    assertTrue(page.contains("Chart.js v4.4.2"));
  }

  @Test
  void aQuickRunSaysThatItProvesNothing() throws IOException {
    assertTrue(canned().run().quick());
    assertTrue(Page.of(canned()).contains("figures prove nothing"));
  }

  @Test
  void jsonSurvivesTheRoundTripWithWhatWasNotMeasured() throws IOException {
    Report report = canned();
    Report again = Report.fromJson(report.toJson());
    assertEquals(report.toJson(), again.toJson());
    assertTrue(report.goals().stream().anyMatch(v -> Double.isNaN(v.reached())));
  }

  @Test
  void textFromOutsideIsEscaped() {
    assertEquals("&lt;b&gt; &amp; &quot;", Html.escape("<b> & \""));
    assertFalse(Report.compact("</script>").contains("</"));
  }
}
