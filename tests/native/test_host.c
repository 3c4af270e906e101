/* The host's kernels give the references' results, bit by bit: every level of
 * instructions that this processor has, batches, and threads. */
#include <stdio.h>
#include <string.h>

#include "conv2d_cases.h"
#include "host/host_op.h"
#include "ops/classes.h"
#include "reference/reference.h"
#include "sbnn/planes.h"
#include "support.h"

static const char* const kLevels[] = {"baseline", "avx2", "avx512"};

/* Runs `op` twice at every level with one thread or two; compares with `wanted`. */
static bool same_everywhere(const sbnn_op* op, const void* x, const void* other,
                            const void* wanted, const char* what) {
  const size_t bytes = (size_t)op->y_bytes * (size_t)op->batch;
  bool same = true;
  for (size_t i = 0; i < sizeof(kLevels) / sizeof(kLevels[0]); ++i) {
    sbnn_host* host = sbnn_open_host(kLevels[i]);
    if (host == NULL) continue; /* not on this processor */
    sbnn_set_host_threads(host, random_in(1, 2));
    sbnn_host_op* made = sbnn_make_host_op(host, op);
    void* found = allocate(bytes);
    for (int32_t call = 0; call < 2; ++call) {
      memset(found, 0x5A, bytes);
      sbnn_run_host_op(made, x, other, found);
      if (memcmp(wanted, found, bytes) != 0) {
        printf("%s, %s, call %d:", what, kLevels[i], (int)call);
        same = false;
      }
    }
    sbnn_free_host_op(made);
    sbnn_close_host(host);
  }
  return same;
}

/* Bits, for the most part. */
static sbnn_face random_face(void) {
  const int32_t which = random_in(0, 4);
  return which < 3    ? sbnn_bits_face()
         : which == 3 ? sbnn_number_face(SBNN_INT8_NUMBERS)
                      : sbnn_number_face(SBNN_FLOAT_NUMBERS);
}

/* Floats are multiples of 1 / `parts`. */
static void* random_input(sbnn_face face, float parts, int32_t batch,
                          int32_t planes, int32_t positions, int32_t* bytes) {
  if (face.kind == SBNN_PLANES) {
    *bytes = 4 * planes * sbnn_plane_words(positions);
    return random_planes(batch * planes, positions);
  }
  const int32_t count = batch * planes * positions;
  *bytes = planes * positions * sbnn_number_bytes(face);
  int8_t* out = (int8_t*)allocate((size_t)(*bytes * batch));
  for (int32_t i = 0; i < count; ++i) {
    if (face.kind == SBNN_INT8_NUMBERS) {
      out[i] = (int8_t)random_in(-128, 127);
    } else {
      ((float*)(void*)out)[i] = (float)random_in(-1000, 1000) / parts;
    }
  }
  return out;
}

/* An output stage that suits the input; float sums are compared with floats. Returns
 * the streams that are added to, of the whole batch, or NULL. */
static const uint8_t* random_stage(sbnn_op* op, int32_t channels,
                                   int32_t positions, int32_t spread,
                                   size_t* bytes) {
  do {
    op->output = random_output(channels, positions, spread, bytes);
  } while (op->input.kind == SBNN_FLOAT_NUMBERS &&
           op->output.stage != SBNN_CUTS &&
           op->output.face.kind != SBNN_FLOAT_NUMBERS);
  if (op->input.kind == SBNN_FLOAT_NUMBERS && op->output.stage == SBNN_CUTS) {
    const int32_t cuts = op->output.by.cuts.count;
    float* thresholds = (float*)allocate((size_t)(channels * cuts) * 4u);
    for (int32_t i = 0; i < channels * cuts; ++i) { /* ascending */
      thresholds[i] = i % cuts == 0
                          ? (float)random_in(-20, 20)
                          : thresholds[i - 1] + (float)random_in(0, 5);
    }
    op->output.by.cuts.float_thresholds = thresholds;
  }
  op->y_bytes = (int32_t)*bytes;
  if (op->output.stage != SBNN_STREAM || op->output.by.stream.before == NULL) {
    return NULL;
  }
  op->output.by.stream.before = NULL; /* it comes with each call */
  op->other = op->kind->inputs;
  op->other_bytes = op->y_bytes;
  const int32_t planes = op->batch * op->output.face.planes;
  return (const uint8_t*)(positions == 0
                              ? random_planes(planes, channels)
                              : random_planes(planes * channels, positions));
}

/* The output stage of sample `s`. */
static sbnn_output stage_of_sample(const sbnn_op* op, const uint8_t* other,
                                   int32_t s) {
  sbnn_output output = op->output;
  if (other != NULL) {
    output.by.stream.before =
        (const uint32_t*)(const void*)(other +
                                       (size_t)s * (size_t)op->other_bytes);
  }
  return output;
}

/* Signs for kernels that can have them, bits for activations. */
static int32_t beyond_bits(sbnn_op* op, const sbnn_domain* domain,
                           int8_t* weights) {
  if (domain->alpha_steps == 0 && domain->shift == 0 && random_in(0, 1) != 0) {
    sign_kernel(&op->kernel, weights, PICK(0, 10, 50, 90, 100));
  }
  if (op->input.kind == SBNN_PLANES) {
    op->input = sbnn_planes_face(PICK(1, 1, 2, 3));
  }
  return op->input.planes;
}

/* `large`: so much work that threads share it. */
static bool conv2d_case(bool large) {
  sbnn_op op;
  memset(&op, 0, sizeof(op));
  sbnn_conv2d_params* p = &op.params.conv2d;
  op.kind = &sbnn_conv2d_class;
  op.batch = PICK(1, 1, 2, 3, 5, 33);
  const int32_t largest = op.batch > 5 ? 10 : 40;
  p->in_height = random_in(1, largest);
  p->in_width =
      PICK(1, 2, 3, 4, 7, 8, 8, 13, 16, 28, 30, 32, 32, 33, 40, 64, 70);
  if (p->in_width * p->in_height > largest * (op.batch > 5 ? 10 : 40)) {
    return true;
  }
  p->groups = PICK(1, 1, 1, 1, 2, 3, 8);
  p->in_channels = p->groups * PICK(1, 1, 2, 3, 5, 8);
  p->out_channels = p->groups * PICK(1, 1, 2, 3, 4, 9);
  if (random_in(0, 9) == 0) {
    p->groups = 1;
    p->in_channels = PICK(64, 70, 33);
    p->out_channels = PICK(3, 33);
  }
  if (large) {
    p->groups = PICK(1, 1, 4);
    p->in_channels = p->out_channels = 64;
    p->in_height = p->in_width = op.batch > 2 ? 9 : 40;
  }
  if (!random_axis(p->in_height, &p->kernel_height, &p->stride_height,
                   &p->dilation_height, &p->pad_top, &p->out_height) ||
      !random_axis(p->in_width, &p->kernel_width, &p->stride_width,
                   &p->dilation_width, &p->pad_left, &p->out_width)) {
    return true;
  }
  random_domain(&p->domain);
  op.input = random_face();
  p->pad_value = op.input.kind == SBNN_INT8_NUMBERS ? 0 : PICK(0, 0, 1, -1);
  p->in_zero_point =
      op.input.kind == SBNN_INT8_NUMBERS ? random_in(-128, 127) : 0;
  p->tap_major = op.input.kind == SBNN_PLANES ? random_in(0, 1) : 0;
  const int32_t fan_in =
      p->in_channels / p->groups * p->kernel_height * p->kernel_width;
  const int32_t positions = p->out_height * p->out_width;
  int8_t* ones;
  op.kernel = random_kernel(p->out_channels, fan_in,
                            large ? 40 : PICK(0, 2, 5, 10, 30, 50, 100), &ones);
  p->input_bits = beyond_bits(&op, &p->domain, ones);
  const int32_t spread =
      op.input.kind == SBNN_INT8_NUMBERS ? fan_in * 30 + 200 : fan_in / 4 + 2;
  size_t y_bytes;
  const uint8_t* other = random_stage(&op, p->out_channels, positions,
                                      spread << p->domain.shift, &y_bytes);
  /* The kernels add what an input differs from the padding: the same only where
   * sums are exact. Without padding the order of sums is compared, too. */
  const float parts = p->pad_value == 0 ? 100.0f : 128.0f;
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  uint8_t* x =
      (uint8_t*)random_input(op.input, parts, op.batch, levels * p->in_channels,
                             p->in_height * p->in_width, &op.x_bytes);
  uint8_t* wanted = (uint8_t*)allocate(y_bytes * (size_t)op.batch);
  void* scratch = allocate(reference_conv2d_scratch_bytes(p));
  for (int32_t s = 0; s < op.batch; ++s) {
    const void* from = x + (size_t)s * (size_t)op.x_bytes;
    void* to = wanted + (size_t)s * y_bytes;
    const sbnn_output output = stage_of_sample(&op, other, s);
    if (op.input.kind == SBNN_INT8_NUMBERS) {
      reference_conv2d_int8(p, ones, &output, (const int8_t*)from, to);
    } else if (op.input.kind == SBNN_FLOAT_NUMBERS) {
      reference_conv2d_float(p, &op.kernel, &output, (const float*)from, to,
                             scratch);
    } else {
      reference_conv2d_bits(p, &op.kernel, &output, (const uint32_t*)from, to,
                            scratch);
    }
  }
  op.scratch_bytes =
      op.input.kind == SBNN_INT8_NUMBERS
          ? sbnn_conv2d_int8_scratch_bytes(p, &op.kernel)
      : op.input.kind == SBNN_FLOAT_NUMBERS
          ? sbnn_conv2d_float_scratch_bytes(p)
          : sbnn_conv2d_bits_scratch_bytes(p, &op.kernel, &op.output);
  const bool same = same_everywhere(&op, x, other, wanted, "conv2d");
  if (!same) {
    printf(
        " batch %d in %dx%dx%d out %dx%dx%d kernel %dx%d stride %d %d dilation "
        "%d %d pad %d %d of %d groups %d alpha %d/2^%d input %d %d signed %d "
        "output %d "
        "%d\n",
        (int)op.batch, (int)p->in_height, (int)p->in_width, (int)p->in_channels,
        (int)p->out_height, (int)p->out_width, (int)p->out_channels,
        (int)p->kernel_height, (int)p->kernel_width, (int)p->stride_height,
        (int)p->stride_width, (int)p->dilation_height, (int)p->dilation_width,
        (int)p->pad_top, (int)p->pad_left, (int)p->pad_value, (int)p->groups,
        (int)p->domain.alpha_steps, (int)p->domain.shift, (int)op.input.kind,
        (int)op.input.planes, (int)op.kernel.is_signed, (int)op.output.stage,
        (int)op.output.face.planes);
  }
  return same;
}

static bool dense_case(void) {
  sbnn_op op;
  memset(&op, 0, sizeof(op));
  sbnn_dense_params* p = &op.params.dense;
  op.kind = &sbnn_dense_class;
  op.batch = PICK(1, 1, 3, 33);
  op.input = random_face();
  p->units = PICK(1, 2, 10, 31, 32, 33, 70);
  p->planes = op.input.kind == SBNN_PLANES ? PICK(1, 1, 1, 2, 5, 16) : 1;
  p->positions = PICK(1, 3, 16, 31, 32, 49, 64, 200);
  p->in_zero_point =
      op.input.kind == SBNN_INT8_NUMBERS ? random_in(-128, 127) : 0;
  random_domain(&p->domain);
  const int32_t inputs = p->planes * p->positions;
  int8_t* ones;
  op.kernel = random_kernel(p->units, inputs,
                            PICK(0, 1, 2, 5, 10, 20, 30, 50, 100), &ones);
  p->input_bits = beyond_bits(&op, &p->domain, ones);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  size_t y_bytes;
  const uint8_t* other = random_stage(
      &op, p->units, 0, (inputs / 8 + 2) << p->domain.shift, &y_bytes);
  uint8_t* x =
      (uint8_t*)random_input(op.input, 100.0f, op.batch, levels * p->planes,
                             p->positions, &op.x_bytes);
  uint8_t* wanted = (uint8_t*)allocate(y_bytes * (size_t)op.batch);
  for (int32_t s = 0; s < op.batch; ++s) {
    const void* from = x + (size_t)s * (size_t)op.x_bytes;
    void* to = wanted + (size_t)s * y_bytes;
    const sbnn_output output = stage_of_sample(&op, other, s);
    if (op.input.kind == SBNN_INT8_NUMBERS) {
      reference_dense_int8(p, ones, &output, (const int8_t*)from, to);
    } else if (op.input.kind == SBNN_FLOAT_NUMBERS) {
      reference_dense_float(p, &op.kernel, &output, (const float*)from, to);
    } else {
      reference_dense_bits(p, &op.kernel, &output, (const uint32_t*)from, to);
    }
  }
  op.scratch_bytes = op.input.kind == SBNN_PLANES
                         ? sbnn_dense_bits_scratch_bytes(p, &op.kernel)
                         : sbnn_dense_int8_scratch_bytes(&op.kernel);
  bool same = same_everywhere(&op, x, other, wanted, "dense");
  if (op.input.kind == SBNN_PLANES) {
    op.kernel = sliced_kernel(ones, p->units, inputs);
    op.scratch_bytes = sbnn_dense_bits_scratch_bytes(p, &op.kernel);
    same = same_everywhere(&op, x, other, wanted, "dense, sliced") && same;
  }
  if (!same) {
    printf(" batch %d units %d planes %d positions %d alpha %d input %d\n",
           (int)op.batch, (int)p->units, (int)p->planes, (int)p->positions,
           (int)p->domain.alpha_steps, (int)op.input.kind);
  }
  return same;
}

static bool pool_case(void) {
  sbnn_op op;
  memset(&op, 0, sizeof(op));
  sbnn_max_pool2d_params* p = &op.params.max_pool2d;
  const int32_t planes = PICK(1, 1, 2, 3, 9);
  op.kind = &sbnn_max_pool2d_class;
  op.input = op.output.face = sbnn_planes_face(planes);
  op.batch = PICK(1, 3);
  p->channels = PICK(1, 2, 33, 70);
  p->in_height = random_in(1, 20);
  p->in_width = PICK(1, 2, 7, 8, 14, 16, 28, 32, 33, 64, 70);
  p->pool_height = PICK(1, 2, 2, 3, 5);
  p->pool_width = PICK(1, 2, 2, 3, 5, 40);
  p->stride_height = PICK(1, 2, 2, 3);
  p->stride_width = PICK(1, 2, 2, 3, 33);
  p->pad_top = random_in(0, p->pool_height - 1);
  p->pad_left = random_in(0, p->pool_width - 1);
  p->out_height = (p->in_height + p->pad_top) / p->stride_height + 1;
  p->out_width = (p->in_width + p->pad_left) / p->stride_width + 1;
  if (random_in(0, 1) == 0) { /* what networks have */
    p->in_width = PICK(8, 16, 32);
    p->in_height = 2 * random_in(1, 16);
    p->pool_height = p->pool_width = 2;
    p->stride_height = p->stride_width = 2;
    p->pad_top = p->pad_left = 0;
    p->out_height = p->in_height / 2;
    p->out_width = p->in_width / 2;
  }
  op.minimum = random_planes(1, p->channels);
  op.y_bytes =
      4 * planes * p->channels * sbnn_plane_words(p->out_height * p->out_width);
  uint8_t* x =
      (uint8_t*)random_input(op.input, 100.0f, op.batch, planes * p->channels,
                             p->in_height * p->in_width, &op.x_bytes);
  uint8_t* wanted = (uint8_t*)allocate((size_t)op.y_bytes * (size_t)op.batch);
  for (int32_t s = 0; s < op.batch; ++s) {
    reference_max_pool2d_planes(
        p, planes, op.minimum,
        (const uint32_t*)(const void*)(x + (size_t)s * (size_t)op.x_bytes),
        (uint32_t*)(void*)(wanted + (size_t)s * (size_t)op.y_bytes));
  }
  const bool same = same_everywhere(&op, x, NULL, wanted, "max_pool2d");
  if (!same) {
    printf(" in %dx%dx%d of %d pool %dx%d\n", (int)p->in_height,
           (int)p->in_width, (int)p->channels, (int)planes, (int)p->pool_height,
           (int)p->pool_width);
  }
  return same;
}

static bool quantize_case(void) {
  sbnn_op op, back;
  memset(&op, 0, sizeof(op));
  memset(&back, 0, sizeof(back));
  op.kind = &sbnn_quantize_class;
  op.input = sbnn_number_face(
      (sbnn_face_kind)PICK(SBNN_INT8_NUMBERS, SBNN_FLOAT_NUMBERS));
  op.batch = back.batch = PICK(1, 3);
  const int32_t channels = random_in(1, 140);
  const int32_t positions = PICK(0, 1, 31, 32, 33, 100);
  const int32_t count = positions == 0 ? 1 : positions;
  op.positions = count;
  float* thresholds = (float*)allocate((size_t)channels * 4u);
  int32_t* whole = (int32_t*)allocate((size_t)channels * 4u);
  for (int32_t i = 0; i < channels; ++i) {
    whole[i] = random_in(-130, 130);
    thresholds[i] = (float)whole[i] / 16.0f;
  }
  op.output = bits_output(channels, positions, whole);
  op.output.by.cuts.float_thresholds = thresholds;
  op.y_bytes =
      4 * sbnn_plane_words((channels - 1) * op.output.channel_bits + count);
  uint8_t* x = (uint8_t*)random_input(op.input, 100.0f, op.batch, channels,
                                      count, &op.x_bytes);
  const size_t values = (size_t)(op.batch * channels * count);
  float* real = (float*)allocate(values * 4u);
  for (size_t i = 0; i < values; ++i) {
    real[i] = op.input.kind == SBNN_INT8_NUMBERS
                  ? (float)((int8_t*)x)[i] / 16.0f
                  : ((float*)(void*)x)[i];
  }
  uint8_t* bits = (uint8_t*)allocate((size_t)(op.batch * op.y_bytes));
  float* signs = (float*)allocate(values * 4u);
  int8_t* small = (int8_t*)allocate(values);
  for (int32_t s = 0; s < op.batch; ++s) {
    uint32_t* to = (uint32_t*)(void*)(bits + s * op.y_bytes);
    reference_quantize(&op.output, count, real + s * channels * count, to);
    reference_dequantize(channels, op.output.channel_bits, count, to,
                         signs + s * channels * count);
  }
  for (size_t i = 0; i < values; ++i) small[i] = signs[i] > 0 ? 17 : -100;
  back.kind = &sbnn_dequantize_class;
  back.input = sbnn_bits_face();
  back.output = op.output;
  back.output.stage = SBNN_SCALE;
  back.output.face = sbnn_number_face(SBNN_FLOAT_NUMBERS);
  back.positions = count;
  back.params.dequantize.plus = 17;
  back.params.dequantize.minus = -100;
  back.x_bytes = op.y_bytes;
  back.y_bytes = 4 * channels * count;
  bool same = same_everywhere(&op, x, NULL, bits, "quantize") &&
              same_everywhere(&back, bits, NULL, signs, "dequantize");
  back.output.face = sbnn_number_face(SBNN_INT8_NUMBERS);
  back.y_bytes = channels * count;
  same =
      same && same_everywhere(&back, bits, NULL, small, "dequantize to int8");
  if (!same) {
    printf(" channels %d positions %d\n", (int)channels, (int)positions);
  }
  return same;
}

int main(int argc, char** argv) {
  (void)argv;
#ifdef SBNN_FEW_CASES
  const int32_t usual = 60;
#else
  const int32_t usual = 1500;
#endif
  const int32_t cases = argc > 1 ? 20000 : usual;
  int32_t wrong = 0;
  for (int32_t seed = 1; seed <= cases && wrong < 10; ++seed) {
    seed_random((uint32_t)seed);
    const bool right =
        conv2d_case(seed % 100 == 0) && (seed % 4 != 0 || dense_case()) &&
        (seed % 4 != 1 || pool_case()) && (seed % 4 != 2 || quantize_case());
    if (!right) {
      print_number("seed", seed);
      print("\n");
      ++wrong;
    }
    free_all();
  }
  print_number("cases", cases);
  print_number("wrong", wrong);
  print("\n");
  return wrong != 0;
}
