/* Files that include this hold the inner loops: they are compiled for speed
 * also where the rest is compiled for size (-Os), as a firmware should be. */
#ifndef SBNN_HOT_H_
#define SBNN_HOT_H_

#include "place.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2", "no-gcse", "no-tree-pre")
#endif

#endif /* SBNN_HOT_H_ */
