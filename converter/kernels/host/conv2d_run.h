/* A task of a convolution: copies, sums, output (conv2d_plan.h). A round for each
 * width of vectors: vector_adders.h. */

static void SBNN_NAME(conv2d)(const sbnn_host_conv2d* plan,
                              const sbnn_host_conv2d_task* task,
                              uint8_t* scratch, bool copied) {
  const int32_t first = task->band * plan->band_words;
  const int32_t words = plan->words - first < plan->band_words
                            ? plan->words - first
                            : plan->band_words;
  if (!copied) {
    SBNN_NAME(copy_planes)
    (plan, task->x, task->x_bytes, task->samples, first, scratch);
    if (plan->whole_window) {
      SBNN_NAME(sum_windows)(plan, first, words, scratch);
    }
  }
  uint8_t* y = (uint8_t*)task->y;
  if (plan->output.face.kind != SBNN_PLANES) {
    SBNN_NAME(write_numbers)
    (plan, task->begin, task->end, first, words, scratch, y, task->y_bytes,
     task->samples);
    return;
  }
  for (int32_t i = task->begin; i < task->end; ++i) {
    const sbnn_host_channel* channel = &plan->channels[i];
    if (plan->one_cut) {
      SBNN_NAME(write_bits)
      (plan, channel, first, words, scratch, y, task->y_bytes, task->samples);
    } else if (plan->output.stage == SBNN_CUTS) {
      SBNN_NAME(write_cuts)
      (plan, channel, first, words, scratch, y, task->y_bytes, task->samples);
    } else {
      SBNN_NAME(write_stream_planes)
      (plan, channel, first, words, scratch, (const uint8_t*)task->other, y,
       task->y_bytes, task->samples);
    }
  }
}
