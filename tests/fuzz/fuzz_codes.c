/* Any bytes as a weight code: what the check accepts holds what it says, and reading it never
 * leaves its words.
 *
 * Bytes come from libFuzzer (libfuzzer.py): code, parameter, fan-in, channels, connections,
 * then the words.
 */
#include <stdlib.h>
#include <string.h>

#include "sbnn/connections.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

/* Reads an accepted code as a kernel would: ascending indices of weights that exist, as many as
 * are promised, `most` of a channel at most. */
static void read_all(const sbnn_connections* code, int32_t fan_in) {
  sbnn_connection_reader reader;
  sbnn_open_connections(&reader, code);
  int32_t last = -1, channel = -1, of_channel = 0, most = 0;
  for (int32_t i = 0; i < code->count; ++i) {
    const int32_t index = sbnn_next_connection(&reader);
    if (index <= last || index >= code->weights) abort();
    if (index / fan_in != channel) of_channel = 0;
    channel = index / fan_in;
    ++of_channel;
    if (of_channel > most) most = of_channel;
    last = index;
  }
  if (sbnn_next_connection(&reader) != SBNN_NO_CONNECTION) abort();
  if (most != code->most) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  enum { HEAD = 8 };
  if (size < HEAD + 4u) return 0;
  sbnn_connections code = {0};
  code.code = data[0] % (SBNN_CODES + 1);
  code.parameter = data[1];
  const int32_t fan_in = 1 + data[2] + (data[3] & 1) * 256;
  code.weights = fan_in * (1 + data[4] % 8);
  code.count = (data[5] | data[6] << 8) % (code.weights + 2);
  code.is_signed = data[7] & 1u;
  code.word_count = (int32_t)((size - HEAD) / 4u);
  uint32_t* words = (uint32_t*)malloc((size_t)code.word_count * 4u);
  uint32_t* signs = NULL;
  if (words == NULL) exit(3);
  memcpy(words, data + HEAD, (size_t)code.word_count * 4u);
  code.words = words;
  if (code.is_signed != 0u && code.code != SBNN_CODE_SLICED) {
    const size_t count = (size_t)sbnn_sign_words(code.count);
    signs = (uint32_t*)calloc(count + (count == 0u), 4u);
    if (signs == NULL) exit(3);
    for (size_t i = 0; i < count; ++i)
      signs[i] = words[i % (size_t)code.word_count];
    if (code.count % 32 != 0) signs[count - 1u] &= (1u << code.count % 32) - 1u;
    code.signs = signs;
  }
  if (sbnn_code_is_possible(&code, fan_in) &&
      sbnn_check_connections(&code, fan_in)) {
    if (code.code != SBNN_CODE_SLICED) read_all(&code, fan_in);
  } else {
    sbnn_connection_reader reader; /* a broken one is read to its end as well */
    if (code.code != SBNN_CODE_SLICED && sbnn_code_is_possible(&code, fan_in)) {
      sbnn_open_connections(&reader, &code);
      for (int32_t i = 0; i <= code.count; ++i) sbnn_next_connection(&reader);
    }
  }
  free(words), free(signs);
  return 0;
}
