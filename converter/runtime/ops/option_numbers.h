/* The number of every option in files that hold numbers instead of names.
 *
 * A number is never given to another option: readers skip those that they do
 * not know. The converter's side is sbnn_converter/op_schema/numbers.py. */
#ifndef SBNN_OPS_OPTION_NUMBERS_H_
#define SBNN_OPS_OPTION_NUMBERS_H_

#define SBNN_OPTION_NUMBERS(X) \
  X(1, version)                \
  X(2, in_planes)              \
  X(3, out_planes)             \
  X(4, connections)            \
  X(5, code)                   \
  X(6, code_parameter)         \
  X(7, alpha_steps)            \
  X(8, domain_shift)           \
  X(9, has_signs)              \
  X(10, output_shift)          \
  X(11, stream)                \
  X(12, in_height)             \
  X(13, in_width)              \
  X(14, in_channels)           \
  X(15, out_height)            \
  X(16, out_width)             \
  X(17, out_channels)          \
  X(18, kernel_height)         \
  X(19, kernel_width)          \
  X(20, stride_height)         \
  X(21, stride_width)          \
  X(22, dilation_height)       \
  X(23, dilation_width)        \
  X(24, pad_top)               \
  X(25, pad_left)              \
  X(26, pad_value)             \
  X(27, groups)                \
  X(28, band_bytes)            \
  X(29, in_zero_point)         \
  X(30, units)                 \
  X(31, planes)                \
  X(32, positions)             \
  X(33, channels)              \
  X(34, pool_height)           \
  X(35, pool_width)            \
  X(36, height)                \
  X(37, width)                 \
  X(38, plus)                  \
  X(39, minus)                 \
  X(40, other_planes)          \
  X(41, most_connections)      \
  X(42, tap_major)

/* SBNN_OPTION_name: an option, whatever it is called or numbered in a file. */
typedef enum {
#define SBNN_OPTION_ENTRY(number, name) SBNN_OPTION_##name = number,
  SBNN_OPTION_NUMBERS(SBNN_OPTION_ENTRY)
#undef SBNN_OPTION_ENTRY
} sbnn_option_id;

#endif /* SBNN_OPS_OPTION_NUMBERS_H_ */
