// Numbers of shapes and schemas, compared with maps.
#include <map>
#include <optional>
#include <string>

#include "../expect.h"
#include "../input.h"
#include "value/shapes.h"

namespace isolane::fuzz {
namespace {

// They are numbered for the whole process, and so is what is expected of them.
std::map<Shapes::Keys, uint32_t>& shapes() {
  static auto* const leaked = new std::map<Shapes::Keys, uint32_t>;
  return *leaked;
}
std::map<std::string, uint32_t>& schemas() {
  static auto* const leaked = new std::map<std::string, uint32_t>;
  return *leaked;
}

std::u16string key(Input& input) {
  std::u16string text(input.below(6), u'\0');
  // Few letters, and those by which a text could end too early.
  for (char16_t& unit : text) unit = u"\0\1\2ab\uffff"[input.below(6)];
  return text;
}

void use_shape(Input& input) {
  Shapes::Keys keys(input.below(8));
  for (std::u16string& each : keys) each = key(input);
  const std::optional<uint32_t> number = Shapes::all().number_of(keys);
  const auto known = shapes().find(keys);
  if (known != shapes().end()) {
    EXPECT(number == known->second);
  } else if (shapes().size() == Shapes::kMost) {
    EXPECT(!number);
    return;
  } else {
    EXPECT(number == shapes().size());
    shapes().emplace(keys, *number);
  }
  EXPECT(*Shapes::all().find(*number) == keys);
}

void use_schema(Input& input) {
  std::string text = "s";
  for (const uint8_t byte : input.take(input.below(4))) text += static_cast<char>('a' + byte % 4);
  const uint32_t number = Schemas::all().number_of(text);
  const auto [known, is_new] = schemas().try_emplace(text, number);
  EXPECT(number == (is_new ? schemas().size() : known->second));
  EXPECT(Schemas::all().find(number) == text);
}

void find(Input& input) {
  const uint32_t number = input.two_bytes();
  EXPECT((Shapes::all().find(number) != nullptr) == (number < shapes().size()));
  EXPECT(Schemas::all().find(number).empty() == (number == 0 || number > schemas().size()));
}

}  // namespace
}  // namespace isolane::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace isolane::fuzz;
  Input input({data, size});
  while (!input.empty()) {
    switch (input.below(4)) {
      case 0:
        use_schema(input);
        break;
      case 1:
        find(input);
        break;
      default:
        use_shape(input);
    }
  }
  return 0;
}
