// The modules of one interpreter: ES modules, modules made of values, and functions of CommonJS.
#pragma once

#include <v8.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/clock.h"
#include "code_cache.h"

namespace isolane {

// Who calls is inside the interpreter, holding its lock. Where a module is found and read, and what
// its specifiers mean, is decided above (src/guest/chunks/modules); here they are compiled, linked
// and run. A module goes by its number, from 0, which stays its own.
//
// Each function that returns an empty handle or false leaves an exception pending.
class Modules {
 public:
  using Number = uint32_t;

  explicit Modules(v8::Isolate* isolate) : isolate_(isolate) {}

  // An ES module. `url` is what stack traces and import.meta show.
  bool compile(v8::Local<v8::Context> context, v8::Local<v8::String> url,
               v8::Local<v8::String> source, Number* number);
  // What a module requests, in order: for each request an array of its specifier, then keys and
  // values of its attributes.
  v8::Local<v8::Array> requests(v8::Local<v8::Context> context, Number number) const;
  // A module with the exports `names`. When it is evaluated, `evaluate` is called and returns an
  // array of names and values in turn; what is not in it stays undefined.
  Number synthesize(v8::Local<v8::String> url, const std::vector<v8::Local<v8::String>>& names,
                    v8::Local<v8::Function> evaluate);
  // Says which modules the requests of a module mean, in order.
  void link(v8::Local<v8::Context> context, Number number, const std::vector<Number>& targets);
  // All of the graph is there and linked. An error says where it is.
  bool instantiate(v8::Local<v8::Context> context, Number number);
  // After instantiate(), and while nothing that the module imports is being evaluated. A promise,
  // which is settled already unless something awaits at its top level.
  v8::MaybeLocal<v8::Promise> evaluate(v8::Local<v8::Context> context, Number number);

  bool has(Number number) const { return number < entries_.size(); }
  v8::Local<v8::Module> module(Number number) const {
    return entries_[number].module.Get(isolate_);
  }
  // The URL of a module of this interpreter.
  v8::Local<v8::String> url_of(v8::Local<v8::Module> module) const;

  // The function of a CommonJS module, whose parameters are those that Node gives.
  v8::MaybeLocal<v8::Function> compile_common_js(v8::Local<v8::Context> context,
                                                 v8::Local<v8::String> path,
                                                 v8::Local<v8::String> source);
  // Calls one.
  v8::MaybeLocal<v8::Value> call(v8::Local<v8::Context> context, v8::Local<v8::Function> function,
                                 v8::Local<v8::Value> receiver,
                                 std::vector<v8::Local<v8::Value>>& arguments);
  // How often a call or an evaluation was stopped in the middle, for those who would otherwise
  // believe that it still runs.
  uint32_t times_stopped() const { return times_stopped_; }

  // Gives the process caches of what was compiled here from text, so that they hold what has run
  // by now; stops after about `budget`. Whether there is more to give.
  bool store_code(Clock::duration budget);

 private:
  struct Entry {
    std::string url;
    v8::Global<v8::Module> module;
    v8::Global<v8::Function> evaluate;                // of a synthetic module
    std::unordered_map<std::string, Number> targets;  // specifier and attributes → module
  };
  // Code that no cache had.
  struct Fresh {
    CodeKey key;
    v8::Global<v8::UnboundModuleScript> module;
    v8::Global<v8::Function> function;
  };

  const Entry* find(v8::Local<v8::Module> module) const;
  Number add(v8::Local<v8::String> url, v8::Local<v8::Module> module);

  static v8::MaybeLocal<v8::Module> resolve(v8::Local<v8::Context> context,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray> attributes,
                                            v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Value> fill(v8::Local<v8::Context> context,
                                        v8::Local<v8::Module> module);

  v8::Isolate* isolate_;
  std::vector<Entry> entries_;
  std::unordered_multimap<int, Number> by_hash_;  // Module::GetIdentityHash → number
  std::vector<Fresh> fresh_;
  uint32_t times_stopped_ = 0;
};

// Runs `source` as a script in the global scope. What it imports is resolved from `referrer`, or
// from `name` if that is empty.
v8::MaybeLocal<v8::Value> run_script(v8::Local<v8::Context> context, v8::Local<v8::String> source,
                                     v8::Local<v8::String> name, v8::Local<v8::String> referrer);

// What import() in code resolves from: what run_script() was given, or the name of the code.
v8::Local<v8::Value> referrer_of(v8::Local<v8::Context> context, v8::Local<v8::Data> options,
                                 v8::Local<v8::Value> name);

}  // namespace isolane
