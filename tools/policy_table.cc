// SPDX-License-Identifier: MIT
#include "tools/policy_table.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "fs/printable.h"
#include "tools/policy_text.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

using Json = nlohmann::json;

std::string TextOf(const Json& object, const char* key) {
  return Printable(object.at(key).get<std::string>());
}

double NumberOf(const Json& object, const char* key) { return object.at(key).get<double>(); }

std::string CountOf(const Json& object, const char* key) {
  return FormatCount(object.at(key).get<uint64_t>());
}

std::string WithoutBlanksAtEnd(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

template <typename Render>
Result<std::string> Rendered(std::string_view json, const Render& render) try {
  return render(Json::parse(json));
} catch (const Json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the answer about the policy: ") + failure.what());
}

constexpr size_t kFormColumns = 24;
constexpr size_t kCostColumns = 10;
constexpr size_t kRateColumns = 13;
constexpr size_t kShareColumns = 11;
constexpr size_t kBytesColumns = 12;
constexpr size_t kCountColumns = 12;
constexpr size_t kOfferNoteColumns = 30;
constexpr size_t kSingleNoteColumns = 14;

std::string OfferRow(const Json& explanation, const Json& offer) {
  const auto form = offer.at("form").get<std::string>();
  std::string note = form == explanation.at("kept") ? "kept now" : "";
  const auto add = [&](const std::string& text) { note += (note.empty() ? "" : ", ") + text; };
  if (form == explanation.at("chosen")) add("chosen");
  if (const std::string why = TextOf(offer, "note"); !why.empty()) {
    add(why);
  } else if (!offer.at("fits").get<bool>()) {
    add("does not fit");
  }
  return WithoutBlanksAtEnd(FitInto(form, kFormColumns) +
                            AtRight(CostOr(offer, "cpu_s"), kCostColumns) +
                            AtRight(BytesOr(offer, "read_bytes"), kBytesColumns) +
                            AtRight(BytesOr(offer, "stored_bytes"), kBytesColumns) +
                            AtRight(CostOr(offer, "cost_s"), kCostColumns) + "  " +
                            FitInto(note, kOfferNoteColumns)) +
         "\n";
}

// The cheapest first, what is not known last.
std::vector<Json> ByCost(const Json& offers) {
  std::vector<Json> sorted = offers.get<std::vector<Json>>();
  std::ranges::stable_sort(sorted, {}, [](const Json& offer) {
    const Json& cost = offer.at("cost_s");
    return cost.is_null() ? std::numeric_limits<double>::infinity() : cost.get<double>();
  });
  return sorted;
}

std::string RenderExplanation(const Json& explanation) {
  const std::string size =
      CountOf(explanation, "width") + " x " + CountOf(explanation, "height") + " pixels";
  std::string table = FormatRow("sample", TextOf(explanation, "path"));
  table += FormatRow("content", TextOf(explanation, "content") + ", " + size + ", " +
                                    BytesOr(explanation, "source_bytes") + "; its tensor " +
                                    BytesOr(explanation, "tensor_bytes"));
  table += FormatRow("reads", CountOf(explanation, "reads") + " since the mount");
  table += FormatRow("kept as", TextOf(explanation, "kept"));
  table += FormatRow("chosen", TextOf(explanation, "chosen"));
  table += FormatRow("because", TextOf(explanation, "reason"));
  table += PriceRows(explanation.at("prices")) + "\n";
  table += FitInto("FORM", kFormColumns) + AtRight("CPU", kCostColumns) +
           AtRight("READ", kBytesColumns) + AtRight("STORED", kBytesColumns) +
           AtRight("COST", kCostColumns) + "\n";
  for (const Json& offer : ByCost(explanation.at("offers"))) table += OfferRow(explanation, offer);
  return table;
}

std::string RateOrAny(const Json& rate) {
  return rate.is_null() ? "any" : FormatRate(rate.get<double>());
}

std::string ShareOf(const Json& rate, const Json& bound) {
  const bool is_known = rate.is_number() && bound.is_number() && bound.get<double>() > 0;
  return is_known ? FormatShare(rate.get<double>() / bound.get<double>()) : "-";
}

std::string SingleRow(const Json& form, const Json& bound) {
  const Json& rate = form.at("samples_per_s");
  const auto count = [&](const char* key) {
    return AtRight(FormatCountInto(form.at(key).get<uint64_t>(), kCountColumns - 1), kCountColumns);
  };
  const std::string note = form.at("fits").get<bool>() ? "" : "too large";
  return WithoutBlanksAtEnd(FitInto(form.at("form").get<std::string>(), kFormColumns) +
                            AtRight(RateOrAny(rate), kRateColumns) +
                            AtRight(ShareOf(rate, bound), kShareColumns) + count("samples") +
                            AtRight(BytesOr(form, "stored_bytes"), kBytesColumns) +
                            count("mix_samples") + "  " + FitInto(note, kSingleNoteColumns)) +
         "\n";
}

std::string RenderWhatIf(const Json& plan) {
  const Json& bound = plan.at("bound_samples_per_s");
  const Json& mix = plan.at("mix_samples_per_s");
  const std::string binding = TextOf(plan, "binding");
  std::string table = FormatRow(
      "machine", CapacitiesText(plan) + "; store-limit " + BytesOr(plan, "store_limit_bytes"));
  table += FormatRow("planned", CountOf(plan, "samples") + " samples");
  table +=
      FormatRow("mix", RateOrAny(mix) + " samples/s, " + ShareOf(mix, bound) + " of the bound of " +
                           RateOrAny(bound) + "; stores " + BytesOr(plan, "mix_stored_bytes"));
  if (!binding.empty()) table += FormatRow("waits for", binding);
  table += PriceRows(plan.at("prices")) + "\n";
  table += FitInto("FORM", kFormColumns) + AtRight("SAMPLES/S", kRateColumns) +
           AtRight("OF BOUND", kShareColumns) + AtRight("CAN TAKE", kCountColumns) +
           AtRight("STORED", kBytesColumns) + AtRight("IN THE MIX", kCountColumns) + "\n";
  for (const Json& form : plan.at("forms")) table += SingleRow(form, bound);
  return table;
}

std::string RenderChange(const Json& change) {
  const Json& achieved = change.at("achieved_gain");
  std::string rows = FormatRow("at", FormatTime(NumberOf(change, "unix_time_s")));
  rows += FormatRow("because", TextOf(change, "reason"));
  rows += FormatRow("machine", CapacitiesText(change));
  rows += FormatRow("prices", PricesInShort(change.at("old_prices")) + " before; " +
                                  PricesInShort(change.at("new_prices")) + " from then on");
  rows += FormatRow(
      "moved", CountOf(change, "moved") + " of " + CountOf(change, "samples_to_move") + " samples");
  return rows + FormatRow("gain", FormatGain(NumberOf(change, "predicted_gain")) + " predicted, " +
                                      (achieved.is_null()
                                           ? "not known yet"
                                           : FormatGain(achieved.get<double>()) + " achieved"));
}

std::string RenderHistory(const Json& history) {
  const Json& changes = history.at("changes");
  if (changes.empty()) return "the plan has not changed since the mount\n";
  std::string table;
  for (const Json& change : changes) table += (table.empty() ? "" : "\n") + RenderChange(change);
  return table;
}

std::string RenderPins(const Json& answer) {
  const Json& pins = answer.at("pins");
  if (pins.empty()) return "nothing is pinned\n";
  std::string table;
  for (const Json& pin : pins) {
    const std::string line =
        FitInto(TextOf(pin, "form"), kFormColumns) + "  " + TextOf(pin, "pattern");
    table += line + "\n";
  }
  return table;
}

}  // namespace

Result<std::string> ExplanationTable(std::string_view json) {
  return Rendered(json, RenderExplanation);
}

Result<std::string> WhatIfTable(std::string_view json) { return Rendered(json, RenderWhatIf); }
Result<std::string> HistoryTable(std::string_view json) { return Rendered(json, RenderHistory); }
Result<std::string> PinsTable(std::string_view json) { return Rendered(json, RenderPins); }

Result<std::string> SettingsTable(std::string_view json) {
  return Rendered(
      json, [](const Json& settings) { return FormatRow("settings", SettingsText(settings)); });
}

}  // namespace tensorfs
