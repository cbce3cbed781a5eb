#include <uv.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "../isolate/module_source.h"
#include "module_functions.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// What is at a path; the numbers are those of FileKind in src/binding/module-binding.ts.
enum class FileKind : int { kNone = -1, kFile = 0, kFolder = 1, kOther = 2 };

void throw_error(Isolate* isolate, const char* code, const std::string& text) {
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<Value> error = v8::Exception::Error(literal(isolate, text.c_str()));
  error.As<v8::Object>()->Set(context, literal(isolate, "code"), literal(isolate, code)).Check();
  isolate->ThrowException(error);
}

// As Node words it: "ENOENT: no such file or directory, open '/a/b'".
void throw_system_error(Isolate* isolate, int number, const char* what, const std::string& path) {
  const int error = uv_translate_sys_error(number);
  throw_error(isolate, uv_err_name(error),
              std::string(uv_err_name(error)) + ": " + uv_strerror(error) + ", " + what + " '" +
                  path + "'");
}

// The path that the first argument is. The native side keeps to what the creator decided, whatever
// the guest has made of the rest of its own world.
bool path_at(Arguments args, std::string* path) {
  Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsString()) {
    isolate->ThrowException(v8::Exception::TypeError(literal(isolate, "a path is needed")));
    return false;
  }
  if (Realm::of(args).self()->options().deny_modules) {
    throw_error(isolate, "ERR_ISOLANE_MODULES_DENIED", "modules are denied to this interpreter");
    return false;
  }
  v8::String::Utf8Value characters(isolate, args[0]);
  path->assign(*characters, characters.length());
  return true;
}

std::filesystem::path native_path(const std::string& path) {
  return std::filesystem::path(std::u8string(path.begin(), path.end()));
}

void stat_path(Arguments args) {
  std::string path;
  if (!path_at(args, &path)) return;
  std::error_code failed;
  const std::filesystem::file_status status = std::filesystem::status(native_path(path), failed);
  FileKind kind = FileKind::kOther;
  if (failed || !std::filesystem::exists(status)) {
    kind = FileKind::kNone;
  } else if (std::filesystem::is_regular_file(status)) {
    kind = FileKind::kFile;
  } else if (std::filesystem::is_directory(status)) {
    kind = FileKind::kFolder;
  }
  args.GetReturnValue().Set(static_cast<int>(kind));
}

void real_path(Arguments args) {
  std::string path;
  if (!path_at(args, &path)) return;
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(native_path(path), failed);
  if (failed) return throw_system_error(args.GetIsolate(), failed.value(), "realpath", path);
  const std::u8string text = real.u8string();
  Local<v8::String> result;
  if (v8::String::NewFromUtf8(args.GetIsolate(), reinterpret_cast<const char*>(text.data()),
                              v8::NewStringType::kNormal, static_cast<int>(text.size()))
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

// Throws if it cannot.
bool read(Isolate* isolate, const std::string& path, std::string* bytes) {
#ifdef _WIN32
  std::FILE* file = _wfopen(native_path(path).c_str(), L"rb");
#else
  std::FILE* file = std::fopen(path.c_str(), "rbe");
#endif
  if (file == nullptr) {
    throw_system_error(isolate, errno, "open", path);
    return false;
  }
  char buffer[1 << 14];
  size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, file)) != 0) bytes->append(buffer, count);
  const int error = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (error != 0) {
    throw_system_error(isolate, error, "read", path);
    return false;
  }
  return true;
}

void read_text(Arguments args) {
  std::string path;
  std::string bytes;
  if (!path_at(args, &path) || !read(args.GetIsolate(), path, &bytes)) return;
  Local<v8::String> text;
  if (source_text(args.GetIsolate(), std::move(bytes)).ToLocal(&text)) {
    args.GetReturnValue().Set(text);
  }
}

void read_bytes(Arguments args) {
  std::string path;
  std::string bytes;
  if (!path_at(args, &path) || !read(args.GetIsolate(), path, &bytes)) return;
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(args.GetIsolate(), bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->Data(), bytes.data(), bytes.size());
  args.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, bytes.size()));
}

void working_folder(Arguments args) {
  std::error_code failed;
  const std::u8string text = std::filesystem::current_path(failed).u8string();
  if (failed) return throw_system_error(args.GetIsolate(), failed.value(), "getcwd", ".");
  Local<v8::String> result;
  if (v8::String::NewFromUtf8(args.GetIsolate(), reinterpret_cast<const char*>(text.data()),
                              v8::NewStringType::kNormal, static_cast<int>(text.size()))
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

}  // namespace

const std::vector<NamedFunction>& module_file_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"statPath", stat_path},   {"realPath", real_path},           {"readText", read_text},
      {"readBytes", read_bytes}, {"workingFolder", working_folder},
  };
  return *functions;
}

}  // namespace isolane
