/* Jaga - container security monitor
 * SPDX-License-Identifier: Apache-2.0
 *
 * PCRE2 by its 8-bit library: Jaga matches bytes. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
