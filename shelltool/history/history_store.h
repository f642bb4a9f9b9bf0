#pragma once
/// The history of a workspace on disk, the owner's: a file of records, and the contents that they speak of.
///
///     records-3             entries, packed, from the oldest; a last one that is cut off does not count
///     contents/VERSION-SIZE
///     lock                  held while something is written, since several servers may have one workspace

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/fd.h"
#include "shelltool/history/entry.h"

namespace shelltool {

struct HistoryBounds {
  std::size_t entries = 1000;
  std::uint64_t bytes = 256U << 20U;  ///< of contents
};

class HistoryStore {
 public:
  /// The directory is made when something is added.
  explicit HistoryStore(std::string directory, HistoryBounds bounds = {})
      : directory_(std::move(directory)), bounds_(bounds) {}

  /// What is written while this lives is written alone.
  class Writing {
   public:
    /// Throws sys::Error.
    explicit Writing(HistoryStore& store);
    /// Of the entry with this key; 0: there is none.
    [[nodiscard]] std::uint64_t id_of(std::uint64_t key) const {
      const auto there = store_.known_.ids.find(key);
      return there == store_.known_.ids.end() ? 0 : there->second;
    }
    KeptContent keep(std::string_view content);
    /// Gives it the next id, which it returns. The oldest go where there are too many.
    std::uint64_t add(HistoryEntry entry);

   private:
    void look();
    void prune();

    HistoryStore& store_;
    sys::Fd lock_, records_;
  };

  /// From the oldest on, without the changes of those that have a list. Throws sys::Error.
  [[nodiscard]] std::vector<HistoryEntry> entries() const;
  /// Those that were added since this was asked the last time, by whomever. Throws sys::Error.
  [[nodiscard]] std::vector<HistoryEntry> unseen();
  /// The changes, where they stand in a list.
  void read_list(HistoryEntry& entry) const;
  /// With its changes.
  [[nodiscard]] std::optional<HistoryEntry> entry(std::uint64_t id) const;
  /// Nothing where it is gone, or damaged.
  [[nodiscard]] std::optional<std::string> content(const KeptContent& content) const;

 private:
  /// Its number is that of the form of an entry: those of another are not read.
  [[nodiscard]] std::string records_path() const { return directory_ + "/records-3"; }
  /// Empty where nothing was added yet.
  [[nodiscard]] sys::Fd open_records() const;
  [[nodiscard]] std::string contents_directory() const { return directory_ + "/contents"; }

  /// Of the records, as long as nobody else has written some.
  struct Known {
    std::uint64_t inode = 0, end = 0;
    std::uint64_t last = 0, entries = 0, bytes = 0;
    std::map<std::uint64_t, std::uint64_t> ids;  // by key
  };
  struct Seen {
    std::uint64_t inode = 0, end = 0, last = 0;
  };

  std::string directory_;
  HistoryBounds bounds_;
  Known known_;
  Seen seen_;
};

}  // namespace shelltool
