// The modules of one interpreter, by URL.
#pragma once

#include <v8.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace isolane {

// Who calls is inside the interpreter, holding its lock. Where a module is found and read is
// decided above (src/guest/modules.ts asks its host); here they are compiled, linked and run.
//
// Each function that returns an empty handle or false leaves an exception pending.
class Modules {
 public:
  explicit Modules(v8::Isolate* isolate) : isolate_(isolate) {}

  // The specifiers that the module at `url` requests, in order, without doubles.
  bool compile(v8::Local<v8::String> url, v8::Local<v8::String> source,
               std::vector<v8::Local<v8::String>>* requests);
  // A module whose exports are the own enumerable properties of `exports`.
  bool synthesize(v8::Local<v8::Context> context, v8::Local<v8::String> url,
                  v8::Local<v8::Object> exports);
  // Says which module `specifier` means in the module at `url`.
  void link(v8::Local<v8::String> url, v8::Local<v8::String> specifier,
            v8::Local<v8::String> target);
  // A promise for the namespace of the module at `url`, all of whose graph is compiled and linked.
  v8::MaybeLocal<v8::Promise> evaluate(v8::Local<v8::Context> context, v8::Local<v8::String> url);
  // The URL of a module of this interpreter.
  v8::Local<v8::String> url_of(v8::Local<v8::Module> module) const;

 private:
  struct Entry {
    std::string url;
    v8::Global<v8::Module> module;
    v8::Global<v8::Object> exports;                        // of a synthetic module
    std::unordered_map<std::string, std::string> targets;  // specifier → URL
  };
  Entry* find(const std::string& url);
  const Entry* find(v8::Local<v8::Module> module) const;
  Entry& add(const std::string& url, v8::Local<v8::Module> module);

  static v8::MaybeLocal<v8::Module> resolve(v8::Local<v8::Context> context,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray> attributes,
                                            v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Value> fill(v8::Local<v8::Context> context,
                                        v8::Local<v8::Module> module);

  v8::Isolate* isolate_;
  std::unordered_map<std::string, Entry> by_url_;
  std::unordered_multimap<int, std::string> by_hash_;  // Module::GetIdentityHash → URL
};

// Runs `source` as a script in the global scope.
v8::MaybeLocal<v8::Value> run_script(v8::Local<v8::Context> context, v8::Local<v8::String> source,
                                     v8::Local<v8::String> name);

}  // namespace isolane
