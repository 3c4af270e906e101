/* All ops, once: the name in a file behind "Sbnn", and that of the op's class.
 *
 * Whatever has to know of every op is made from this list: the classes, how hosts
 * run them, and the registrations of TensorFlow Lite Micro. */
#ifndef SBNN_OPS_OP_LIST_H_
#define SBNN_OPS_OP_LIST_H_

#define SBNN_OPS(OP)        \
  OP(Conv2D, conv2d)        \
  OP(Dense, dense)          \
  OP(MaxPool2D, max_pool2d) \
  OP(Quantize, quantize)    \
  OP(Dequantize, dequantize)

#endif /* SBNN_OPS_OP_LIST_H_ */
