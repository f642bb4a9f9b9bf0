#pragma once
/// Addresses of names, outside: by the owner's hosts file and resolver, as every other program there finds
/// them.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/sys/process.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Lookup {
 public:
  struct Answer {
    std::vector<std::string> addresses = {};  ///< as text, the best first
    bool is_known = true;                     ///< that these are all; false: nobody has answered in time
  };
  using Found = std::function<void(const Answer&)>;

  explicit Lookup(sys::Reactor& reactor) : reactor_(reactor) {}

  /// `found` is called once, perhaps at once: what was found last is good for a while.
  void find(const std::string& name, Found found);

 private:
  /// getent(1), in a process of its own: this program is linked statically, and has no name service modules.
  struct Search {
    sys::Child process;
    sys::Fd output;
    std::string text;
    sys::BootClock::time_point begun{};
    sys::Watch readable, deadline;
  };
  struct Entry {
    Answer answer;
    sys::BootClock::time_point good_until{};
    std::vector<Found> waiting;
    std::unique_ptr<Search> search;
  };
  void begin(const std::string& name, Entry& entry);
  void begin_next();
  void read(const std::string& name);
  void finish(const std::string& name, bool is_answered);
  void forget_old();

  sys::Reactor& reactor_;
  std::map<std::string, Entry> entries_;
  std::deque<std::string> queue_;  // beyond a number of searches at once
  std::size_t searches_ = 0;
};

/// The addresses in the output of `getent ahosts`, each once.
std::vector<std::string> addresses_in(std::string_view output);

}  // namespace sandbox
