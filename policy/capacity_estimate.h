// SPDX-License-Identifier: MIT
// What a device could give, in bytes a second, from what it gave in one window of time after the
// other.
//
// A device that keeps readers waiting while cores are idle is saturated: what it delivers then is
// what it can. Anything else tells of a lower bound, and perhaps of more: a quick answer to a
// single read promises speed that a throttled device may not keep (one with a token bucket answers
// at full speed until the tokens are spent), and where this process uses all cores, waiting for a
// core looks like waiting for the device. So:
// - while saturated, the estimate is held between the rate delivered and the bytes per busy time,
//   which agree when the device is busy all the time; a small step is followed slowly, a large one
//   at once when two windows ask for it;
// - it is not below what two windows delivered;
// - what has not been seen saturated is estimated by promise, upwards by at most double a window;
// - what has been seen saturated is believed, until reads have come clearly faster than they used
//   to for a few windows, or, for want of that, for very many. Each promise that is broken makes
//   both harder;
// - a probe that kept the device busy on purpose is believed at once. Where there are probes,
//   nothing else raises a limit but what is delivered for sure; IsDoubtful tells when there is
//   reason for one.
//
// A pure state machine: no clock, no files. For one thread at a time.
#ifndef TENSORFS_POLICY_CAPACITY_ESTIMATE_H_
#define TENSORFS_POLICY_CAPACITY_ESTIMATE_H_

#include <cstdint>
#include <optional>

namespace tensorfs {

// What a device gave in one window.
struct DeviceWindow {
  double window_s = 0;
  double busy_s = 0;  // with at least one read outstanding
  uint64_t bytes = 0;
  uint64_t reads = 0;
  bool cpu_bound = false;  // this process left no core idle
};

// What an estimate rests on.
enum class CapacityBasis : uint8_t {
  kNone,       // too little was read yet
  kPromise,    // quick answers; it was not seen at its limit since
  kSaturated,  // it was seen at its limit
};

class CapacityEstimate {
 public:
  // Windows of a second or so. Those with few reads count together, those without any not at all.
  void Update(const DeviceWindow& window);

  // A probe found that the device gives so much now; nothing if it could not find out, so that the
  // estimate has to do without.
  void NoteProbe(std::optional<double> bytes_per_s);

  // Whether the last window had signs of another limit than the one that is believed.
  bool IsDoubtful() const { return doubtful_; }

  // None while the basis is kNone.
  std::optional<double> bytes_per_s() const;
  CapacityBasis basis() const { return basis_; }

 private:
  void Learn(const DeviceWindow& window);
  void FollowLimit(double delivered, double while_busy);
  void Believe(double limit);
  void FollowPromise(double promise);
  void TryMore(double delivered, double busy);
  bool IsRefuted(double delivered, double while_busy, double busy);

  CapacityBasis basis_ = CapacityBasis::kNone;
  double estimate_ = 0;
  double last_delivered_ = 0;
  double delivered_ = 0;   // averaged over a few windows in which the device was saturated
  double while_busy_ = 0;  // likewise: bytes per busy time
  DeviceWindow pending_;   // windows with too few reads, until they are enough together

  // Windows in a row, or since the device was seen at its limit last.
  int large_steps_ = 0;  // that ask for one; negative: downwards
  int exceeding_ = 0;    // that delivered more than the limit
  int surprising_ = 0;   // that delivered as much, and much faster than usual
  int uneventful_ = 0;   // that were neither at the limit nor far from it

  bool is_probed_ = false;
  bool doubtful_ = false;
  double limit_ = 0;             // where the device was seen saturated last
  double usual_while_busy_ = 0;  // bytes per busy time, averaged over long
  double doubted_ = 0;           // the limit that is being tried or was refuted; 0: none
  int broken_promises_ = 0;      // limits in a row that were right after all
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_CAPACITY_ESTIMATE_H_
