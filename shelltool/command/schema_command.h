#pragma once

namespace shelltool {

struct SchemaOptions {
  bool of_grants = false;
};

/// `gatehouse policy schema`: what a rules file may hold, for editors and validators. Returns 0.
int run_schema(const SchemaOptions& options);

}  // namespace shelltool
