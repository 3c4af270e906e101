/* Which kernels these are. A network is written for certain ones: its memory is planned
 * by what they ask for. It checks SBNN_SOURCES_ID when it is compiled. */
#ifndef SBNN_H_
#define SBNN_H_

#define SBNN_VERSION "@version@"
#define SBNN_SOURCES_ID @sources_id@

#endif /* SBNN_H_ */
