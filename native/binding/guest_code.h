// Our own code that runs inside interpreters: its text and V8's code caches, one for the process.
#pragma once

#include <v8.h>

#include <string>

namespace isolane {

// Code by name, each in a file NAME.js that is the body of a function with one parameter: "main" is
// what every interpreter starts with, the others are loaded when they are needed. The files have
// nothing but ASCII.
class GuestCode {
 public:
  // Any thread. Where the files are, in UTF-8; the first to say so is believed.
  static void set_folder(std::string folder);

  // Calls the code named `name` with `argument`. Empty with an exception pending if it cannot
  // be read or throws. The first call in the process leaves a code cache for all later ones.
  static v8::MaybeLocal<v8::Value> run(v8::Local<v8::Context> context, const std::string& name,
                                       v8::Local<v8::String> parameter,
                                       v8::Local<v8::Value> argument,
                                       v8::Local<v8::Function>* ran = nullptr);
  // Makes the code cache anew, with all functions of `ran` that have run by now. Once for a name.
  static void keep(const std::string& name, v8::Local<v8::Function> ran);
  // Whether that is still to be done.
  static bool wants(const std::string& name);
};

}  // namespace isolane
