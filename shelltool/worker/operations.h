#pragma once
/// The table of what a file worker can do. An operation is a function
///
///     Result operation(const Request&, const Judge&)             it reads
///     Result operation(const Request&, const Judge&, Journal&)   it changes files, see files/replace_file.h
///
/// whose Request and Result have a carry() beside them; it throws FileError. One line in `Operations` makes
/// it known to server and worker.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "sandbox/sys/packing.h"
#include "shelltool/files/apply_patch.h"
#include "shelltool/files/compare.h"
#include "shelltool/files/edit.h"
#include "shelltool/files/file_ops.h"
#include "shelltool/files/find.h"
#include "shelltool/files/grep.h"
#include "shelltool/files/journal.h"
#include "shelltool/files/judge.h"
#include "shelltool/files/keep_files.h"
#include "shelltool/files/look_over.h"
#include "shelltool/files/put_back.h"
#include "shelltool/files/read.h"

namespace shelltool {

template <class Function>
struct OperationTraits;
template <class R, class Q>
struct OperationTraits<R (*)(const Q&, const files::Judge&)> {
  using Request = Q;
  using Result = R;
  static constexpr bool changes = false;
};
template <class R, class Q>
struct OperationTraits<R (*)(const Q&, const files::Judge&, files::Journal&)> {
  using Request = Q;
  using Result = R;
  static constexpr bool changes = true;
};

template <auto operation>
using RequestOf = typename OperationTraits<decltype(operation)>::Request;
template <auto operation>
using ResultOf = typename OperationTraits<decltype(operation)>::Result;

template <auto operation>
constexpr bool changes_files = OperationTraits<decltype(operation)>::changes;

template <auto operation>
std::string run_packed(std::string_view request, const files::Judge& judge,
                       [[maybe_unused]] files::Journal& journal) {
  const auto unpacked = sys::unpacked<RequestOf<operation>>(request);
  if constexpr (!changes_files<operation>)
    return sys::packed(operation(unpacked, judge));
  else
    return sys::packed(operation(unpacked, judge, journal));
}

template <auto... operations>
struct OperationList {
  using Run = std::string (*)(std::string_view, const files::Judge&, files::Journal&);
  static constexpr std::array<Run, sizeof...(operations)> runs = {&run_packed<operations>...};

  /// Does not compile for what is not in the list.
  template <auto operation>
  static constexpr std::uint32_t number() {
    constexpr std::array<bool, sizeof...(operations)> is_it = {is_same<operation, operations>...};
    std::uint32_t number = 0;
    while (!is_it[number]) ++number;
    return number;
  }

 private:
  template <auto a, auto b>
  static constexpr bool is_same =
      std::is_same_v<std::integral_constant<decltype(a), a>, std::integral_constant<decltype(b), b>>;
};

using Operations = OperationList<&files::read, &files::edit, &files::write, &files::apply_patch,
                                 &files::file_ops, &files::find, &files::grep, &files::put_back,
                                 &files::keep_files, &files::look_over, &files::differ, &files::compare>;

template <auto operation>
constexpr bool makes_names =
    changes_files<operation>&& Operations::number<operation>() != Operations::number<&files::edit>();

}  // namespace shelltool
