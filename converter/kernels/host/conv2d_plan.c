#include "conv2d_plan.h"

#include <stdlib.h>
#include <string.h>

#include "../src/connection_stream.h"
#include "../src/conv2d_borders.h"
#include "../src/inline.h"
#include "sbnn/planes.h"

enum {
  /* Copies of a band should stay in a first-level cache. */
  BAND_BYTES = 32768,
  MIN_SLICES = 5,
  NO_KIND = 0xFFFF /* of bits behind a plane's end */
};

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

static int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

static int64_t divide_down(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -divide_up(-a, b);
}

static int64_t whole_vectors(const sbnn_host_conv2d* plan, int64_t bytes) {
  return divide_up(bytes, plan->vector_bytes) * plan->vector_bytes;
}

/* Bits of a two's complement number of magnitude <= `most`. */
static int32_t signed_bits(int64_t most) {
  int32_t bits = 1;
  for (; most > 0; most >>= 1) ++bits;
  return bits;
}

static int32_t planes_of(const sbnn_host_conv2d* plan) {
  return plan->params.in_channels * plan->pixel_slices;
}

/* The stream of tap row `ky`, and the bits by which it is moved there. */
static int32_t rho_of(const sbnn_conv2d_params* p, int32_t ky) {
  return ky * p->dilation_height % p->stride_height;
}

static int32_t moved_bits(const sbnn_conv2d_params* p, int32_t ky) {
  return ky * p->dilation_height / p->stride_height * p->out_width;
}

static void choose_vectors(sbnn_host_conv2d* plan, int32_t batch,
                           int32_t widest) {
  int32_t bytes = (plan->positions + 7) / 8;
  plan->samples = 1;
  if (batch > 1 && bytes <= 8) {
    plan->lane_bytes = 1;
    while (plan->lane_bytes < bytes) plan->lane_bytes *= 2;
    while (plan->samples < batch && plan->samples * plan->lane_bytes < widest) {
      plan->samples *= 2;
    }
    bytes = plan->samples * plan->lane_bytes;
  }
  plan->vector_bytes = 16;
  while (plan->vector_bytes < bytes && plan->vector_bytes < widest) {
    plan->vector_bytes *= 2;
  }
  if (plan->samples > 1) {
    plan->samples = plan->vector_bytes / plan->lane_bytes;
    plan->words = 1;
  } else {
    plan->lane_bytes = plan->vector_bytes;
    plan->words = (int32_t)divide_up(plan->positions, 8 * plan->vector_bytes);
  }
}

/* Tap rows that read the same copies as `ky`: whole bytes apart. */
static bool share_copy(const sbnn_host_conv2d* plan, int32_t ky,
                       int32_t other) {
  const sbnn_conv2d_params* p = &plan->params;
  if (plan->samples > 1) return ky == other;
  return rho_of(p, other) == rho_of(p, ky) &&
         (moved_bits(p, other) - moved_bits(p, ky)) % 8 == 0;
}

/* The copies of the stream that is added last; `kx` is its tap column. */
static void plan_copies_of_stream(sbnn_host_conv2d* plan, int32_t kx) {
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t stream = plan->streams_count - 1;
  const int32_t band_bytes = plan->band_words * plan->vector_bytes;
  for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
    if (rho_of(p, ky) != plan->streams[stream].rho) continue;
    bool known = false;
    for (int32_t other = 0; other < ky; ++other) {
      if (share_copy(plan, ky, other)) known = true;
    }
    if (known) continue;
    sbnn_host_copy* copy = &plan->copies[plan->copies_count++];
    copy->stream = stream;
    copy->start = moved_bits(p, ky);
    copy->bytes = band_bytes;
    copy->at = plan->plane_bytes;
    for (int32_t other = ky; other < p->kernel_height; ++other) {
      if (!share_copy(plan, ky, other)) continue;
      const int32_t further = (moved_bits(p, other) - copy->start) / 8;
      plan->tap_at[other * p->kernel_width + kx] =
          (uint32_t)(copy->at + further);
      copy->bytes = band_bytes + further;
    }
    plan->plane_bytes += (copy->bytes + 7) / 8 * 8;
  }
}

static void plan_copies(sbnn_host_conv2d* plan) {
  const sbnn_conv2d_params* p = &plan->params;
  plan->streams_count = 0;
  plan->copies_count = 0;
  plan->plane_bytes = 0;
  for (int32_t rho = 0; rho < p->stride_height; ++rho) {
    bool used = false;
    for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
      if (rho_of(p, ky) == rho) used = true;
    }
    for (int32_t kx = 0; used && kx < p->kernel_width; ++kx) {
      sbnn_host_stream* stream = &plan->streams[plan->streams_count++];
      stream->rho = rho;
      stream->column = kx * p->dilation_width - p->pad_left;
      plan_copies_of_stream(plan, kx);
    }
  }
}

static bool lay_out(sbnn_host_conv2d* plan, const sbnn_host_memory* memory) {
  const sbnn_conv2d_params* p = &plan->params;
  plan->streams = (sbnn_host_stream*)sbnn_host_take(memory, plan->taps,
                                                    sizeof(sbnn_host_stream));
  plan->copies = (sbnn_host_copy*)sbnn_host_take(memory, plan->taps,
                                                 sizeof(sbnn_host_copy));
  plan->tap_at = (uint32_t*)sbnn_host_take(memory, plan->taps, 4u);
  if (plan->streams == NULL || plan->copies == NULL || plan->tap_at == NULL) {
    return false;
  }
  plan->band_words = plan->words;
  plan_copies(plan);
  for (int32_t bands = 2; plan->band_words > 2 &&
                          (int64_t)plan->plane_bytes * planes_of(plan) >
                              BAND_BYTES;
       ++bands) {
    /* An even number: sums take two vectors at a time. */
    plan->band_words = (int32_t)divide_up(plan->words, bands);
    plan->band_words += plan->band_words % 2;
    plan_copies(plan);
  }
  plan->bands = (int32_t)divide_up(plan->words, plan->band_words);
  if ((int64_t)plan->plane_bytes * planes_of(plan) > INT32_MAX) return false;
  plan->same_pitch = p->stride_height == 1 && p->stride_width == 1 &&
                     p->in_width == p->out_width;
  return true;
}

/* Whether a bit of a stream lies inside the image. */
static bool inside(const sbnn_host_conv2d* plan,
                   const sbnn_host_stream* stream, int64_t bit) {
  const sbnn_conv2d_params* p = &plan->params;
  const int64_t y =
      bit / p->out_width * p->stride_height + stream->rho - p->pad_top;
  const int64_t x = bit % p->out_width * p->stride_width + stream->column;
  return y >= 0 && y < p->in_height && x >= 0 && x < p->in_width;
}

static bool find_inside(sbnn_host_conv2d* plan,
                        const sbnn_host_memory* memory) {
  const int64_t before =
      (int64_t)(plan->bands - 1) * plan->band_words * plan->vector_bytes;
  const int64_t lane_bits =
      plan->samples > 1 ? 8 * (int64_t)plan->lane_bytes : INT64_MAX;
  for (int32_t i = 0; i < plan->copies_count; ++i) {
    sbnn_host_copy* copy = &plan->copies[i];
    const int64_t bytes = before + whole_vectors(plan, copy->bytes);
    copy->keep = (uint8_t*)sbnn_host_take(memory, bytes, 1u);
    if (copy->keep == NULL) return false;
    for (int64_t bit = 0; bit < 8 * bytes; ++bit) {
      if (inside(plan, &plan->streams[copy->stream],
                 copy->start + bit % lane_bits)) {
        copy->keep[bit / 8] |= (uint8_t)(1u << (bit % 8));
      }
    }
  }
  return true;
}

/* Bit of the input plane, or of the first row, that a stream begins at. */
static int64_t stream_shift(const sbnn_host_conv2d* plan, int32_t stream) {
  const sbnn_conv2d_params* p = &plan->params;
  return plan->streams[stream].column - (int64_t)p->pad_top * p->in_width;
}

int64_t sbnn_host_source_base(const sbnn_host_conv2d* plan, int32_t first) {
  const sbnn_conv2d_params* p = &plan->params;
  const int64_t byte = (int64_t)first * plan->vector_bytes;
  if (plan->same_pitch) return byte - plan->source_guard;
  const int64_t row = 8 * byte / p->out_width * p->stride_height - p->pad_top;
  return divide_down((row < 0 ? 0 : row) * p->in_width, 64) * 8 -
         plan->source_guard;
}

/* How much of the input a band reads. */
static void plan_source(sbnn_host_conv2d* plan) {
  const sbnn_conv2d_params* p = &plan->params;
  int64_t before = 0, behind = 0, longest = 0;
  for (int32_t i = 0; i < plan->copies_count; ++i) {
    const sbnn_host_copy* copy = &plan->copies[i];
    const int64_t bits = 8 * whole_vectors(plan, copy->bytes);
    const int64_t start = copy->start + stream_shift(plan, copy->stream);
    if (-start > before) before = -start;
    if (start + bits > behind) behind = start + bits;
    if (copy->start + bits > longest) longest = copy->start + bits;
  }
  if (plan->same_pitch) {
    plan->source_guard = (int32_t)((before + 63) / 64 * 8);
    plan->source_bytes =
        plan->source_guard + (int32_t)((behind + 63) / 64 * 8) + 16;
    return;
  }
  plan->source_guard = 8;
  const int64_t rows = (longest / p->out_width + 2) * p->stride_height;
  int64_t bits = rows * p->in_width;
  if (bits > (int64_t)p->in_height * p->in_width) {
    bits = (int64_t)p->in_height * p->in_width;
  }
  plan->source_bytes = (int32_t)(bits / 64 * 8) + 40;
  plan->stream_bytes =
      (int32_t)((longest + p->out_width + 63) / 64 * 8) + 2 * SBNN_HOST_SLACK;
}

/* Kinds of the bits of vector `w`. */
static void find_kinds(const sbnn_host_conv2d* plan,
                       const sbnn_conv2d_borders* borders, int32_t w,
                       uint16_t* kinds) {
  const int32_t bits = 8 * plan->vector_bytes;
  for (int32_t i = 0; i < bits; ++i) {
    const int64_t position = (int64_t)w * bits + i % (8 * plan->lane_bytes);
    kinds[i] = NO_KIND;
    if (position < plan->positions) {
      const int32_t width = plan->params.out_width;
      kinds[i] = (uint16_t)(borders->row_class[position / width] *
                                borders->column_classes +
                            borders->column_class[position % width]);
    }
  }
}

/* What all channels share while their constants are made. */
typedef struct {
  sbnn_host_conv2d* plan;
  sbnn_conv2d_borders borders;
  uint16_t* class_kinds; /* of each class, a kind for each bit */
  int32_t kinds;
  int64_t* values; /* of each kind */
  int32_t* inside; /* taps inside the image, of each kind */
  int32_t* tap_counts;
} making;

static bool sort_words(making* m, const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  sbnn_conv2d_params p = plan->params;
  if (plan->pixel_slices > 1) p.pad_value = 1; /* no kinds */
  sbnn_conv2d_layout layout;
  memset(&layout, 0, sizeof(layout));
  layout.band_words = 1;
  sbnn_carver carver = {NULL, 0};
  sbnn_conv2d_find_borders(&m->borders, &p, &layout, &carver);
  carver.memory = (uint8_t*)sbnn_host_take(memory, (int64_t)carver.used, 1u);
  if (carver.memory == NULL) return false;
  carver.used = 0;
  sbnn_conv2d_find_borders(&m->borders, &p, &layout, &carver);

  m->kinds = m->borders.row_classes * m->borders.column_classes;
  if (m->kinds >= NO_KIND) return false;
  const int32_t bits = 8 * plan->vector_bytes;
  plan->word_class = (uint16_t*)sbnn_host_take(memory, plan->words, 2u);
  /* Words that begin in the same column and have rows of the same classes are
   * of one class: no more than this many. */
  int32_t places = p.out_width;
  for (int32_t i = bits; i > 1 && places % 2 == 0; i /= 2) places /= 2;
  int64_t most = ((int64_t)places + 1) * m->borders.row_classes;
  if (most > plan->words) most = plan->words;
  m->class_kinds = (uint16_t*)sbnn_host_take(memory, (most + 1) * bits, 2u);
  if (plan->word_class == NULL || m->class_kinds == NULL) return false;
  for (int32_t w = 0; w < plan->words; ++w) {
    uint16_t* kinds = m->class_kinds + (int64_t)plan->word_classes * bits;
    find_kinds(plan, &m->borders, w, kinds);
    int32_t found = 0;
    while (found < plan->word_classes &&
           memcmp(kinds, m->class_kinds + (int64_t)found * bits,
                  (size_t)bits * 2u) != 0) {
      ++found;
    }
    plan->word_class[w] = (uint16_t)found;
    if (found == plan->word_classes) ++plan->word_classes;
  }
  m->values = (int64_t*)sbnn_host_take(memory, m->kinds, sizeof(int64_t));
  m->inside = (int32_t*)sbnn_host_take(memory, m->kinds, 4u);
  m->tap_counts = (int32_t*)sbnn_host_take(memory, plan->taps, 4u);
  return m->values != NULL && m->inside != NULL && m->tap_counts != NULL;
}

/* For each kind the sum of tap_counts over the taps inside the image. */
static void sum_inside(making* m) {
  const sbnn_conv2d_borders* b = &m->borders;
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    const sbnn_tap_range rows = b->rows[kind / b->column_classes];
    const sbnn_tap_range columns = b->columns[kind % b->column_classes];
    int32_t sum = 0;
    for (int32_t ky = rows.first; ky < rows.behind; ++ky) {
      for (int32_t kx = columns.first; kx < columns.behind; ++kx) {
        sum += m->tap_counts[ky * m->plan->params.kernel_width + kx];
      }
    }
    m->inside[kind] = sum;
  }
}

/* Bit-slices the values of the kinds for each class of words. */
static void slice_values(const making* m, int32_t slices, uint8_t* to) {
  const int32_t bytes = m->plan->vector_bytes;
  for (int32_t cls = 0; cls < m->plan->word_classes; ++cls) {
    const uint16_t* kinds = m->class_kinds + (int64_t)cls * 8 * bytes;
    for (int32_t i = 0; i < 8 * bytes; ++i) {
      if (kinds[i] == NO_KIND) continue;
      const int64_t value = m->values[kinds[i]];
      for (int32_t k = 0; k < slices; ++k) {
        to[k * bytes + i / 8] |=
            (uint8_t)(((uint64_t)(value >> k) & 1u) << (i % 8));
      }
    }
    to += slices * bytes;
  }
}

/* Prepares the sum of the whole window, times alpha_steps. */
static bool plan_window(making* m, const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  const sbnn_conv2d_params* p = &plan->params;
  const bool pixels = plan->pixel_slices > 1;
  const int32_t fan_in = plan->group_in * plan->taps;
  plan->window_count = fan_in;
  plan->window_offsets = (uint32_t*)sbnn_host_take(memory, fan_in, 4u);
  if (plan->window_offsets == NULL) return false;
  for (int32_t c = 0; c < plan->group_in; ++c) {
    for (int32_t tap = 0; tap < plan->taps; ++tap) {
      plan->window_offsets[c * plan->taps + tap] =
          (uint32_t)(c * plan->pixel_slices * plan->plane_bytes) +
          plan->tap_at[tap];
    }
  }
  /* Bits: floor(-v / 2) + c, with the lowest bit of -v below. Pixels: -n * z. */
  for (int32_t tap = 0; tap < plan->taps; ++tap) {
    m->tap_counts[tap] = plan->group_in;
  }
  sum_inside(m);
  const int64_t zero = p->in_zero_point + 128;
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    m->values[kind] = pixels ? -zero * fan_in : -m->inside[kind];
  }
  const int64_t most = pixels ? 255 * (int64_t)fan_in : fan_in;
  plan->window_sum_slices = signed_bits(most) + 1;
  if (plan->window_sum_slices < MIN_SLICES + 1) {
    plan->window_sum_slices = MIN_SLICES + 1;
  }
  plan->window_slices = signed_bits(magnitude(p->domain.alpha_steps) * most);
  plan->window_starts = (uint8_t*)sbnn_host_take(
      memory, (int64_t)plan->word_classes * plan->window_sum_slices,
      (size_t)plan->vector_bytes);
  if (plan->window_starts == NULL) return false;
  slice_values(m, plan->window_sum_slices, plan->window_starts);
  return true;
}

/* What the counters of a channel start from: see conv2d_bits.c. */
static void find_starts(making* m, sbnn_host_channel* channel) {
  const sbnn_host_conv2d* plan = m->plan;
  const sbnn_conv2d_params* p = &plan->params;
  const bool pixels = plan->pixel_slices > 1;
  const int32_t shift = p->domain.shift;
  const int64_t count = channel->count;
  const int64_t most = pixels ? 255 * count : count; /* of counted units */
  const int32_t dropped = pixels ? shift : shift + 1;
  const int64_t zero = (int64_t)(p->in_zero_point + 128) * count;
  const int64_t window = plan->whole_window
                             ? magnitude(p->domain.alpha_steps) *
                                   (pixels ? 255 : 1) * plan->group_in *
                                   (int64_t)plan->taps
                             : 0;
  if (plan->output.stage != SBNN_CUTS) {
    for (int32_t kind = 0; kind < m->kinds; ++kind) {
      m->values[kind] = pixels ? -zero : -m->inside[kind];
    }
    channel->start_slices = signed_bits(most) + 1;
    if (channel->start_slices < MIN_SLICES + 1) {
      channel->start_slices = MIN_SLICES + 1;
    }
    channel->slices = channel->start_slices - (pixels ? 0 : 1);
    return;
  }
  const int64_t reach = window + (most << shift) + 1;
  int64_t threshold = plan->output.by.cuts.thresholds[channel->channel];
  if (threshold > reach) threshold = reach;
  if (threshold < -reach) threshold = -reach;
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    const int64_t less = pixels ? zero : m->inside[kind];
    int64_t value = -threshold - less * ((int64_t)1 << shift);
    if (!plan->whole_window) {
      value = divide_down(value, (int64_t)1 << dropped);
      if (value > 0) value = 0;
      if (value < -most - 1) value = -most - 1;
    }
    m->values[kind] = value;
  }
  if (plan->whole_window) {
    channel->start_slices =
        signed_bits(2 * window + ((most + 1) << (shift + 1)) + 1);
    if (channel->start_slices < MIN_SLICES + dropped) {
      channel->start_slices = MIN_SLICES + dropped;
    }
    channel->slices = channel->start_slices - dropped;
  } else {
    channel->start_slices = signed_bits(most + 1);
    if (channel->start_slices < MIN_SLICES) channel->start_slices = MIN_SLICES;
    channel->slices = channel->start_slices;
  }
}

static int by_count(const void* a, const void* b) {
  const sbnn_host_channel* x = (const sbnn_host_channel*)a;
  const sbnn_host_channel* y = (const sbnn_host_channel*)b;
  if (x->count != y->count) return x->count < y->count ? -1 : 1;
  return x->channel < y->channel ? -1 : 1;
}

/* The connections of all channels, as they lie in the code. */
static void decode(sbnn_host_conv2d* plan, const sbnn_connections* kernel,
                   uint32_t* list) {
  sbnn_connection_stream stream;
  sbnn_open_stream(&stream, kernel);
  int32_t at = 0;
  for (int32_t f = 0; f < plan->params.out_channels; ++f) {
    sbnn_host_channel* channel = &plan->channels[f];
    channel->channel = f;
    channel->first = at;
    channel->count = sbnn_stream_channel(
        &stream, (uint32_t)(plan->group_in * plan->taps), list + at);
    at += channel->count;
  }
}

/* For each channel the offsets of its copies and what its counters start from,
 * in the order in which channels are taken. */
static bool plan_channels(making* m, const sbnn_connections* kernel,
                          const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  const int32_t channels = plan->params.out_channels;
  const uint32_t taps = (uint32_t)plan->taps;
  const uint32_t channel_bytes =
      (uint32_t)(plan->plane_bytes * plan->pixel_slices);
  const int64_t room = (int64_t)kernel->count + SBNN_STREAM_SLACK;
  plan->channels = (sbnn_host_channel*)sbnn_host_take(
      memory, channels, sizeof(sbnn_host_channel));
  plan->offsets = (uint32_t*)sbnn_host_take(memory, room, 4u);
  uint32_t* list = (uint32_t*)sbnn_host_take(memory, room, 4u);
  if (plan->channels == NULL || plan->offsets == NULL || list == NULL) {
    return false;
  }
  decode(plan, kernel, list);
  if (plan->output.stage == SBNN_CUTS) {
    qsort(plan->channels, (size_t)channels, sizeof(sbnn_host_channel),
          by_count);
  }
  int64_t starts = 0;
  for (int32_t i = 0; i < channels; ++i) {
    find_starts(m, &plan->channels[i]); /* for the number of slices */
    plan->channels[i].start_at = starts;
    starts += (int64_t)plan->channels[i].start_slices * plan->word_classes;
  }
  plan->starts =
      (uint8_t*)sbnn_host_take(memory, starts, (size_t)plan->vector_bytes);
  if (plan->starts == NULL) return false;
  int32_t at = 0;
  for (int32_t i = 0; i < channels; ++i) {
    sbnn_host_channel* channel = &plan->channels[i];
    const uint32_t group =
        (uint32_t)(channel->channel / plan->group_out * plan->group_in);
    const uint32_t* from = list + channel->first;
    channel->first = at;
    memset(m->tap_counts, 0, (size_t)plan->taps * 4u);
    for (int32_t k = 0; k < channel->count; ++k) {
      const uint32_t tap = from[k] % taps;
      ++m->tap_counts[tap];
      plan->offsets[at++] =
          (group + from[k] / taps) * channel_bytes + plan->tap_at[tap];
    }
    sum_inside(m);
    find_starts(m, channel);
    slice_values(m, channel->start_slices,
                 plan->starts + channel->start_at * plan->vector_bytes);
  }
  return true;
}

static size_t next_part(size_t* total, int64_t bytes) {
  const size_t at = *total;
  *total += ((size_t)bytes + 2u * SBNN_HOST_SLACK - 1u) / SBNN_HOST_SLACK *
            SBNN_HOST_SLACK;
  return at;
}

static void plan_scratch(sbnn_host_conv2d* plan) {
  const int64_t samples = plan->samples;
  size_t total = 0;
  plan->source_at =
      next_part(&total, planes_of(plan) * samples * plan->source_bytes);
  plan->stream_at = next_part(&total, plan->stream_bytes);
  plan->copies_at =
      next_part(&total, (int64_t)planes_of(plan) * plan->plane_bytes);
  plan->window_at =
      next_part(&total, plan->whole_window
                            ? (int64_t)plan->params.groups * plan->band_words *
                                  plan->window_slices * plan->vector_bytes
                            : 0);
  plan->numbers_at = next_part(
      &total, plan->output.stage == SBNN_CUTS
                  ? 0
                  : (int64_t)SBNN_HOST_CHANNEL_BLOCK * 8 *
                        plan->vector_bytes * (int64_t)sizeof(int32_t));
  plan->scratch_bytes = total;
}

bool sbnn_host_plan_conv2d(sbnn_host_conv2d* plan,
                           const sbnn_conv2d_params* params,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, sbnn_face input,
                           int32_t batch, int32_t widest,
                           const sbnn_host_memory* memory) {
  memset(plan, 0, sizeof(*plan));
  plan->params = *params;
  plan->output = *output;
  plan->pixel_slices = input.kind == SBNN_INT8_NUMBERS ? SBNN_HOST_PIXEL_SLICES : input.planes;
  plan->positions = params->out_height * params->out_width;
  plan->out_words = sbnn_plane_words(plan->positions);
  plan->in_words = sbnn_plane_words(params->in_height * params->in_width);
  plan->taps = params->kernel_height * params->kernel_width;
  plan->group_in = params->in_channels / params->groups;
  plan->group_out = params->out_channels / params->groups;
  plan->whole_window = params->domain.alpha_steps != 0;
  choose_vectors(plan, batch, widest);
  making m;
  memset(&m, 0, sizeof(m));
  m.plan = plan;
  if (!lay_out(plan, memory) || !find_inside(plan, memory) ||
      !sort_words(&m, memory)) {
    return false;
  }
  plan_source(plan);
  if (plan->whole_window && !plan_window(&m, memory)) return false;
  if (!plan_channels(&m, kernel, memory)) return false;
  plan_scratch(plan);
  plan->work = ((int64_t)kernel->count * plan->pixel_slices +
                8 * (int64_t)params->out_channels) *
               plan->words;
  return true;
}
