// SPDX-License-Identifier: MIT
#include "tools/profile/profile_html.h"

#include <cmath>
#include <utility>
#include <vector>

#include "tools/policy_text.h"
#include "tools/profile/html_style.h"
#include "tools/profile/html_table.h"
#include "tools/profile/lessons.h"
#include "tools/profile/profile_figures.h"
#include "tools/profile/profile_words.h"
#include "tools/profile/report_tables.h"
#include "tools/profile/svg.h"
#include "tools/table_text.h"
#include "tools/version.h"

namespace tensorfs {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string Paragraph(const std::string& text) { return "<p>" + EscapeHtml(text) + "</p>\n"; }

std::string Section(const std::string& title, const std::string& content) {
  return "<section>\n<h2>" + EscapeHtml(title) + "</h2>\n" + content + "</section>\n";
}

std::string Definitions(const Facts& facts, const std::string& css, bool boxed) {
  std::string html = "<dl class=\"" + css + "\">\n";
  for (const auto& [name, value] : facts) {
    const std::string pair = "<dt>" + EscapeHtml(name) + "</dt><dd>" + EscapeHtml(value) + "</dd>";
    html += (boxed ? "<div>" + pair + "</div>" : pair) + "\n";
  }
  return html + "</dl>\n";
}

std::string Swatch(const LegendEntry& entry) {
  const std::string css = "f" + std::to_string(entry.colour);
  const std::string sign =
      entry.marker ? SvgMarker({8, 8}, *entry.marker, css) : SvgBox({1, 3, 14, 10}, css);
  return "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">" + sign + "</svg>";
}

std::string Render(const Figure& figure, int number) {
  std::string html =
      "<figure>\n<div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"" +
      EscapeHtml(figure.title) + "\">\n" + figure.svg + "</div>\n<ul class=\"legend\">\n";
  for (const LegendEntry& entry : figure.legend) {
    html += "<li>" + Swatch(entry) + EscapeHtml(entry.name) + "</li>\n";
  }
  return html + "</ul>\n<figcaption><b>" + Format("Figure %.0f. ", number) +
         EscapeHtml(figure.title) + ".</b> " + EscapeHtml(figure.caption) +
         "</figcaption>\n</figure>\n";
}

std::string Verdict(const Profile& profile, const Recommendation& made) {
  const JudgedStrategy& best = made.best();
  const Strategy& strategy = profile.strategies[best.index];
  const std::string verdict = "<div class=\"verdict\">\n<p class=\"form\">" +
                              EscapeHtml(strategy.form) + "</p>\n" + Paragraph(made.why + ".") +
                              "</div>\n";
  return verdict +
         Definitions({{"samples/s, " + WordForRates(made), WordsForRate(best.rate.samples_per_s)},
                      {"waits for", std::string(NameOf(best.rate.binding))},
                      {"storage", FormatBytes(strategy.stored_bytes_all)},
                      {"preparation", WordsForSeconds(best.prepare_s)}},
                     "facts", true);
}

std::string Mix(const Profile& profile, const Recommendation& made) {
  const MixedPlan& mix = made.mix;
  return Paragraph(
             "The adaptive policy gives each sample the form that is best for it. With these "
             "costs it would settle on " +
             WordsForMix(mix) + ", waiting for " + mix.binding + BesideMixWords(profile, made) +
             ".") +
         Definitions({{"samples/s, predicted", WordsForRate(mix.samples_per_s)},
                      {"bound of mixes of its forms", WordsForRate(mix.bound_samples_per_s)},
                      {"storage", FormatBytes(mix.stored_bytes_all)},
                      {"preparation", WordsForSeconds(mix.move_s)},
                      {"paid for after", WordsForSeconds(mix.pays_after_s)}},
                     "facts", true);
}

std::string Lessons(const Profile& profile, const Recommendation& made) {
  std::string html = "<ul class=\"lessons\">\n";
  for (const Lesson& lesson : LessonsOf(profile, made)) {
    const std::string state = lesson.holds ? "holds" : "fails";
    html += "<li><span class=\"" + state + "\">" +
            (lesson.holds ? "Holds: " : "Does not hold here: ") + "</span>" +
            EscapeHtml(lesson.claim) + ".<br><span class=\"soft\">" + EscapeHtml(lesson.evidence) +
            ".</span></li>\n";
  }
  return html + "</ul>\n";
}

std::string Figures(const Profile& profile, const Recommendation& made) {
  std::string html;
  int number = 0;
  for (const auto& figure_of :
       {ThroughputFigure, DemandFigure, ReadTimeFigure, PrepareTimeFigure}) {
    html += Render(figure_of(profile, made), ++number);
  }
  return html;
}

std::string Tables(const Profile& profile, const Recommendation& made) {
  return RenderTable(RateTable(profile, made)) + RenderTable(CostTable(profile, made)) +
         RenderTable(DeliveredTable(profile, made)) + RenderTable(CachedTable(profile)) +
         RenderTable(StepTable(profile, made, &Strategy::online)) +
         RenderTable(StepTable(profile, made, &Strategy::offline)) +
         RenderTable(PipelineTable(profile));
}

std::string Origin(const Profile& profile, const Recommendation& made, const std::string& command) {
  const ProfiledSet& set = profile.set;
  const ProfiledMachine& machine = profile.machine;
  std::string disk = FormatMegabytes(machine.disk_bytes_per_s) + "/s";
  Facts facts = {{"source", set.source},
                 {"samples", FormatCount(set.samples) + ", " +
                                 FormatBytes(static_cast<double>(set.source_bytes)) + "; " +
                                 FormatCount(set.measured.size()) + " of them measured"},
                 {"measured on", machine.cpu + Format(", %.0f cores, ", machine.cores) +
                                     FormatBytes(static_cast<double>(machine.memory_bytes)) +
                                     " of memory, " + machine.kernel},
                 {"its disk", machine.disk_bytes_per_s > 0 ? disk : "not known"},
                 {"measured at", FormatTime(machine.unix_time_s)},
                 {"computed for", WordsForMachine(made)},
                 {"tensorfs", std::string(kVersion)}};
  return "<p><code>" + EscapeHtml(command) + "</code></p>\n" + Definitions(facts, "plain", false) +
         "<h3>Pipeline</h3>\n<pre>" + EscapeLines(profile.pipeline_toml) + "</pre>\n";
}

std::string Method() {
  return Paragraph(
             "A strategy keeps all samples in one form: a stage of the pipeline, and an encoding "
             "of "
             "the value there. Every form gives the same tensors, bit for bit. A sample that "
             "cannot "
             "take a form stays as its source file and counts as that.") +
         Paragraph(
             "Rates on the machine that was measured are those that were delivered from the disk. "
             "Allowed is the smaller of cores ÷ CPU seconds of a read and the disk's rate ÷ bytes "
             "of a read: CPU and disk work at once, and the slower one decides. CPU seconds are "
             "all of a read's, the kernel's and the reader's included. For another machine the "
             "same is computed; where less was delivered than allowed, the time of a sample is "
             "taken for one of the cores, which more cores shorten and another disk does not. "
             "Strategies whose rates or scores differ by less than 2 % are equal, and the one that "
             "stores less goes first. The score is "
             "PRESTO's objective: throughput, storage and preparation, each min-max normalised "
             "over "
             "the strategies, weighted by the user.") +
         Paragraph(
             "The mix comes from the planner of the adaptive policy: a linear program over the "
             "measured samples, solved by its dual, whose value is the bound. It has paid for "
             "itself "
             "when as many samples were read as without it, if the whole machine first prepares "
             "and "
             "then reads.");
}

std::string Memory(const Profile& profile) {
  const std::string words = WordsForMemory(profile);
  return words.empty() ? "" : Paragraph("Memory: " + words + ".");
}

std::string Doubt(const Recommendation& made) {
  return made.doubt.empty() ? "" : Paragraph("Doubt: " + made.doubt + ".");
}

}  // namespace

std::string ProfileHtml(const Profile& profile, const Recommendation& made,
                        const std::string& command) {
  const std::string title = "tensorfs profile of " + profile.set.source;
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         EscapeHtml(title) + "</title>\n<style>" + std::string(kHtmlStyle) +
         "</style>\n</head>\n<body>\n<header>\n<h1>" + EscapeHtml(title) +
         "</h1>\n<p class=\"soft\">" + EscapeHtml(WordsForSteps(profile.steps)) + "; " +
         EscapeHtml(WordsForMachine(made)) +
         (made.is_what_if ? ", computed from measurements on another machine" : "") +
         "</p>\n</header>\n<main>\n" + Verdict(profile, made) + Memory(profile) + Doubt(made) +
         Section("The adaptive mix", Mix(profile, made)) +
         Section("Pictures", Figures(profile, made)) +
         Section("What PRESTO found, here", Lessons(profile, made)) +
         Section("All figures", Tables(profile, made)) +
         Section("Machine, data and command", Origin(profile, made, command)) +
         Section("Method", Method()) + "</main>\n</body>\n</html>\n";
}

}  // namespace tensorfs
