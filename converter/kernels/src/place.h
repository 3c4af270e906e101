/* Where the code lies that takes the time.
 *
 * By default where all code does. With SBNN_HOT_SECTION defined as the name of
 * a section, such as ".RamFunc", it lies there: in memory that answers faster
 * than flash, where the project's linker script and start-up code put it. */
#ifndef SBNN_PLACE_H_
#define SBNN_PLACE_H_

#ifdef SBNN_HOT_SECTION
#define SBNN_HOT __attribute__((section(SBNN_HOT_SECTION)))
#define SBNN_HOT_PUSHSECTION(name) \
  ".pushsection " SBNN_HOT_SECTION ",\"ax\",%progbits\n\t"
#else
#define SBNN_HOT
/* In assembler; `name` is the function's. */
#define SBNN_HOT_PUSHSECTION(name) \
  ".pushsection .text." name ",\"ax\",%progbits\n\t"
#endif

#endif /* SBNN_PLACE_H_ */
