#include "shelltool/setup/without_secrets.h"

#include <doctest/doctest.h>

#include "sandbox/sys/error.h"
#include "shelltool/setup/sign_ins.h"

using namespace shelltool;

TEST_CASE("who signs in is taken out of a URL, wherever it stands and however it is written") {
  CHECK(without_sign_ins("https://me:pw@r.example/x") == "https://r.example/x");
  CHECK(without_sign_ins("index-url = https://__token__:pypi-x@r.example:8443/simple\n") ==
        "index-url = https://r.example:8443/simple\n");
  CHECK(without_sign_ins("https://token@a.example,https://b:c@d@b.example|direct") ==
        "https://a.example,https://b.example|direct");
  CHECK(without_sign_ins("https://u:pa,s's<s@r.example/") == "https://r.example/");
  CHECK(without_sign_ins("https://a.example:8443,https://u:p@b.example") ==
        "https://a.example:8443,https://b.example");
  CHECK(without_sign_ins("https://me:p/w?x#y@r.example/x") == "https://r.example/x");
  CHECK(without_sign_ins("\"http://a:b@[::1]:80/\" 'ssh://git@h/'") == "\"http://[::1]:80/\" 'ssh://git@h/'");
}

TEST_CASE("a URL without a sign-in, and text that is none, stay as they are") {
  for (const char* text : {"https://r.example:8443/@scope/pkg", "https://r.example/a@1.0",
                           "http://[::1]:80/@x", "me@mail.example", "a://", "://", "", "https://r.example"})
    CHECK(without_sign_ins(text) == text);
}

TEST_CASE("of other settings lines that speak of secrets go, but for what stands in URLs") {
  CHECK(without_secrets(
            "registry \"https://auth-token.example/\"\n\"//r/:_authToken\" \"SECRET\"\n[registries.x]\n"
            "index = \"https://me:pw@r/\"\nToken = \"SECRET\"\nproxy_password=SECRET",
            SettingsForm::lines) ==
        "registry \"https://auth-token.example/\"\n[registries.x]\nindex = \"https://r/\"\n");
}

TEST_CASE("what a line that is left out begins goes with it") {
  CHECK(without_secrets("[pypi-token]\npypi = \"SECRET\"\n[repositories]\nx = \"https://r/\"\n",
                        SettingsForm::lines) == "[repositories]\nx = \"https://r/\"\n");
  CHECK(without_secrets("token = \"\"\"\nSECRET\n\"\"\"\nindex = \"https://r/\"\n", SettingsForm::lines) ==
        "index = \"https://r/\"\n");
  CHECK(without_secrets("[global]\npassword =\n  SECRET\ntimeout = 1\n", SettingsForm::lines) ==
        "[global]\ntimeout = 1\n");
}

TEST_CASE("who signs in at a proxy is taken out where its address is no URL") {
  CHECK(without_secrets("proxy = u:hush@proxy.example:80\n", SettingsForm::lines) ==
        "proxy = proxy.example:80\n");
  CHECK(without_secrets("[http]\nproxy = \"u:hush@proxy.example:80\"\n", SettingsForm::lines) ==
        "[http]\nproxy = \"proxy.example:80\"\n");
  CHECK(without_secrets("https-proxy=u:hush@proxy.example\n", SettingsForm::npmrc) ==
        "https-proxy=proxy.example\n");
  CHECK(without_secrets("httpProxy: \"u:hush@proxy.example\"\n", SettingsForm::yarnrc).find("hush") ==
        std::string::npos);
}

TEST_CASE("odd passwords, queries and line ends hide nothing") {
  CHECK(without_sign_ins("https://u:p\"w@r.example/x") == "https://r.example/x");
  CHECK(without_sign_ins("https://r.example/npm?token=SECRET next") == "https://r.example/npm next");
  CHECK(without_sign_ins("https://r.example/npm?page=1") == "https://r.example/npm?page=1");
  CHECK(without_secrets("registry=https://r/\r//x/:_authToken=SECRET", SettingsForm::npmrc) ==
        "registry=https://r/\n");
  CHECK(without_secrets("[url \"https://me:SECRET@h/\"]\n\tinsteadOf = ssh://git@h/\n", SettingsForm::urls) ==
        "[url \"https://h/\"]\n\tinsteadOf = ssh://git@h/\n");
  CHECK_THROWS_AS(without_secrets(std::string("<\0s\0>\0", 6), SettingsForm::xml), sys::Error);
}

TEST_CASE("a line of many beginnings of URLs takes no time to speak of, and is dropped") {
  std::string line = "registry=";
  for (int i = 0; i < 100'000; ++i) line += "://";
  CHECK(without_sign_ins(line) == "registry=://");
  CHECK(without_secrets(line, SettingsForm::lines) == "registry=://");
}

TEST_CASE("comments in XML end nothing that is left out") {
  CHECK(without_secrets(
            "<settings><servers><!-- don't share --><server/></servers><mirrors><m/></mirrors></settings>",
            SettingsForm::xml) == "<settings><mirrors><m/></mirrors></settings>");
  CHECK(without_secrets("<c><apikeys><!-- </apikeys> --><add value=\"SECRET\"/></apikeys></c>",
                        SettingsForm::xml) == "<c></c>");
}

TEST_CASE("of .npmrc what says where packages come from is kept, and nothing that signs in") {
  const char* const npmrc =
      "# mine\n"
      "registry=https://me:pw@npm.corp.example/\n"
      "@corp:registry = \"https://npm.corp.example/\"\n"
      "\"@quoted:registry\"=https://q.example/\n"
      "//npm.corp.example/:_authToken=SECRET\n"
      "//registry:registry=SECRET\n"
      "_auth = SECRET\n"
      "always-auth=true\n"
      "email=SECRET\n"
      "  ignore-scripts = true\r\n"
      "ca[]=x\n"
      "key=SECRET";
  CHECK(without_secrets(npmrc, SettingsForm::npmrc) ==
        "registry=https://npm.corp.example/\n"
        "@corp:registry = \"https://npm.corp.example/\"\n"
        "\"@quoted:registry\"=https://q.example/\n"
        "ignore-scripts = true\n"
        "ca[]=x\n");
  CHECK(without_secrets("", SettingsForm::npmrc).empty());
}

TEST_CASE("of .yarnrc.yml the servers of all scopes are kept, and no token") {
  const std::string kept = without_secrets(
      "npmRegistryServer: \"https://me:pw@npm.corp.example\"\n"
      "npmAuthToken: SECRET\n"
      "npmScopes:\n"
      "  corp:\n"
      "    npmRegistryServer: https://corp.example\n"
      "    npmAuthToken: SECRET\n"
      "npmRegistries:\n"
      "  //corp.example: {npmAuthIdent: SECRET}\n"
      "enableScripts: false\n"
      "unsafeHttpWhitelist: [corp.example]\n",
      SettingsForm::yarnrc);
  CHECK(kept ==
        "{\n"
        "  \"npmRegistryServer\": \"https://npm.corp.example\",\n"
        "  \"npmScopes\": {\n"
        "    \"corp\": {\n"
        "      \"npmRegistryServer\": \"https://corp.example\"\n"
        "    }\n"
        "  },\n"
        "  \"enableScripts\": false,\n"
        "  \"unsafeHttpWhitelist\": [\n"
        "    \"corp.example\"\n"
        "  ]\n"
        "}\n");
}

TEST_CASE("a .yarnrc.yml that cannot be read leads to no registry at all, not to the public one") {
  for (const char* broken :
       {"a: [", "npmAuthToken: SECRET\nnpmAuthToken: SECRET\n", "\x01", "- x", "npmScopes: SECRET"}) {
    const std::string kept = without_secrets(broken, SettingsForm::yarnrc);
    CHECK(kept.find(".invalid/\"") != std::string::npos);
    CHECK(kept.find("SECRET") == std::string::npos);
  }
}

TEST_CASE("of Maven's settings the servers go, and mirrors stay as they were written") {
  CHECK(without_secrets(
            "<settings>\n"
            "  <!-- SECRET -->\n"
            "  <mirrors><mirror><url>https://me:pw@m.example/</url></mirror></mirrors>\n"
            "  <servers>\n    <server><id>m</id><password>SECRET</password></server>\n  </servers>\n"
            "  <proxies><proxy><host>p</host><password>SECRET</password></proxy></proxies>\n"
            "  <profile><properties><deploy.token>SECRET</deploy.token><a>1</a></properties></profile>\n"
            "</settings>\n",
            SettingsForm::xml) ==
        "<settings>\n"
        "  \n"
        "  <mirrors><mirror><url>https://m.example/</url></mirror></mirrors>\n"
        "  \n"
        "  <proxies><proxy><host>p</host></proxy></proxies>\n"
        "  <profile><properties><a>1</a></properties></profile>\n"
        "</settings>\n");
}

TEST_CASE("of NuGet's settings sources stay, and credentials and keys go") {
  CHECK(without_secrets(
            "<configuration><packageSources><clear /><add key=\"corp\" value=\"https://n.example/\" />"
            "</packageSources><packageSourceCredentials><corp><add key=\"ClearTextPassword\" "
            "value=\"SECRET\" /></corp></packageSourceCredentials><apikeys><add key=\"x\" "
            "value=\"SECRET\"/></apikeys><config><add key=\"http_proxy.password\" value=\"SECRET>\" "
            "/></config></configuration>",
            SettingsForm::xml) ==
        "<configuration><packageSources><clear /><add key=\"corp\" value=\"https://n.example/\" />"
        "</packageSources><config></config></configuration>");
}

TEST_CASE("what has no end is left out with all that follows") {
  for (const char* text : {"<a/><servers><x>SECRET</x>", "<a/><!-- SECRET", "<a/><servers SECRET",
                           "<a/><servers><servers></servers>SECRET"})
    CHECK(without_secrets(text, SettingsForm::xml) == "<a/>");
}
