{
  # Built by clang alone: the flags are its own. The runtime of the sanitizers is loaded before Node.
  "variables": {
    "node_addon_api": "<!(node -p \"require('path').dirname(require.resolve('node-addon-api'))\")",
    "fuzzer_runtime": "<!(clang++-19 -print-file-name=libclang_rt.fuzzer_no_main-x86_64.a)",
    "instrument": [
      "-g1",
      "-O1",
      "-fno-omit-frame-pointer",
      "-fsanitize=address,undefined,fuzzer-no-link",
      "-fno-sanitize=vptr,function",
      "-fno-sanitize-recover=all"
    ]
  },
  "targets": [
    {
      "target_name": "isolane_fuzz",
      "sources": [
        "<!@(node -p \"require('fs').readdirSync('native',{recursive:true}).filter(f => /^(core|value|capi|isolate|binding|fuzz.addon).[^/]*[.]cc$/.test(f) && f !== 'binding/addon.cc').map(f => 'native/'+f).sort().join(' ')\")"
      ],
      "include_dirs": ["native", "include", "<(node_addon_api)"],
      "defines": [
        "NAPI_VERSION=9",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS"
      ],
      "cflags!": ["-O3"],
      "cflags_cc!": ["-std=gnu++17"],
      "cflags_cc": ["-std=gnu++20", "<@(instrument)"],
      "cflags": ["-isystem<(node_root_dir)/include/node", "-isystem<(node_addon_api)"],
      # The sanitizer's runtime, which is loaded before, has what libFuzzer has to count with, too.
      "ldflags": ["<@(instrument)", "-Wl,-Bsymbolic"],
      "libraries": ["<(fuzzer_runtime)", "-lstdc++"]
    }
  ]
}
