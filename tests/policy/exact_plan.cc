// SPDX-License-Identifier: MIT
#include "tests/policy/exact_plan.h"

#include <glpk.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

namespace tensorfs {
namespace {

// Column 1 is the time; then one for each sample and form. Row 1 is the CPU, then come the devices,
// the spaces and the samples.
class LinearProgram {
 public:
  LinearProgram(const PlanProblem& problem, double scale_s) : problem_(problem), scale_s_(scale_s) {
    glp_set_obj_dir(program_.get(), GLP_MIN);
    AddRows();
    const size_t forms = problem.forms.size();
    glp_add_cols(program_.get(), 1 + static_cast<int>(problem.uses.size()));
    glp_set_col_bnds(program_.get(), 1, GLP_LO, 0, 0);
    glp_set_obj_coef(program_.get(), 1, 1);
    for (size_t i = 0; i < problem.samples(); ++i) {
      for (size_t f = 0; f < forms; ++f) AddChoice(i, f, 2 + static_cast<int>(i * forms + f));
    }
    glp_load_matrix(program_.get(), static_cast<int>(rows_.size()) - 1, rows_.data(),
                    columns_.data(), values_.data());
  }

  double Solve() {
    glp_smcp parameters;
    glp_init_smcp(&parameters);
    parameters.msg_lev = GLP_MSG_OFF;
    parameters.presolve = GLP_ON;
    parameters.tol_bnd = parameters.tol_dj = 1e-9;
    const bool solved =
        glp_simplex(program_.get(), &parameters) == 0 && glp_get_status(program_.get()) == GLP_OPT;
    return solved ? glp_get_obj_val(program_.get()) * scale_s_
                  : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  struct Delete {
    void operator()(glp_prob* program) const { glp_delete_prob(program); }
  };

  void AddRows() {
    const size_t devices = problem_.device_bytes_per_s.size();
    const size_t spaces = problem_.space_limit_bytes.size();
    spaces_begin_ = 2 + static_cast<int>(devices);
    samples_begin_ = spaces_begin_ + static_cast<int>(spaces);
    glp_add_rows(program_.get(), samples_begin_ - 1 + static_cast<int>(problem_.samples()));
    for (int row = 1; row < spaces_begin_; ++row) {
      glp_set_row_bnds(program_.get(), row, GLP_UP, 0, 0);
      Put(row, 1, -1);
    }
    for (int row = spaces_begin_; row < samples_begin_; ++row) {
      glp_set_row_bnds(program_.get(), row, GLP_UP, 0, 1);
    }
    for (size_t i = 0; i < problem_.samples(); ++i) {
      glp_set_row_bnds(program_.get(), samples_begin_ + static_cast<int>(i), GLP_FX, 1, 1);
    }
  }

  void AddChoice(size_t sample, size_t form, int column) {
    const FormUse& use = problem_.UsesOf(sample)[form];
    const FormPlace& place = problem_.forms[form];
    const double weight = problem_.WeightOf(sample);
    possible_ = std::isfinite(use.cpu_s);
    Put(samples_begin_ + static_cast<int>(sample), column, 1);
    if (possible_) {
      PutShare(1, column, weight * use.cpu_s / scale_s_, problem_.cores);
      PutShare(2 + place.device, column, weight * use.read_bytes / scale_s_,
               problem_.device_bytes_per_s[static_cast<size_t>(place.device)]);
      if (place.space >= 0) {
        PutShare(spaces_begin_ + place.space, column, use.space_bytes,
                 problem_.space_limit_bytes[static_cast<size_t>(place.space)]);
      }
    }
    glp_set_col_bnds(program_.get(), column, possible_ ? GLP_LO : GLP_FX, 0, 0);
  }

  void PutShare(int row, int column, double amount, double of) {
    if (amount > 0 && of <= 0) possible_ = false;
    if (amount > 0 && of > 0 && std::isfinite(of)) Put(row, column, amount / of);
  }

  void Put(int row, int column, double value) {
    rows_.push_back(row);
    columns_.push_back(column);
    values_.push_back(value);
  }

  const PlanProblem& problem_;
  const double scale_s_;
  const std::unique_ptr<glp_prob, Delete> program_{glp_create_prob()};
  int spaces_begin_ = 0;
  int samples_begin_ = 0;
  bool possible_ = true;
  // GLPK counts from 1.
  std::vector<int> rows_{0};
  std::vector<int> columns_{0};
  std::vector<double> values_{0};
};

}  // namespace

double LeastEpochSeconds(const PlanProblem& problem, double scale_s) {
  return LinearProgram(problem, scale_s).Solve();
}

}  // namespace tensorfs
