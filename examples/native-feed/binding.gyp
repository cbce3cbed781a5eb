{
  "targets": [
    {
      "target_name": "feed",
      "sources": ["feed.c"],
      "defines": ["NAPI_VERSION=8"],
      "include_dirs": ["<!(node -p \"require('isolane/include')\")"],
      "cflags": ["-std=gnu11", "-Wall", "-Wextra"]
    }
  ]
}
