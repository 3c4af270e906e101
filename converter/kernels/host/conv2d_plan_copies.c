/* Which copies of its input a convolution needs, and where they lie. */
#include "../src/tap_rows.h"
#include "../src/whole_numbers.h"
#include "conv2d_plan_parts.h"

/* Copies of a band should stay in a first-level cache. */
enum { BAND_BYTES = 32768 };

static int64_t whole_vectors(const sbnn_host_conv2d* plan, int64_t bytes) {
  return sbnn_divide_up(bytes, plan->vector_bytes) * plan->vector_bytes;
}

static int32_t moved_bits(const sbnn_conv2d_params* p, int32_t ky) {
  return (int32_t)sbnn_moved_bits(p, ky);
}

/* Tap rows that read the same copies as `ky`: whole bytes apart. */
static bool share_copy(const sbnn_host_conv2d* plan, int32_t ky,
                       int32_t other) {
  const sbnn_conv2d_params* p = &plan->params;
  if (sbnn_host_has_lanes(plan)) return ky == other;
  return sbnn_rho_of(p, other) == sbnn_rho_of(p, ky) &&
         (moved_bits(p, other) - moved_bits(p, ky)) % 8 == 0;
}

/* The copies of the stream that is added last; `kx` is its tap column. */
static void plan_copies_of_stream(sbnn_host_conv2d* plan, int32_t kx) {
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t stream = plan->streams_count - 1;
  const int32_t band_bytes = plan->band_words * plan->vector_bytes;
  for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
    if (sbnn_rho_of(p, ky) != plan->streams[stream].rho) continue;
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
      if (sbnn_rho_of(p, ky) == rho) used = true;
    }
    for (int32_t kx = 0; used && kx < p->kernel_width; ++kx) {
      sbnn_host_stream* stream = &plan->streams[plan->streams_count++];
      stream->rho = rho;
      stream->column = kx * p->dilation_width - p->pad_left;
      plan_copies_of_stream(plan, kx);
    }
  }
}

bool sbnn_host_lay_out(sbnn_host_conv2d* plan, const sbnn_host_memory* memory) {
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
  for (int32_t bands = 2;
       plan->band_words > 2 &&
       (int64_t)plan->plane_bytes * sbnn_host_planes(plan) > BAND_BYTES;
       ++bands) {
    /* An even number: sums take two vectors at a time. */
    plan->band_words = (int32_t)sbnn_divide_up(plan->words, bands);
    plan->band_words += plan->band_words % 2;
    plan_copies(plan);
  }
  plan->bands = (int32_t)sbnn_divide_up(plan->words, plan->band_words);
  if ((int64_t)plan->plane_bytes * sbnn_host_planes(plan) > INT32_MAX)
    return false;
  return true;
}

/* Whether a bit of a stream lies inside the image. */
static bool inside(const sbnn_host_conv2d* plan, const sbnn_host_stream* stream,
                   int64_t bit) {
  const sbnn_conv2d_params* p = &plan->params;
  const int64_t y =
      bit / p->out_width * p->stride_height + stream->rho - p->pad_top;
  const int64_t x = bit % p->out_width * p->stride_width + stream->column;
  return y >= 0 && y < p->in_height && x >= 0 && x < p->in_width;
}

bool sbnn_host_find_inside(sbnn_host_conv2d* plan,
                           const sbnn_host_memory* memory) {
  const int64_t before =
      (int64_t)(plan->bands - 1) * plan->band_words * plan->vector_bytes;
  const int64_t lane_bits =
      sbnn_host_has_lanes(plan) ? 8 * (int64_t)plan->lane_bytes : INT64_MAX;
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
  return sbnn_divide_down((row < 0 ? 0 : row) * p->in_width, 64) * 8 -
         plan->source_guard;
}

/* How much of the input a band reads. */
void sbnn_host_plan_source(sbnn_host_conv2d* plan) {
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
