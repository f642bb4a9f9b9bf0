#include "shelltool/worker/file_worker.h"

#include <malloc.h>
#include <poll.h>

#include <utility>

#include "sandbox/sys/error.h"
#include "shelltool/files/file_error.h"
#include "shelltool/files/settle.h"
#include "shelltool/worker/operations.h"
#include "shelltool/worker/wire.h"

namespace shelltool {
namespace {

constexpr std::size_t most_kept = std::size_t{1} << 20U;  // of free memory
constexpr int flush_pause = 20;                           // ms

bool is_readable_within(int fd, int milliseconds) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, milliseconds) != 0;
}

class FileWorker {
 public:
  explicit FileWorker(sys::Channel& server) : server_(server) {}

  void serve() {
    while (std::optional<WorkerLetter> letter = next()) {
      if (letter->tag == WorkerTag::begin)
        answer([&] { return begin(std::move(letter->fds)); });
      else if (letter->tag == WorkerTag::run)
        answer([&] { return run(sys::unpacked<WorkerRequest>(letter->body)); });
      else
        throw sys::Error(sys::Kind::internal, "the server sent letter '{}'", static_cast<char>(letter->tag));
      letter.reset();
      if (::mallinfo2().fordblks > most_kept) ::malloc_trim(0);  // a large file has been and gone
    }
    journal_.flush();
  }

 private:
  /// The disk is not made busy while the server is at the answer, or has more to do.
  std::optional<WorkerLetter> next() {
    if (!journal_.is_flushed() && !is_readable_within(server_.fd(), flush_pause)) journal_.flush();
    return collect(server_);
  }

  /// What fails is told, and the next request is served.
  template <class Work>
  void answer(Work work) {
    WorkerFailure failure;
    try {
      const std::string result = work();
      return post(server_, WorkerTag::result, result);
    } catch (const files::FileError& error) {
      failure = {error.code(), error.what()};
    } catch (const sys::SysError& error) {
      failure = {files::code_of(error.error_number()), error.what()};
    } catch (const std::exception& error) {
      failure = {"internal", error.what()};
    }
    post(server_, WorkerTag::failure, sys::packed(failure));
  }

  std::string begin(std::vector<sys::Fd> journals) {
    if (journals.empty()) throw sys::Error(sys::Kind::internal, "starting a file worker: it got no journal");
    journal_ = files::Journal(std::move(journals.front()));
    for (std::size_t i = 1; i < journals.size(); ++i) {
      files::Journal left(std::move(journals[i]));
      files::settle(left);
    }
    return {};
  }

  std::string run(const WorkerRequest& request) {
    if (request.operation >= Operations::runs.size())
      throw sys::Error(sys::Kind::internal, "there is no operation {}", request.operation);
    const files::Judge judge = [&](const std::vector<files::Touch>& touches) {
      return touches == request.expected ? request.rulings : ask(touches);
    };
    if (request.changes_files) {
      files::settle(journal_);  // what an error has left
      journal_.begin(request.by);
    }
    return Operations::runs[request.operation](request.packed, judge, journal_);
  }

  std::vector<files::Ruling> ask(const std::vector<files::Touch>& touches) {
    post(server_, WorkerTag::ask, sys::packed(touches));
    const std::optional<WorkerLetter> letter = collect(server_);
    if (!letter) throw sys::Error(sys::Kind::io, "waiting for a decision: the server is gone");
    if (letter->tag != WorkerTag::rulings)
      throw sys::Error(sys::Kind::internal, "waiting for a decision: got letter '{}'",
                       static_cast<char>(letter->tag));
    auto rulings = sys::unpacked<std::vector<files::Ruling>>(letter->body);
    if (rulings.size() != touches.size()) throw sys::Error(sys::Kind::internal, "decisions are missing");
    return rulings;
  }

  sys::Channel& server_;
  files::Journal journal_;
};

}  // namespace

void run_file_worker(sys::Channel& server) {
  ::mallopt(M_TRIM_THRESHOLD, most_kept);
  FileWorker(server).serve();
}

}  // namespace shelltool
