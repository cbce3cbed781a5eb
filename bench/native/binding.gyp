{
  "targets": [
    {
      "target_name": "bare_isolate",
      "sources": ["bench/bare_isolate.cc", "native/isolate/guest_tasks.cc", "native/core/clock.cc"],
      "include_dirs": ["native"],
      "cflags_cc!": ["-std=gnu++17"],
      "cflags_cc": ["-std=gnu++20"],
      "xcode_settings": { "CLANG_CXX_LANGUAGE_STANDARD": "gnu++20" },
      "msvs_settings": {
        "VCCLCompilerTool": {
          "AdditionalOptions!": ["-std:c++17", "/std:c++17"],
          "AdditionalOptions": ["/std:c++20", "/Zc:__cplusplus"]
        }
      }
    }
  ]
}
