/* Jaga - container security monitor
 * SPDX-License-Identifier: Apache-2.0
 *
 * libmaxminddb; its look-ups by path are variadic, which Swift cannot call. */
#include <maxminddb.h>

/* The value of names at a path of an entry; ends at the first null. */
static inline int jaga_mmdb_value(const MMDB_entry_s *entry, MMDB_entry_data_s *value,
                                  const char *first, const char *second,
                                  const char *third, const char *fourth)
{
    MMDB_entry_s start = *entry;
    return MMDB_get_value(&start, value, first, second, third, fourth, (const char *)0);
}
