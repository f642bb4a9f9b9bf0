#include "policy/redact.h"

#include <doctest/doctest.h>

using Words = std::vector<std::string>;

TEST_CASE("values that look like secrets are replaced, and nothing else is") {
  struct Row {
    Words argv, shown;
  };
  const std::string token(36, 'a');
  for (const Row& row :
       {Row{{"curl", "-H", "Authorization: Bearer abc"}, {"curl", "-H", "Authorization: Bearer [redacted]"}},
        Row{{"x", "--password=hunter2", "file"}, {"x", "--password=[redacted]", "file"}},
        Row{{"x", "--api-key", "abc", "y"}, {"x", "--api-key", "[redacted]", "y"}},
        Row{{"env", "GITHUB_TOKEN=abc", "gh"}, {"env", "GITHUB_TOKEN=[redacted]", "gh"}},
        Row{{"git", "clone", "https://me:pw@host/x"}, {"git", "clone", "https://me:[redacted]@host/x"}},
        Row{{"echo", "ghp_" + token}, {"echo", "[redacted]"}},
        Row{{"sh", "-c", "curl -u x:ghp_" + token + " y"}, {"sh", "-c", "curl -u x:[redacted] y"}},
        Row{{"git", "commit", "-m", "add token handling"}, {"git", "commit", "-m", "add token handling"}},
        Row{{"git", "clone", "https://TOKEN@host/x"}, {"git", "clone", "https://[redacted]@host/x"}},
        Row{{"x", "https://u:a@h,https://v:b@h2"}, {"x", "https://u:[redacted]@h,https://v:[redacted]@h2"}},
        Row{{"git", "clone", "ssh://git@host/x"}, {"git", "clone", "ssh://git@host/x"}},
        Row{{"git", "clone", "https://host/a@b"}, {"git", "clone", "https://host/a@b"}},
        Row{{"x", "--token", "-value"}, {"x", "--token", "[redacted]"}},
        Row{{"x", "--password", "--user", "me"}, {"x", "--password", "--user", "me"}},
        Row{{"curl", "https://h/x?access_token=abc&y=1"},
            {"curl", "https://h/x?access_token=[redacted]&y=1"}},
        Row{{"docker", "run", "--env=API_KEY=abc"}, {"docker", "run", "--env=API_KEY=[redacted]"}},
        Row{{"docker", "run", "-eAPI_KEY=abc"}, {"docker", "run", "-eAPI_KEY=[redacted]"}},
        Row{{"sh", "-c", "A=1 TOKEN='a b' DB_PASSWORD=c; x"},
            {"sh", "-c", "A=1 TOKEN='[redacted]' DB_PASSWORD=[redacted]; x"}},
        Row{{"curl", "-H", "X-Auth-Token: abc"}, {"curl", "-H", "X-Auth-Token: [redacted]"}},
        Row{{"curl", "-d", R"({"password":"a", "user": "me"})"},
            {"curl", "-d", R"({"password":"[redacted]", "user": "me"})"}},
        Row{{"x", "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n"},
            {"x", "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\n"}},
        Row{{"curl", "-u", "me:abc"}, {"curl", "-u", "me:[redacted]"}},
        Row{{"curl", "--user=me:abc"}, {"curl", "--user=me:[redacted]"}},
        Row{{"docker", "run", "-u", "app:grp"}, {"docker", "run", "-u", "app:grp"}},
        Row{{"/usr/bin/curl", "-ume:12345678"}, {"/usr/bin/curl", "-ume:[redacted]"}},
        Row{{"curl", "-H", "PRIVATE-TOKEN:abc"}, {"curl", "-H", "PRIVATE-TOKEN:[redacted]"}},
        Row{{"sh", "-c", "STRIPE_KEY=a DB_PWD=b x"},
            {"sh", "-c", "STRIPE_KEY=[redacted] DB_PWD=[redacted] x"}},
        Row{{"sh", "-c", "TOKEN=1; echo evil"}, {"sh", "-c", "TOKEN=[redacted]; echo evil"}},
        Row{{"sh", "-c", ": basic x; echo evil"}, {"sh", "-c", ": basic x; echo evil"}},
        Row{{"sh", "-c", ": token: x; echo evil"}, {"sh", "-c", ": token: [redacted]; echo evil"}},
        Row{{"python3", "-c", "pass=1; evil()"}, {"python3", "-c", "pass=[redacted]; evil()"}},
        Row{{"x", "password: hunter2 [redacted]"}, {"x", "password: [redacted] [redacted]"}},
        Row{{"x", "--max-tokens", "4096", "--token-file", "f"},
            {"x", "--max-tokens", "4096", "--token-file", "f"}},
        Row{{"git", "commit", "-m", "basic support for bearer tokens"},
            {"git", "commit", "-m", "basic support for bearer tokens"}},
        Row{{"git", "switch", "task/sk-feature-branch-keepme-for-x"},
            {"git", "switch", "task/sk-feature-branch-keepme-for-x"}},
        Row{{"docker", "pull", "host/secret:latest"}, {"docker", "pull", "host/secret:latest"}},
        Row{{"sh", "-c", "deploy --token abc --api-key 'd e'; ls"},
            {"sh", "-c", "deploy --token [redacted] --api-key '[redacted]'; ls"}},
        Row{{"sh", "-c", "login --password --user me; ls"}, {"sh", "-c", "login --password --user me; ls"}},
        Row{{"git", "commit", "-m", "a token is no word"}, {"git", "commit", "-m", "a token is no word"}},
        Row{{"/usr/bin/mysql", "-uroot", "-phunter2", "db"},
            {"/usr/bin/mysql", "-uroot", "-p[redacted]", "db"}},
        Row{{"mkdir", "-pv", "a"}, {"mkdir", "-pv", "a"}},
        Row{{"npm", "config", "set", "//r.example/:_authToken", "abc"},
            {"npm", "config", "set", "//r.example/:_authToken", "[redacted]"}},
        Row{{"aws", "configure", "set", "aws_secret_access_key", "abc"},
            {"aws", "configure", "set", "aws_secret_access_key", "[redacted]"}},
        Row{{"npm", "config", "set", "registry", "abc"}, {"npm", "config", "set", "registry", "abc"}},
        Row{{"task-kit", "disk-usage"}, {"task-kit", "disk-usage"}}}) {
    CHECK(policy::redacted(row.argv) == row.shown);
  }
}
