# Sourced: per host, the settings that a user has before (with the mock model in them), how it is started for one turn,
# its own tools for commands and files, and one of those that it offers when gatehouse is not registered.
# Sets settings, run_with, own and control. Needs $HOME, $port, $here, $place and `installed`.
# shellcheck shell=bash disable=SC2034

# start_model LOG: the mock model reads $place/script.json; sets model, its process, and port.
start_model() {
  rm -f "$place/port"
  node "$here/mock-model.mjs" "$place/script.json" "$1" "$place/port" > "$place/model.out" 2>&1 &
  model=$!
  for _ in $(seq 200); do
    if [ -s "$place/port" ]; then port=$(cat "$place/port"); return 0; fi
    sleep 0.05
  done
  return 1
}

use_claude() {
  settings=(.claude/settings.json)
  mkdir -p "$HOME/.claude"
  printf '{"permissions": {"deny": ["WebFetch"]},\n "model": "opus"}' > "$HOME/.claude/settings.json"
  # All tools at once: by default it keeps some back until the model searches for them.
  run_with=(ANTHROPIC_BASE_URL="http://127.0.0.1:$port" ANTHROPIC_API_KEY=mock ENABLE_TOOL_SEARCH=false
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1
    "$(installed claude)/../../.bin/claude" -p 'Use the tool.' --output-format json)
  own=(Bash BashOutput KillShell Edit MultiEdit Write NotebookEdit Read Glob Grep LS Monitor PowerShell REPL)
  control=Bash
}

use_codex() {
  settings=(.codex/config.toml)
  mkdir -p "$HOME/.codex"
  cat > "$HOME/.codex/config.toml" <<TOML
# mine
model = "mock-model"
model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:$port/v1"
wire_api = "responses"
requires_openai_auth = false
supports_websockets = false
request_max_retries = 0
stream_max_retries = 0

[features]
view_image = true # mine, too
TOML
  run_with=("$(installed codex)/../../.bin/codex" exec --skip-git-repo-check --json 'Use the tool.')
  # Not apply_patch: Codex has no setting that turns it off, and register says so.
  own=(shell shell_command local_shell exec_command write_stdin view_image read_file list_dir grep_files)
  control=exec_command
}

use_opencode() {
  settings=(.config/opencode/opencode.json)
  mkdir -p "$HOME/.config/opencode"
  cat > "$HOME/.config/opencode/opencode.json" <<JSON
{
  // mine
  "permission": {"bash": {"git *": "allow"}, "*": "allow"},
  "autoupdate": false, "share": "disabled", "model": "mock/mock-model", "small_model": "mock/mock-model",
  "provider": {"mock": {"npm": "@ai-sdk/openai-compatible", "name": "mock",
    "options": {"baseURL": "http://127.0.0.1:$port/v1", "apiKey": "mock"},
    "models": {"mock-model": {"name": "mock", "tool_call": true, "limit": {"context": 100000, "output": 4000}}}}},
}
JSON
  # It would install its plugin kit from npm at each first start: it goes on without.
  run_with=(npm_config_offline=true npm_config_registry=http://127.0.0.1:9
    OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1
    OPENCODE_DISABLE_DEFAULT_PLUGINS=1 "$(installed opencode)/../.bin/opencode" run 'Use the tool.' --format json)
  own=(bash edit multiedit write patch apply_patch read grep glob list)
  control=bash
}

use_gemini() {
  settings=(.gemini/settings.json)
  mkdir -p "$HOME/.gemini"
  cat > "$HOME/.gemini/settings.json" <<'JSON'
{
  "security": {
    "auth": {"selectedType": "gemini-api-key"},
    "folderTrust": {"enabled": false}
  },
  "tools": {"exclude": ["web_fetch"]},
  "privacy": {"usageStatisticsEnabled": false},
  "telemetry": {"enabled": false},
  "general": {"enableAutoUpdate": false}
}
JSON
  # In its yolo mode, since otherwise it offers no shell at all when it is headless.
  run_with=(GEMINI_API_KEY=mock GOOGLE_GEMINI_BASE_URL="http://127.0.0.1:$port" GEMINI_CLI_TRUST_WORKSPACE=true
    "$(installed gemini)/../../.bin/gemini" -m gemini-2.5-flash -p 'Use the tool.' --output-format json --skip-trust
    --approval-mode yolo)
  own=(run_shell_command list_background_processes read_background_output write_file replace read_file read_many_files
    list_directory glob grep_search search_file_content)
  control=run_shell_command
}
