#include "policy/checker.h"

namespace policy {

Check check_command(const CheckTerms& terms, const std::vector<std::string>& argv, const std::string& cwd,
                    const std::string& home, const Resolver& resolve) {
  Checker checker(terms, cwd, resolve);
  checker.add(commands_in(argv, home));
  return checker.take();
}

Check check_script(const CheckTerms& terms, std::string_view text, const std::string& cwd,
                   const std::string& home, const Resolver& resolve) {
  Checker checker(terms, cwd, resolve);
  checker.start_shell();
  checker.add(commands_in_text(text, home));
  return checker.take();
}

}  // namespace policy
