#pragma once
/// A program in a sandbox of its own beside its caller's, and all that it starts there.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sandbox/gate/passage.h"
#include "sandbox/supervisor.h"

namespace sandbox {

/// Where a program is moved to.
struct Destination {
  Spec spec;               ///< with the program as its command
  std::uint64_t turn = 0;  ///< that it belongs to
  std::unique_ptr<Judge> judge;
  GateOptions options;
  Destinations onward = {};  ///< from there
  std::optional<Upstream> upstream = {};
};

class Moved : public Passage {
 public:
  /// Throws SetupError.
  Moved(Supervisor& from, Destination destination, const Inherited& inherited);
  ~Moved() override;
  void begin(StandIn& stand_in) override;
  void signal(int number) override;

  /// When this returns nothing of it is left, and the stand-in is about to end by SIGKILL.
  void end();
  /// The program's words, for people.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Nothing once it has ended.
  [[nodiscard]] Supervisor* inside() { return inside_.get(); }

 private:
  void ended(const Outcome& outcome);
  void ended(sys::ExitStatus status);

  Supervisor& from_;
  std::uint64_t turn_;
  std::string name_;
  std::unique_ptr<Judge> judge_;
  StandIn* stand_in_ = nullptr;
  std::optional<sys::ExitStatus> ended_;
  std::unique_ptr<Supervisor> inside_;
};

}  // namespace sandbox
