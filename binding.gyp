{
  "variables": {
    "node_addon_api": "<!(node -p \"require('path').dirname(require.resolve('node-addon-api'))\")"
  },
  "targets": [
    {
      "target_name": "isolane",
      # Listed at configure time, so that a new file needs no entry here.
      "sources": [
        "<!@(node -p \"require('fs').readdirSync('native',{recursive:true}).map(f => 'native/'+f.replaceAll(require('path').sep,'/')).filter(f => /^native.(core|value|capi|isolate|binding).[^/]*[.]cc$/.test(f)).sort().join(' ')\")"
      ],
      "include_dirs": ["native", "include", "<(node_addon_api)"],
      "defines": [
        "NAPI_VERSION=9",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS"
      ],
      # Node 20 and 22 ask for C++17. RTTI and exceptions stay off, as Node's common.gypi has them:
      # a class that derives from V8's and has RTTI fails to load.
      "cflags_cc!": ["-std=gnu++17"],
      "cflags_cc": ["-std=gnu++20", "-fvisibility-inlines-hidden"],
      "cflags": [
        "-fvisibility=hidden",
        # Warnings are for our code, not for Node's headers.
        "-isystem<(node_root_dir)/include/node",
        "-isystem<(node_addon_api)"
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "gnu++20",
        "GCC_ENABLE_CPP_RTTI": "NO",
        "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "13.5",
        "WARNING_CFLAGS": ["-Wall", "-Wextra", "-Wno-unused-parameter"],
        "OTHER_CPLUSPLUSFLAGS": [
          "-isystem<(node_root_dir)/include/node",
          "-isystem<(node_addon_api)"
        ]
      },
      "msvs_settings": {
        "VCCLCompilerTool": {
          "AdditionalOptions!": ["-std:c++17", "/std:c++17"],
          "AdditionalOptions": ["/std:c++20", "/Zc:__cplusplus"],
          "RuntimeTypeInfo": "false",
          "ExceptionHandling": 0,
          "Optimization": 3
        }
      }
    }
  ]
}
