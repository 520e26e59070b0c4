// SPDX-License-Identifier: MIT
#include "policy/cost_book.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "codec/hash.h"
#include "policy/sample_geometry.h"

namespace tensorfs {
namespace {

constexpr std::string_view kTitle = "tensorfs-cost-model 2\n";
constexpr std::string_view kChecksum = "checksum ";
constexpr std::array<std::string_view, kSourceKinds> kKindNames = {
    "jpeg", "grey-jpeg", "multi-scan-jpeg", "png", "narrow-png", "interlaced-png"};

struct NamedFit {
  std::string_view name;
  RidgeFit FormExperience::*fit;
};
constexpr std::array<NamedFit, 3> kFits = {{{"payload", &FormExperience::payload},
                                            {"decode", &FormExperience::decode},
                                            {"encode", &FormExperience::encode}}};

void AppendNumber(double number, std::string& text) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number);
  text.append(" ").append(digits, end.ptr);
}

void AppendSums(const RidgeFit::Sums& sums, std::string& text) {
  AppendNumber(sums.weight, text);
  AppendNumber(sums.square, text);
  for (size_t i = 0; i < RidgeFit::kTerms; ++i) {
    AppendNumber(sums.result[i], text);
    for (size_t j = 0; j <= i; ++j) AppendNumber(sums.terms[i][j], text);
  }
}

// What the text must begin with to be of this pipeline and these forms.
std::string Preamble(const Pipeline& pipeline, std::span<const Form> forms) {
  std::string text(kTitle);
  text += "pipeline " + pipeline.ToString() + "\n";
  for (const Form& form : forms) text += "form " + ToString(form, pipeline) + "\n";
  return text + "learned\n";
}

void AppendExperience(const FormExperience& experience, const std::string& of, std::string& text) {
  if (experience.tried > 0) {
    text += "tried " + of;
    AppendNumber(experience.tried, text);
    AppendNumber(experience.unsuited, text);
    text += "\n";
  }
  for (const NamedFit& named : kFits) {
    const RidgeFit& fit = experience.*named.fit;
    if (fit.empty()) continue;
    text += std::string(named.name) + " " + of;
    AppendSums(fit.sums(), text);
    text += "\n";
  }
}

std::string ChecksumLine(std::string_view text) {
  char digits[20];
  std::snprintf(digits, sizeof(digits), "%016llx\n", static_cast<unsigned long long>(Hash64(text)));
  return std::string(kChecksum) + digits;
}

// Takes one word after the other from a line; what is missing or wrong is remembered.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  std::string_view Next() {
    const size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return word;
  }

  double Number() {
    const std::string_view word = Next();
    double number = 0;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != word.data() + word.size() ||
        !std::isfinite(number)) {
      ok_ = false;
    }
    return number;
  }

  size_t Index(size_t limit) {
    const double number = Number();
    if (!(number >= 0 && number < static_cast<double>(limit))) {
      ok_ = false;
      return 0;
    }
    return static_cast<size_t>(number);
  }

  size_t Kind() {
    const std::string_view word = Next();
    for (size_t kind = 0; kind < kKindNames.size(); ++kind) {
      if (kKindNames[kind] == word) return kind;
    }
    ok_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

RidgeFit::Sums ReadSums(Words& words) {
  RidgeFit::Sums sums;
  sums.weight = words.Number();
  sums.square = words.Number();
  for (size_t i = 0; i < RidgeFit::kTerms; ++i) {
    sums.result[i] = words.Number();
    for (size_t j = 0; j <= i; ++j) sums.terms[i][j] = sums.terms[j][i] = words.Number();
  }
  return sums;
}

// What one line after the preamble says. Returns whether it is one of ours.
bool ReadLine(std::string_view line, CostBook& book, double& shared,
              std::vector<CpuCorrection::Own>& own) {
  Words words(line);
  const std::string_view what = words.Next();
  if (what == "shared") {
    shared = words.Number();
    return words.ok() && words.at_end() && shared > 0;
  }
  const size_t form = words.Index(own.size());
  if (what == "own") {
    own[form] = {.factor = words.Number(), .reads = words.Number(), .evidence = words.Number()};
    return words.ok() && words.at_end() && own[form].factor > 0 && own[form].reads >= 0 &&
           own[form].evidence >= 0 && own[form].evidence <= 1;
  }
  FormExperience& experience = book.experience[form][words.Kind()];
  if (what == "tried") {
    experience.tried = words.Number();
    experience.unsuited = words.Number();
    return words.ok() && words.at_end();
  }
  for (const NamedFit& named : kFits) {
    if (named.name != what) continue;
    (experience.*named.fit).set_sums(ReadSums(words));
    return words.ok() && words.at_end();
  }
  return false;
}

}  // namespace

void SolveAll(CostBook& book) {
  for (CostBook::ByKind& kinds : book.experience) {
    for (FormExperience& experience : kinds) {
      experience.payload.SolveAround(SampleGeometry::kPayloadPrior);
      experience.decode.SolveNonNegative();
      experience.encode.SolveNonNegative();
    }
  }
}

std::string CostBookToText(const CostBook& book, const Pipeline& pipeline,
                           std::span<const Form> forms) {
  std::string text = Preamble(pipeline, forms) + "shared";
  AppendNumber(book.correction.shared(), text);
  text += "\n";
  for (size_t form = 0; form < forms.size(); ++form) {
    const CpuCorrection::Own& own = book.correction.own()[form];
    text += "own " + std::to_string(form);
    AppendNumber(own.factor, text);
    AppendNumber(own.reads, text);
    AppendNumber(own.evidence, text);
    text += "\n";
    for (size_t kind = 0; kind < kSourceKinds; ++kind) {
      const std::string of = std::to_string(form) + " " + std::string(kKindNames[kind]);
      AppendExperience(book.experience[form][kind], of, text);
    }
  }
  return text + ChecksumLine(text);
}

Result<CostBook> CostBookFromText(std::string_view text, const Pipeline& pipeline,
                                  std::span<const Form> forms) {
  if (!text.starts_with(kTitle)) {
    return Fail(ErrorCode::kInvalidArgument, "not a cost model of this version");
  }
  const size_t body_end = text.rfind(kChecksum);
  if (body_end == text.npos || text.substr(body_end) != ChecksumLine(text.substr(0, body_end))) {
    return Fail(ErrorCode::kCorrupt, "the cost model is damaged");
  }
  std::string_view rest = text.substr(0, body_end);
  const std::string preamble = Preamble(pipeline, forms);
  if (!rest.starts_with(preamble)) {
    return Fail(ErrorCode::kInvalidArgument, "the cost model is of another pipeline");
  }
  rest.remove_prefix(preamble.size());
  CostBook book(forms.size());
  double shared = 1;
  std::vector<CpuCorrection::Own> own(forms.size());
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size() - 1);
    if (!ReadLine(rest.substr(0, end), book, shared, own)) {
      return Fail(ErrorCode::kCorrupt, "the cost model has a line that says nothing: " +
                                           std::string(rest.substr(0, end)));
    }
    rest.remove_prefix(end + 1);
  }
  book.correction.Restore(shared, std::move(own));
  SolveAll(book);
  return book;
}

}  // namespace tensorfs
