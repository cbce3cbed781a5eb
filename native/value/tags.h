// What the tag of a parcel means: which JavaScript value it carries, and how.
#pragma once

#include <bit>
#include <cstdint>

namespace isolane {

enum Tag : uint8_t {
  kTagEmpty = 0,
  kTagUndefined,
  kTagNull,
  kTagTrue,
  kTagFalse,
  kTagNumber,      // word: the bits of the double
  kTagBigInt,      // word: a signed 64-bit integer; larger ones are serialized
  kTagOneByte,     // Latin-1 characters: inline, in the block, or, of long strings, attached
  kTagTwoByte,     // UTF-16 code units, likewise
  kTagBytes,       // a buffer or view, copied; meta: its ViewKind; inline or in the block
  kTagMovedBytes,  // a buffer or view, handed over; meta: its ViewKind; see MovedExtent
  kTagSerialized,  // V8's structured clone, inline or in the block, with attachments; meta: how
                   // many instances come before the value itself
  kTagRecord,  // what src/codec writes, inline or in the block; meta: 0, or the number of a schema
  kTagForeignBytes,  // a buffer or view of memory from elsewhere; meta: its ViewKind; ForeignBytes
};

// Whether the number is a 32-bit integer: minus zero is none.
inline bool is_int32(double number, int32_t* integer) {
  // In this order, since what is out of range cannot be converted. NaN is neither.
  if (!(number >= INT32_MIN && number <= INT32_MAX)) return false;
  *integer = static_cast<int32_t>(number);
  return std::bit_cast<uint64_t>(static_cast<double>(*integer)) == std::bit_cast<uint64_t>(number);
}

// Which class of buffer or view a run of bytes is.
enum ViewKind : uint32_t {
  kArrayBuffer = 0,
  kUint8Array,
  kUint8ClampedArray,
  kInt8Array,
  kUint16Array,
  kInt16Array,
  kUint32Array,
  kInt32Array,
  kFloat32Array,
  kFloat64Array,
  kBigInt64Array,
  kBigUint64Array,
  kDataView,
  kFloat16Array,  // from V8 13 on
};

// The bytes of a kTagMovedBytes parcel: the part of the attached backing store that the view shows.
struct MovedExtent {
  uint64_t offset;
  uint64_t length;
};

// What stands before a host object in V8's structured clone. What comes later follows the value, or
// the instance, in which the objects that it belongs to are met, in the order of these.
enum HostObjectKind : uint32_t {
  kHostEndpoint = 1,   // followed by the index of its attachment
  kHostMoved = 2,      // followed by the value that it stands for
  kHostView = 3,       // followed by its ViewKind, offset and length in bytes, and its buffer
  kHostBytes = 4,      // followed by its ViewKind and length, and its bytes
  kHostOwned = 5,      // followed by the index of its attachment; what is in the box comes later
  kHostShared = 6,     // followed by the index of its attachment
  kHostFixed = 7,      // followed by the index of its attachment
  kHostMap = 8,        // its keys and values come later, as an array in which they alternate
  kHostSet = 9,        // its elements come later, as an array
  kHostInstance = 10,  // followed by its index among the instances before the value
};

}  // namespace isolane
